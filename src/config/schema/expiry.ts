import { z } from "zod";
import { duration, text } from "./key.js";

const idle = "A refresh token unused for longer than this ends. 0 or empty: no such limit. Default 2160h.";

/** Also `staticClients[].refreshTokens`: what is absent there comes from `expiry.refreshTokens`, then from the defaults. */
export const RefreshTokens = z.object({
  disableRotation: z
    .boolean()
    .optional()
    .meta({ description: "Keep one refresh token for the life of a login. Needs a written lifetime. Default false." }),
  reuseInterval: text(
    "How long a superseded refresh token is still answered with the current one. 0: not at all. Default 30s.",
    { unit: "Go duration" },
  ),
  validIfNotUsedFor: text(idle, { unit: "Go duration" }),
  validForIfNotUsed: text("The same as validIfNotUsedFor.", { unit: "Go duration" }),
  absoluteLifetime: text(
    "A refresh token older than this ends, however often it is used. 0 or empty: no such limit, the default.",
    { unit: "Go duration" },
  ),
  maxPerUserAndClient: z.number().int().min(1).max(400).optional().meta({
    description:
      "Logins of one person at one client that may hold refresh tokens at once; the least recently used go. Default 50.",
  }),
});

export const Expiry = z.object({
  signingKeys: text("Rotation period of the signing keys; signer.config.keysRotationPeriod wins. Default 6h.", {
    unit: "Go duration",
  }),
  idTokens: duration("24h", "Life of ID tokens and access tokens."),
  authRequests: duration("24h", "How long a login may take, from the app's request to its code."),
  authCodes: duration("10m", "How long an authorization code can be redeemed."),
  deviceRequests: z
    .string()
    .optional()
    .meta({ description: "Life of device codes.", unit: "Go duration", planned: true }),
  refreshTokens: RefreshTokens.prefault({}).meta({ description: "Rotation and lifetimes of refresh tokens." }),
});

/** Values behind absent keys of `RefreshTokens`. */
export const refreshDefaults = {
  reuseInterval: "30s",
  validIfNotUsedFor: "2160h",
  absoluteLifetime: "0",
  maxPerUserAndClient: 50,
} as const;
