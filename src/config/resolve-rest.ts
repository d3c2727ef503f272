import { parseDuration } from "../platform/duration.js";
import type { Config, LoggerConfig, OAuth2Config } from "./config.js";
import { join } from "./key-path.js";
import type { ResolveContext } from "./resolve-context.js";
import { expiryDefaults } from "./schema/expiry.js";
import { challengeMethods, plannedSignerTypes, servedGrantTypes, signerTypes } from "./schema/oauth2.js";
import type { ConfigFile } from "./schema/top.js";
import { logFormats, logLevels } from "./schema/web.js";
import { findNearMiss } from "./spelling.js";

/** Below this clients could not keep up with the key set. */
const shortestRotationMs = 3_000;
const shortestTokenMs = 1_000;

export function resolveSigner(context: ResolveContext, file: ConfigFile): Config["signer"] {
  const { signer, expiry } = file;
  if (signer !== undefined) checkSignerType(context, signer.type ?? "");
  const own = signer?.config.keysRotationPeriod;
  if (own !== undefined && expiry.signingKeys !== undefined) {
    context.warn("expiry.signingKeys", "expiry.signingKeys has no effect: signer.config.keysRotationPeriod wins");
  }
  const path = own === undefined ? "expiry.signingKeys" : "signer.config.keysRotationPeriod";
  const period = context.duration(path, own ?? expiry.signingKeys ?? expiryDefaults.signingKeys);
  if (period !== undefined && period < shortestRotationMs) {
    context.error(path, `${path}: must be at least ${shortestRotationMs / 1_000}s`);
  }
  return { algorithm: signer?.config.algorithm ?? "RS256", rotationPeriodMs: period ?? 0 };
}

function checkSignerType(context: ResolveContext, type: string): void {
  if (signerTypes.includes(type)) return;
  const at = "signer.type";
  if (type === "") context.error(at, "signer.type is required: local");
  else if (plannedSignerTypes.includes(type)) context.error(at, `signer type ${type}: not supported yet`);
  else context.error(at, `unknown signer type "${type}"`, findNearMiss(type, [...signerTypes, ...plannedSignerTypes]));
}

/** A zero falls back to the default, as with Dex. */
export function resolveExpiry(context: ResolveContext, expiry: ConfigFile["expiry"]): Config["expiry"] {
  const orDefault = (key: "idTokens" | "authRequests" | "authCodes"): number =>
    context.duration(join("expiry", key), expiry[key]) || parseDuration(expiryDefaults[key]);
  const idTokensMs = orDefault("idTokens");
  if (idTokensMs < shortestTokenMs) context.error("expiry.idTokens", "expiry.idTokens: must be at least 1s");
  return { idTokensMs, authRequestsMs: orDefault("authRequests"), authCodesMs: orDefault("authCodes") };
}

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
  checkGrantTypes(context, asked);
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

const plannedGrantTypes = [
  "implicit",
  "password",
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:token-exchange",
];

const responseWords = ["code", "token", "id_token"];

/** Dex ignores names that it does not know. */
function checkGrantTypes(context: ResolveContext, asked: readonly string[]): void {
  for (const [index, grantType] of asked.entries()) {
    const at = `oauth2.grantTypes.${index}`;
    if (servedGrantTypes.some((served) => served === grantType)) continue;
    if (plannedGrantTypes.includes(grantType)) context.warn(at, `grant type ${grantType} has no effect yet`);
    else {
      const hint = findNearMiss(grantType, [...servedGrantTypes, ...plannedGrantTypes]);
      context.warn(at, `unknown grant type "${grantType}": it has no effect`, hint);
    }
  }
  if (asked.length > 0 && !asked.includes("authorization_code")) {
    context.warn("oauth2.grantTypes", "oauth2.grantTypes leaves out authorization_code: nobody can log in to any app");
  }
}

function checkResponseTypes(context: ResolveContext, types: readonly string[]): void {
  for (const [index, type] of types.entries()) {
    const path = `oauth2.responseTypes.${index}`;
    const words = type.split(" ");
    if (!words.every((word) => responseWords.includes(word)))
      context.error(path, `unsupported response_type "${type}"`, findNearMiss(type, responseWords));
    else if (type !== "code") context.warn(path, `response type "${type}" has no effect yet: only code is served`);
  }
  if (types.length > 0 && !types.includes("code")) {
    context.error(
      "oauth2.responseTypes",
      "oauth2.responseTypes leaves out code, the only response type that is supported yet",
    );
  }
}

export function resolveLogger(context: ResolveContext, logger: ConfigFile["logger"]): LoggerConfig {
  const level = logLevels.find((name) => name === (logger.level.toLowerCase() || "info"));
  if (level === undefined) {
    const hint = findNearMiss(logger.level, logLevels);
    context.error("logger.level", `logger.level: must be one of ${logLevels.join(", ")}`, hint);
  }
  const format = logFormats.find((name) => name === (logger.format.toLowerCase() || "text"));
  if (format === undefined) {
    const hint = findNearMiss(logger.format, logFormats);
    context.error("logger.format", `logger.format: must be one of ${logFormats.join(", ")}`, hint);
  }
  return { level: level ?? "info", format: format ?? "text", excludeFields: logger.excludeFields ?? [] };
}

/** Keys of later work that decide who gets in are refused rather than ignored. */
export function refusePlanned(context: ResolveContext, file: ConfigFile): void {
  if ((file.mfa?.authenticators ?? []).length > 0) context.error("mfa.authenticators", "mfa: not supported yet");
  if ((file.mfa?.defaultMFAChain ?? []).length > 0)
    context.error("mfa.defaultMFAChain", "mfa.defaultMFAChain: not supported yet");
}
