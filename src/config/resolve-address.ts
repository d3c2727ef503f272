import { isIPv6 } from "node:net";
import type { Address } from "./config.js";
import type { ResolveContext } from "./resolve-context.js";

const maxPort = 65_535;

/**
 * Parses `host:port` as Go's net package does: `0.0.0.0:5556`, `[::]:5556`, `localhost:5556`, `:5556`. `flag` is named
 * where the command line gave the address.
 */
export function resolveAddress(
  context: ResolveContext,
  path: string,
  text: string | undefined,
  flag?: string,
): Address | undefined {
  if (text === undefined || text === "") return undefined;
  const match = /^(?:\[([^\]]*)\]|([^:\s[\]]*)):(\d{1,5})$/.exec(text);
  const [, bracketed, plain, port] = match ?? [];
  if (match === null || Number(port) > maxPort || (bracketed !== undefined && !isIPv6(bracketed))) {
    const hint = /^\d{1,5}$/.test(text) ? `; write :${text}` : "";
    const message = `${flag ?? path}: ${JSON.stringify(text)} is no address of the form host:port${hint}`;
    context.error(path, message);
    return undefined;
  }
  const host = bracketed ?? plain ?? "";
  return host === "" ? { port: Number(port) } : { host, port: Number(port) };
}
