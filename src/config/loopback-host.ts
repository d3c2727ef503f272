import { isLoopbackLiteral } from "../oidc/redirect-uri.js";

/** Whether a host, as a URL has it, is this machine. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || isLoopbackLiteral(host);
}
