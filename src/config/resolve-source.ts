import { join } from "./key-path.js";
import type { ResolveContext } from "./resolve-context.js";

/** A value that may stand in the file, in a variable or in a file of its own. */
export interface Sources {
  readonly literal?: string | undefined;
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

/** The keys of the three. */
export interface SourceNames {
  readonly literal: string;
  readonly env: string;
  readonly file: string;
}

/**
 * The value of `name`, `nameEnv` or `nameFile`: exactly one may be written. Undefined where none is, or where what was
 * written can't be used (reported).
 */
export function resolveSource(
  context: ResolveContext,
  path: string,
  names: SourceNames,
  sources: Sources,
): string | undefined {
  const written = listWritten(names, sources);
  const [first, second] = written;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    context.error(join(path, second.name), `${first.name} and ${second.name} exclude each other`);
    return undefined;
  }
  if (first.kind === "env") return context.readVariable(join(path, first.name), first.value);
  return first.kind === "file" ? context.readText(join(path, first.name), first.value) : first.value;
}

/** Whether any of the three is written, or was but can't be used. */
export function isSourceWritten(context: ResolveContext, path: string, names: SourceNames, sources: Sources): boolean {
  return (
    listWritten(names, sources).length > 0 || Object.values(names).some((name) => context.isBroken(join(path, name)))
  );
}

function listWritten(names: SourceNames, sources: Sources) {
  return (["literal", "env", "file"] as const).flatMap((kind) => {
    const value = sources[kind];
    return value === undefined || value === "" ? [] : [{ kind, name: names[kind], value }];
  });
}
