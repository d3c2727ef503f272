import { readFile, stat } from "node:fs/promises";
import type { Config } from "./config.js";
import type { MapNode } from "./config-node.js";
import type { Environment } from "./expand-env.js";
import { parseYaml } from "./parse-yaml.js";
import { type Place, type Problem, ProblemList, startPlace } from "./problem.js";
import { isRenderingOn, renderTemplate } from "./render-template.js";
import { findPlace } from "./resolve-context.js";
import { type ConfigFlags, resolveFile } from "./resolve-file.js";

export type { ConfigFlags };

/** A hundred times a large configuration. Beyond, reading it takes long enough to look like a hang. */
const maxFileBytes = 512 * 1024;

export interface LoadInput {
  readonly file: string;
  readonly flags: ConfigFlags;
  readonly env: Environment;
  readonly mode?: "strict" | "lenient";
}

export interface LoadResult {
  /** Absent when there is an error. */
  readonly config?: Config;
  /** All of them, in the order of the file. */
  readonly problems: readonly Problem[];
  /** Where a key stands (`connectors.0.config.host`), or the nearest thing around it that stands in the file. */
  readonly placeOf: (path: string) => Place;
}

/** Reads a configuration file: everything that is wrong with it in one run, or a frozen `Config`. Never throws for its content. */
export async function loadConfig(input: LoadInput): Promise<LoadResult> {
  const problems = new ProblemList(input.file);
  const text = await readConfigFile(input.file, problems);
  const tree = text === undefined ? undefined : parseText(text, input.env, problems);
  const places = new Map<string, Place>();
  const config = tree === undefined ? undefined : await resolveFile(tree, { ...input, places }, problems);
  const found = { problems: problems.list(), placeOf: (path: string) => findPlace(places, path) };
  return problems.hasErrors || config === undefined ? found : { config: freeze(config), ...found };
}

function parseText(text: string, env: Environment, problems: ProblemList): MapNode | undefined {
  if (!isRenderingOn(env)) return parseYaml(text, problems);
  const rendered = renderTemplate(text, env, problems);
  return rendered === undefined ? undefined : parseYaml(rendered, problems, "rendered");
}

async function readConfigFile(file: string, problems: ProblemList): Promise<string | undefined> {
  const bytes = await readBytes(file, problems);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    problems.error(startPlace, "the file is not UTF-8 text");
    return undefined;
  }
}

async function readBytes(file: string, problems: ProblemList): Promise<Buffer | undefined> {
  try {
    // A pipe (`check <(render)`) tells no size before it is read.
    const bytes = (await stat(file)).size > maxFileBytes ? undefined : await readFile(file);
    if (bytes !== undefined && bytes.length <= maxFileBytes) return bytes;
    problems.error(startPlace, `the file is larger than ${maxFileBytes / 1024} KiB, too large for a configuration`);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    problems.error(startPlace, isMissing ? "there is no such file" : "the file can't be read");
  }
  return undefined;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
