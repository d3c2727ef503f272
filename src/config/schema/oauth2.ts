import * as z from "zod";
import { signingAlgorithms } from "../../oidc/signing-algorithm.js";
import { flag, planned, text, texts } from "./key.js";

export const servedGrantTypes = ["authorization_code", "refresh_token"] as const;
export const challengeMethods = ["S256", "plain"] as const;

export const OAuth2 = z.object({
  grantTypes: texts("Grant types that are allowed, of those that exist.", { default: servedGrantTypes }),
  responseTypes: texts("Response types. Only code is served.", { default: ["code"] }),
  skipApprovalScreen: flag(false, "Do not ask for consent."),
  alwaysShowLoginScreen: flag(false, "Show the choice of connectors even where there is only one."),
  passwordConnector: planned("Connector of the password grant."),
  pkce: z
    .object({
      enforce: flag(false, "Refuse authorization requests without PKCE."),
      codeChallengeMethodsSupported: texts("Challenge methods.", {
        default: challengeMethods,
        values: challengeMethods,
      }),
    })
    .prefault({})
    .meta({ description: "Proof Key for Code Exchange (RFC 7636)." }),
});

export const signerTypes: readonly string[] = ["local"];
/** Types of Dex that a later version will have: what signs must not change by being ignored. */
export const plannedSignerTypes: readonly string[] = ["vault"];

export const Signer = z.object({
  type: text("local: keys that Latchkey draws, keeps in storage and rotates.", {
    required: true,
    values: signerTypes,
  }),
  config: z
    .object({
      keysRotationPeriod: text("How long a key signs. Default: expiry.signingKeys, else 6h.", { unit: "Go duration" }),
      algorithm: z.enum(signingAlgorithms).default("RS256").meta({ description: "Signature algorithm of tokens." }),
    })
    .prefault({})
    .meta({ description: "Settings of the signer." }),
});
