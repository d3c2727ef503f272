import type { Address } from "./config.js";
import type { ResolveContext } from "./resolve-context.js";

/** Parses `host:port` as Go's net package does: `0.0.0.0:5556`, `[::]:5556`, `localhost:5556`, `:5556`. */
export function resolveAddress(context: ResolveContext, path: string, text: string | undefined): Address | undefined {
  if (text === undefined || text === "") return undefined;
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || port > 65_535) {
    const hint = /^\d{1,5}$/.test(text) ? `; write :${text}` : "";
    context.error(path, `${path}: ${JSON.stringify(text)} is no address of the form host:port${hint}`);
    return undefined;
  }
  const host = match[1] ?? match[2] ?? "";
  return host === "" ? { port } : { host, port };
}
