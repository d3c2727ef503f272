import { trimSlashes } from "../platform/url.js";
import type { IssuerConfig } from "./config.js";
import { isLoopbackHost } from "./loopback-host.js";
import type { ResolveContext } from "./resolve-context.js";

export function resolveIssuer(context: ResolveContext, issuer: string | undefined): IssuerConfig | undefined {
  if (issuer === undefined || issuer === "") {
    context.error("issuer", "no issuer specified in config file");
    return undefined;
  }
  // By pattern first: URL parsers repair what they read, and clients compare `iss` to the letter.
  const match = /^https?:\/\/([^/\\?#\s]+)[^\\\s]*$/i.exec(issuer);
  if (match === null || !URL.canParse(issuer)) {
    context.error("issuer", "issuer: must be an absolute http or https URL");
    return undefined;
  }
  // OpenID Connect Discovery §3: no query, no fragment.
  if (/[?#]/.test(issuer) || match[1]?.includes("@")) {
    context.error("issuer", "issuer: must have no query, fragment or user part");
    return undefined;
  }
  const url = new URL(issuer);
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    context.warn("issuer", "issuer: http sends passwords and tokens in clear; use https");
  }
  return {
    url: issuer,
    path: trimSlashes(url.pathname),
    origin: url.origin,
    isHttps: url.protocol === "https:",
  };
}
