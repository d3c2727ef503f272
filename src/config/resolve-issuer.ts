import type { IssuerConfig } from "./config.js";
import type { ResolveContext } from "./resolve-context.js";
import { isLoopbackHost } from "./resolve-redirects.js";

export function resolveIssuer(context: ResolveContext, issuer: string | undefined): IssuerConfig | undefined {
  if (issuer === undefined || issuer === "") {
    context.error("issuer", "no issuer specified in config file");
    return undefined;
  }
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    context.error("issuer", "issuer: must be an absolute http or https URL");
    return undefined;
  }
  // OpenID Connect Discovery §3: no query, no fragment.
  if (/[?#]/.test(issuer) || url.username !== "" || url.password !== "") {
    context.error("issuer", "issuer: must have no query, fragment or user part");
    return undefined;
  }
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    context.warn("issuer", "issuer: http sends passwords and tokens in clear; use https");
  }
  return {
    url: issuer,
    path: url.pathname.replace(/\/+$/, ""),
    origin: url.origin,
    isHttps: url.protocol === "https:",
  };
}
