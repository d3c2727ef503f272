import { join } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";

/** A value that may stand in the file, in a variable or in a file of its own. */
export interface Sources {
  readonly literal?: string | undefined;
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

/**
 * The value of `name`, `nameEnv` or `nameFile`: exactly one may be written. Undefined where none is, or where what was
 * written can't be used (reported).
 */
export function resolveSource(
  context: ResolveContext,
  path: string,
  names: { readonly literal: string; readonly env: string; readonly file: string },
  sources: Sources,
): string | undefined {
  const written = [
    { name: names.literal, value: sources.literal },
    { name: names.env, value: sources.env },
    { name: names.file, value: sources.file },
  ].filter(({ value }) => value !== undefined && value !== "");
  const [first, second] = written;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    context.error(join(path, second.name), `${first.name} and ${second.name} exclude each other`);
    return undefined;
  }
  if (sources.env !== undefined && sources.env !== "") return context.readVariable(join(path, names.env), sources.env);
  if (sources.file === undefined || sources.file === "") return sources.literal;
  const text = context.readText(join(path, names.file), sources.file);
  if (text === "") context.error(join(path, names.file), `the file ${sources.file} is empty`);
  return text === "" ? undefined : text;
}
