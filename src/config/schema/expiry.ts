import * as z from "zod";
import { duration, text } from "./key.js";

const unit = "Go duration";

/** Also behind a zero, as in Dex. */
export const expiryDefaults = { idTokens: "24h", authRequests: "24h", authCodes: "10m", signingKeys: "6h" } as const;

/** Values behind absent keys of `RefreshTokens`. */
export const refreshDefaults = {
  reuseInterval: "30s",
  validIfNotUsedFor: "2160h",
  absoluteLifetime: "0",
  maxPerUserAndClient: 50,
} as const;

const idle = "A refresh token unused for longer than this ends. 0 or empty: no such limit.";

export const RefreshTokens = z.object({
  disableRotation: z.boolean().optional().meta({
    description:
      "Keep one refresh token for the life of a login. Needs validIfNotUsedFor or absoluteLifetime to be written.",
    default: false,
  }),
  reuseInterval: text(
    "How long a superseded refresh token is still answered with the current one. 0 or empty: not at all.",
    { unit, default: refreshDefaults.reuseInterval },
  ),
  validIfNotUsedFor: text(idle, { unit, default: refreshDefaults.validIfNotUsedFor }),
  validForIfNotUsed: text("The same as validIfNotUsedFor.", { unit }),
  absoluteLifetime: text("A refresh token older than this ends, however often it is used. 0 or empty: no such limit.", {
    unit,
    default: refreshDefaults.absoluteLifetime,
  }),
  maxPerUserAndClient: z.number().int().min(1).max(400).optional().meta({
    description:
      "Logins of one person at one client that may hold refresh tokens at once; the least recently used go. 1 to 400.",
    unit: "logins",
    default: refreshDefaults.maxPerUserAndClient,
  }),
});

/** `staticClients[].refreshTokens`: what is absent there comes from `expiry.refreshTokens`, then from the defaults. */
export const ClientRefreshTokens = z.object({
  disableRotation: asInExpiry(RefreshTokens.shape.disableRotation),
  reuseInterval: asInExpiry(RefreshTokens.shape.reuseInterval),
  validIfNotUsedFor: asInExpiry(RefreshTokens.shape.validIfNotUsedFor),
  validForIfNotUsed: RefreshTokens.shape.validForIfNotUsed,
  absoluteLifetime: asInExpiry(RefreshTokens.shape.absoluteLifetime),
  maxPerUserAndClient: asInExpiry(RefreshTokens.shape.maxPerUserAndClient),
});

function asInExpiry<S extends z.ZodType>(schema: S): S {
  const { default: _ofExpiry, description = "", ...note } = schema.meta() ?? {};
  return schema.meta({ ...note, description: `${description} Default: as in expiry.refreshTokens.` });
}

export const Expiry = z.object({
  signingKeys: text("Rotation period of the signing keys; signer.config.keysRotationPeriod wins.", {
    unit,
    default: expiryDefaults.signingKeys,
  }),
  idTokens: duration(
    expiryDefaults.idTokens,
    "Life of ID tokens and access tokens, the same for all clients. 0: the default.",
  ),
  authRequests: duration(
    expiryDefaults.authRequests,
    "How long a login may take, from the app's request to its code. 0: the default.",
  ),
  authCodes: duration(expiryDefaults.authCodes, "How long an authorization code can be redeemed. 0: the default."),
  deviceRequests: text("Life of device codes.", { unit, planned: true }),
  refreshTokens: RefreshTokens.prefault({}).meta({ description: "Rotation and lifetimes of refresh tokens." }),
});
