import { signingAlgorithms } from "../oidc/signing-algorithm.js";
import type { Config, LoggerConfig, OAuth2Config } from "./config.js";
import { join } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";
import type { ConfigFile } from "./schema/top.js";
import { findNearMiss } from "./spelling.js";

const defaultRotation = "6h";
/** Below this clients could not keep up with the key set. */
const shortestRotationMs = 3_000;

export function resolveSigner(context: ResolveContext, file: ConfigFile): Config["signer"] {
  const { signer, expiry } = file;
  if (signer !== undefined && signer.type !== "local") {
    const isPlanned = signer.type === "vault";
    context.error(
      "signer.type",
      isPlanned ? "signer type vault: not supported yet" : `unknown signer type "${signer.type}"`,
    );
  }
  const own = signer?.config.keysRotationPeriod;
  if (own !== undefined && expiry.signingKeys !== undefined) {
    context.warn("expiry.signingKeys", "expiry.signingKeys has no effect: signer.config.keysRotationPeriod wins");
  }
  const path = own === undefined ? "expiry.signingKeys" : "signer.config.keysRotationPeriod";
  const rotationPeriodMs = context.duration(path, own ?? expiry.signingKeys ?? defaultRotation);
  if (rotationPeriodMs < shortestRotationMs)
    context.error(path, `${path}: must be at least ${shortestRotationMs / 1_000}s`);
  const algorithm = signingAlgorithms.find((name) => name === signer?.config.algorithm) ?? "RS256";
  return { algorithm, rotationPeriodMs };
}

/** A zero falls back to the default, as with Dex. */
export function resolveExpiry(context: ResolveContext, expiry: ConfigFile["expiry"]): Config["expiry"] {
  const orDefault = (key: "idTokens" | "authRequests" | "authCodes", fallback: string): number =>
    context.duration(join("expiry", key), expiry[key]) || context.duration("expiry", fallback);
  const idTokensMs = orDefault("idTokens", "24h");
  if (idTokensMs < 1_000) context.error("expiry.idTokens", "expiry.idTokens: must be at least 1s");
  return { idTokensMs, authRequestsMs: orDefault("authRequests", "24h"), authCodesMs: orDefault("authCodes", "10m") };
}

const servedGrantTypes = ["authorization_code", "refresh_token"] as const;
const challengeMethods = ["S256", "plain"] as const;

export function resolveOAuth2(context: ResolveContext, oauth2: ConfigFile["oauth2"]): OAuth2Config {
  const asked = oauth2.grantTypes ?? [];
  const methods = oauth2.pkce.codeChallengeMethodsSupported ?? [];
  for (const [index, method] of methods.entries()) {
    if (!challengeMethods.some((known) => known === method)) {
      context.error(
        `oauth2.pkce.codeChallengeMethodsSupported.${index}`,
        `unsupported PKCE challenge method "${method}"`,
        findNearMiss(method, challengeMethods),
      );
    }
  }
  checkResponseTypes(context, oauth2.responseTypes ?? []);
  return {
    skipApprovalScreen: oauth2.skipApprovalScreen,
    alwaysShowLoginScreen: oauth2.alwaysShowLoginScreen,
    grantTypes: servedGrantTypes.filter((grantType) => asked.length === 0 || asked.includes(grantType)),
    pkce: {
      enforce: oauth2.pkce.enforce,
      methods: challengeMethods.filter((method) => methods.length === 0 || methods.includes(method)),
    },
  };
}

function checkResponseTypes(context: ResolveContext, types: readonly string[]): void {
  for (const [index, type] of types.entries()) {
    const path = `oauth2.responseTypes.${index}`;
    const words = type.split(" ");
    if (!words.every((word) => ["code", "token", "id_token"].includes(word)))
      context.error(path, `unsupported response_type "${type}"`);
    else if (type !== "code") context.warn(path, `response type "${type}" has no effect yet: only code is served`);
  }
  if (types.length > 0 && !types.includes("code")) {
    context.error(
      "oauth2.responseTypes",
      "oauth2.responseTypes leaves out code, the only response type that is supported yet",
    );
  }
}

const levels = ["debug", "info", "warn", "error"] as const;
const formats = ["text", "json"] as const;

export function resolveLogger(context: ResolveContext, logger: ConfigFile["logger"]): LoggerConfig {
  const level = levels.find((name) => name === (logger.level.toLowerCase() || "info"));
  if (level === undefined) context.error("logger.level", `logger.level: must be one of ${levels.join(", ")}`);
  const format = formats.find((name) => name === (logger.format.toLowerCase() || "text"));
  if (format === undefined) context.error("logger.format", `logger.format: must be one of ${formats.join(", ")}`);
  return { level: level ?? "info", format: format ?? "text", excludeFields: logger.excludeFields ?? [] };
}

/** Keys of later work that decide who gets in are refused rather than ignored. */
export function refusePlanned(context: ResolveContext, file: ConfigFile): void {
  if ((file.mfa?.authenticators ?? []).length > 0) context.error("mfa.authenticators", "mfa: not supported yet");
  if ((file.mfa?.defaultMFAChain ?? []).length > 0)
    context.error("mfa.defaultMFAChain", "mfa.defaultMFAChain: not supported yet");
}
