import { accessSync, constants, statSync } from "node:fs";
import { isCidr } from "../platform/address-list.js";
import type { Address, TlsConfig, WebConfig } from "./config.js";
import { join } from "./key-path.js";
import { resolveAddress } from "./resolve-address.js";
import type { ResolveContext } from "./resolve-context.js";
import type { ConfigFile } from "./schema/top.js";
import { defaultAllowedHeaders } from "./schema/web.js";

/** Addresses of the command line, each in place of a key. */
export interface WebFlags {
  readonly webHttpAddr?: string;
  readonly webHttpsAddr?: string;
}

/** Resolves `web`; `flags` stand in place of its addresses. */
export function resolveWeb(context: ResolveContext, web: ConfigFile["web"], flags: WebFlags): WebConfig {
  const httpFlag = flags.webHttpAddr && "--web-http-addr";
  const httpsFlag = flags.webHttpsAddr && "--web-https-addr";
  const http = resolveAddress(context, "web.http", flags.webHttpAddr || web.http, httpFlag);
  const https = resolveHttps(context, web, flags.webHttpsAddr || web.https, httpsFlag);
  const isAsked = [flags.webHttpAddr, flags.webHttpsAddr, web.http, web.https].some(Boolean);
  if (!isAsked && !context.isBroken("web.http") && !context.isBroken("web.https")) {
    context.error("web", "must supply a HTTP/HTTPS address to listen on (web.http, web.https or --web-http-addr)");
  }
  const origins = web.allowedOrigins ?? [];
  for (const [index, origin] of origins.entries())
    checkOrigin(context, join("web.allowedOrigins", String(index)), origin);
  const { header, trustedProxies = [] } = web.clientRemoteIP;
  for (const [index, cidr] of trustedProxies.entries()) {
    const path = join("web.clientRemoteIP.trustedProxies", String(index));
    if (!isCidr(cidr)) context.error(path, `${path}: ${JSON.stringify(cidr)} is no address or CIDR`);
  }
  return {
    allowedOrigins: origins,
    allowedHeaders: web.allowedHeaders?.length ? web.allowedHeaders : defaultAllowedHeaders,
    headers: resolveHeaders(context, web.headers),
    clientRemoteIP: { trustedProxies, ...(header !== undefined && header !== "" && { header }) },
    ...(http !== undefined && { http }),
    ...(https !== undefined && { https }),
  };
}

/** Certificate files are looked at only where a listener uses them: files that only name them start as with Dex. */
function resolveHttps(
  context: ResolveContext,
  web: ConfigFile["web"],
  text: string | undefined,
  flag: string | undefined,
): (Address & TlsConfig) | undefined {
  if (!text) return undefined;
  const address = resolveAddress(context, "web.https", text, flag);
  const { tlsCert: certFile = "", tlsKey: keyFile = "" } = web;
  if (certFile === "") context.error("web.tlsCert", "no cert specified for HTTPS (web.tlsCert)");
  else checkReadable(context, "web.tlsCert", certFile);
  if (keyFile === "") context.error("web.tlsKey", "no private key specified for HTTPS (web.tlsKey)");
  else checkReadable(context, "web.tlsKey", keyFile);
  if (web.tlsMinVersion > web.tlsMaxVersion)
    context.error("web.tlsMinVersion", "tlsMinVersion is greater than tlsMaxVersion");
  if (address === undefined) return undefined;
  return {
    ...address,
    certFile,
    keyFile,
    minVersion: `TLSv${web.tlsMinVersion}`,
    maxVersion: `TLSv${web.tlsMaxVersion}`,
  };
}

function checkReadable(context: ResolveContext, path: string, file: string): void {
  try {
    accessSync(file, constants.R_OK);
    if (!statSync(file).isDirectory()) return;
  } catch {
    // Told below.
  }
  context.error(path, `${path}: the file ${file} can't be read`);
}

function checkOrigin(context: ResolveContext, path: string, origin: string): void {
  if (origin === "*") return;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(origin))
    context.warn(path, `${path}: ${origin} has no scheme, so it never matches an origin; write https://${origin}`);
  else if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
    context.warn(path, `${path}: ${origin} is no origin (scheme, host and port alone), so it never matches`);
  }
}

function resolveHeaders(
  context: ResolveContext,
  headers: ConfigFile["web"]["headers"],
): Readonly<Record<string, string>> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === "") continue;
    if (/[^\t\x20-\x7e]/.test(value))
      context.error(`web.headers.${name}`, `web.headers.${name}: holds a character that no header can`);
    set[name.toLowerCase()] = value;
  }
  return set;
}
