import type { HttpSettings } from "../platform/http-client.js";
import { trimSlashes } from "../platform/url.js";
import type { ConnectorConfig } from "./config.js";
import type { Environment } from "./expand-env.js";
import { join } from "./key-path.js";
import { readPem } from "./prepare-settings.js";
import type { ResolveContext } from "./resolve-context.js";
import type { ConnectorEntry } from "./schema/client.js";
import { findNearMiss } from "./spelling.js";

/** What every connector has besides the settings of its type. */
export type UpstreamConfig = Pick<ConnectorConfig, "http" | "lastKnownForMs" | "hasOwnCallback">;

/** Resolves `http` and `refresh` of a connector. */
export function resolveUpstream(context: ResolveContext, path: string, entry: ConnectorEntry): UpstreamConfig {
  const { onUnavailable, maxAge } = entry.refresh;
  const policies = ["", "deny", "lastKnown"];
  if (onUnavailable !== undefined && !policies.includes(onUnavailable)) {
    const at = join(path, "refresh.onUnavailable");
    context.error(at, `${at}: must be deny or lastKnown`, findNearMiss(onUnavailable, policies));
  }
  const maxAgeMs = context.duration(join(path, "refresh.maxAge"), maxAge) ?? 0;
  return {
    http: resolveHttp(context, join(path, "http"), entry.http),
    ...(onUnavailable === "lastKnown" && { lastKnownForMs: maxAgeMs }),
    hasOwnCallback: false,
  };
}

function resolveHttp(context: ResolveContext, path: string, http: ConnectorEntry["http"]): HttpSettings {
  const timeoutMs = context.duration(join(path, "timeout"), http.timeout) ?? 0;
  const { proxy } = http;
  if (proxy !== undefined && proxy !== "none" && !/^https?:\/\/[^/]/.test(proxy)) {
    context.error(join(path, "proxy"), `${join(path, "proxy")}: must be an http or https URL, or none`);
  }
  if (http.insecureSkipVerify) {
    context.warn(join(path, "insecureSkipVerify"), "insecureSkipVerify: anybody on the way can be the upstream");
  }
  return {
    // A whole refresh has four fifths of the lease of 30 s.
    timeoutMs: Math.min(timeoutMs > 0 ? timeoutMs : defaultTimeoutMs, maxTimeoutMs),
    ca: (http.rootCAs ?? []).flatMap((source, index) =>
      source === "" ? [] : (readPem(context, join(path, `rootCAs.${index}`), source) ?? []),
    ),
    verifyCertificates: !http.insecureSkipVerify,
    proxy:
      proxy === undefined ? proxyOf(context.env) : { http: proxyUrl(proxy), https: proxyUrl(proxy), exceptions: "" },
  };
}

const defaultTimeoutMs = 10_000;
const maxTimeoutMs = 60_000;

function proxyUrl(proxy: string): string {
  return proxy === "none" ? "" : proxy;
}

/** As Dex, and most programs, have it: lower case first. */
function proxyOf(env: Environment): HttpSettings["proxy"] {
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || "";
  return { http: read("HTTP_PROXY"), https: read("HTTPS_PROXY"), exceptions: read("NO_PROXY") };
}

/** Whether the upstream is to send people to `/callback/{id}`. A third address would never be reached: a warning. */
export function resolveCallback(
  context: ResolveContext,
  path: string,
  written: unknown,
  { issuer, id }: { readonly issuer: string; readonly id: string },
): boolean {
  if (typeof written !== "string" || written === "" || issuer === "") return false;
  const shared = `${trimSlashes(issuer)}/callback`;
  const own = `${shared}/${encodeURIComponent(id)}`;
  if (written === own) return true;
  if (written !== shared) {
    context.warn(path, `redirectURI ${written}: answers of the upstream arrive at ${shared} or ${own} alone`);
  }
  return false;
}
