import { z } from "zod";
import { flag, planned, texts } from "./key.js";

export const OAuth2 = z.object({
  grantTypes: texts("Grant types that are allowed, of those that exist. Default: all."),
  responseTypes: texts("Response types. Only code is served."),
  skipApprovalScreen: flag(false, "Do not ask for consent."),
  alwaysShowLoginScreen: flag(false, "Show the choice of connectors even where there is only one."),
  passwordConnector: planned("Connector of the password grant."),
  pkce: z
    .object({
      enforce: flag(false, "Refuse authorization requests without PKCE."),
      codeChallengeMethodsSupported: texts("Challenge methods. Default: S256 and plain."),
    })
    .prefault({})
    .meta({ description: "Proof Key for Code Exchange (RFC 7636)." }),
});

export const Signer = z.object({
  type: z.string().meta({ description: "local: keys that Latchkey draws, keeps in storage and rotates." }),
  config: z
    .object({
      keysRotationPeriod: z
        .string()
        .optional()
        .meta({ description: "How long a key signs. Default 6h.", unit: "Go duration" }),
      algorithm: z
        .enum(["RS256", "ES256", "EdDSA"])
        .default("RS256")
        .meta({ description: "Signature algorithm of tokens." }),
    })
    .prefault({})
    .meta({ description: "Settings of the signer." }),
});
