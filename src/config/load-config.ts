import { readFile, stat } from "node:fs/promises";
import type { Config } from "./config.js";
import type { ConfigNode, MapNode } from "./config-node.js";
import { type Environment, expandNode, isExpansionOn } from "./expand-env.js";
import { parseParts } from "./parse-parts.js";
import { parseYaml } from "./parse-yaml.js";
import { type Place, type Problem, ProblemList } from "./problem.js";
import { readAssets } from "./read-assets.js";
import { readShape, type ShapeContext, type StrictMode } from "./read-shape.js";
import { resolveAddress } from "./resolve-address.js";
import { resolveClients } from "./resolve-clients.js";
import { resolveConnectors } from "./resolve-connectors.js";
import { ResolveContext } from "./resolve-context.js";
import { resolveIssuer } from "./resolve-issuer.js";
import { resolveRefreshPolicy } from "./resolve-refresh.js";
import { refusePlanned, resolveExpiry, resolveLogger, resolveOAuth2, resolveSigner } from "./resolve-rest.js";
import { resolveStorage } from "./resolve-storage.js";
import { resolveWeb } from "./resolve-web.js";
import { ConfigFile } from "./schema/top.js";
import { warnVariables } from "./warn-variables.js";

/** A larger file is no configuration. */
const maxFileBytes = 4 * 1024 * 1024;

/** Values of the command line, each in place of a key. */
export interface ConfigFlags {
  readonly webHttpAddr?: string;
  readonly webHttpsAddr?: string;
  readonly telemetryAddr?: string;
  readonly grpcAddr?: string;
}

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
}

/** Reads a configuration file: everything that is wrong with it in one run, or a frozen `Config`. Never throws for its content. */
export async function loadConfig(input: LoadInput): Promise<LoadResult> {
  const problems = new ProblemList(input.file);
  const text = await readConfigFile(input.file, problems);
  const tree = text === undefined ? undefined : parseYaml(text, problems);
  const config = tree === undefined ? undefined : resolveFile(tree, input, problems);
  return problems.hasErrors || config === undefined
    ? { problems: problems.list() }
    : { config: freeze(config), problems: problems.list() };
}

async function readConfigFile(file: string, problems: ProblemList): Promise<string | undefined> {
  const place: Place = { line: 1, column: 1 };
  try {
    if ((await stat(file)).size > maxFileBytes) {
      problems.error(place, "the file is too large for a configuration");
      return undefined;
    }
    return await readFile(file, "utf8");
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    problems.error(place, isMissing ? "there is no such file" : "the file can't be read");
    return undefined;
  }
}

function resolveFile(tree: MapNode, input: LoadInput, problems: ProblemList): Config | undefined {
  const places = new Map<string, Place>();
  const shape: ShapeContext = { problems, places, mode: input.mode satisfies StrictMode };
  const expanded = expandSections(tree, input.env);
  warnVariables(tree, problems);
  const context = new ResolveContext(problems, places, input.env);
  const parsed = parseParts(context, ConfigFile, readShape(ConfigFile, expanded, "", shape));
  if (parsed === undefined) return undefined;
  const file = withFlags(parsed, input.flags, context);
  const issuer = resolveIssuer(context, file.issuer);
  const storage = resolveStorage(context, file.storage);
  const connectors = resolveConnectors(context, shape, file, findConnectorConfigs(expanded));
  const clients = resolveClients(
    context,
    file,
    connectors.map(({ id }) => id),
  );
  const telemetryHttp = resolveAddress(context, "telemetry.http", file.telemetry.http);
  refusePlanned(context, file);
  resolveRefreshPolicy(context, file.expiry.refreshTokens);
  const rest = {
    web: resolveWeb(context, file.web),
    telemetry: telemetryHttp === undefined ? {} : { http: telemetryHttp },
    expiry: resolveExpiry(context, file.expiry),
    signer: resolveSigner(context, file),
    oauth2: resolveOAuth2(context, file.oauth2),
    logger: resolveLogger(context, file.logger),
    frontend: { name: file.frontend.issuer || "Latchkey" },
  };
  return issuer && storage && { issuer, storage, connectors, clients, assets: readAssets(), ...rest };
}

function withFlags(file: ConfigFile, flags: ConfigFlags, context: ResolveContext): ConfigFile {
  if (flags.grpcAddr !== undefined) context.warn("grpc", "--grpc-addr has no effect yet");
  const { webHttpAddr = file.web.http, webHttpsAddr = file.web.https, telemetryAddr = file.telemetry.http } = flags;
  return {
    ...file,
    web: { ...file.web, http: webHttpAddr, https: webHttpsAddr },
    telemetry: { ...file.telemetry, http: telemetryAddr },
  };
}

/** Variables are expanded in `storage.config` and `signer.config`; connectors do it for themselves. */
function expandSections(tree: MapNode, env: Environment): MapNode {
  if (!isExpansionOn(env)) return tree;
  const entries = tree.entries.map((entry) => {
    const isSection = /^(storage|signer)$/i.test(entry.key) && entry.value.kind === "map";
    if (!isSection || entry.value.kind !== "map") return entry;
    const inner = entry.value.entries.map((member) =>
      /^config$/i.test(member.key) ? { ...member, value: expandNode(member.value, env) } : member,
    );
    return { ...entry, value: { ...entry.value, entries: inner } };
  });
  return { ...tree, entries };
}

function findConnectorConfigs(tree: MapNode): readonly (ConfigNode | undefined)[] {
  const list = findMember(tree, "connectors");
  return list?.kind === "list" ? list.items.map((item) => findMember(item, "config")) : [];
}

function findMember(node: ConfigNode, name: string): ConfigNode | undefined {
  return node.kind === "map" ? node.entries.findLast(({ key }) => key.toLowerCase() === name)?.value : undefined;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
