import * as z from "zod";
import { duration, flag, text, texts } from "./key.js";

// Sections of Dex without effect yet. They are read all the same, so that a misspelling is told today.

export const Grpc = z.object({
  addr: text("Address of the listener, host:port. Default: none."),
  tlsCert: text("PEM file of the certificate chain."),
  tlsKey: text("PEM file of the private key."),
  tlsClientCA: text("PEM file of the authorities whose client certificates are asked for."),
  tlsMinVersion: text("Oldest TLS version that is spoken."),
  tlsMaxVersion: text("Newest TLS version that is spoken."),
  reflection: flag(false, "Answer questions about the API itself."),
});

export const Sessions = z.object({
  cookieName: text("Name of the cookie."),
  absoluteLifetime: duration("24h", "A session older than this ends."),
  validIfNotUsedFor: duration("1h", "A session unused for longer than this ends."),
  rememberMeCheckedByDefault: flag(true, "Whether people stay logged in unless they choose otherwise."),
  cookieEncryptionKey: text("Key that seals the cookie.", { secret: true }),
  cookieEncryptionKeyEnv: text("Environment variable that holds the key."),
  cookieEncryptionKeyFile: text("File that holds the key."),
  ssoSharedWithDefault: text("none or all: which apps share a session by default."),
});

/** Refused where it is not empty: it decides who gets in. */
export const Mfa = z.object({
  authenticators: z
    .array(
      z.object({
        id: text("Name of the factor."),
        type: text("TOTP or WebAuthn."),
        config: z.unknown().optional().meta({ description: "Settings of the type." }),
        connectorTypes: texts("Connector types that it is asked for. Default: all."),
      }),
    )
    .optional()
    .meta({ description: "Second factors. Not supported yet: must be empty." }),
  defaultMFAChain: texts("Factors that every client asks for. Not supported yet: must be empty."),
});
