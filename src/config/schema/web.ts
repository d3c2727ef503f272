import * as z from "zod";
import { text, textOr, texts } from "./key.js";

/** Also behind an empty list, as in Dex. */
export const defaultAllowedHeaders: readonly string[] = ["Authorization"];

const tlsVersion = z.enum(["1.2", "1.3"]);

export const Web = z.object({
  http: text("Address of the HTTP listener, host:port. At least one of http and https.", {
    examples: ["127.0.0.1:5556"],
  }),
  https: text("Address of the HTTPS listener, host:port."),
  tlsCert: text("PEM file of the certificate chain, for https. Read again when it is replaced, and on SIGHUP."),
  tlsKey: text("PEM file of the private key, for https."),
  tlsMinVersion: tlsVersion.default("1.2").meta({ description: "Oldest TLS version that is spoken." }),
  tlsMaxVersion: tlsVersion.default("1.3").meta({ description: "Newest TLS version that is spoken." }),
  allowedOrigins: texts(
    "Origins that may call discovery, keys, token, userinfo and revocation from a browser; * for all. Default: none.",
    { examples: ["https://app.example.com"] },
  ),
  allowedHeaders: texts("Request headers that those calls may carry, besides Content-Type.", {
    default: defaultAllowedHeaders,
  }),
  headers: z
    .object({
      "Content-Security-Policy": text("Replaces the policy of answers that are no pages."),
      "X-Frame-Options": text("Replaces DENY."),
      "X-Content-Type-Options": text("Replaces nosniff."),
      "X-XSS-Protection": text("Not sent by default."),
      "Strict-Transport-Security": text("Replaces max-age=31536000, which is sent where the issuer is https."),
    })
    .prefault({})
    .meta({ description: "Response headers in place of the built-in ones." }),
  clientRemoteIP: z
    .object({
      header: text("Header in which trusted proxies name the client, such as X-Forwarded-For."),
      trustedProxies: texts("Addresses or CIDRs of the proxies that are believed."),
    })
    .prefault({})
    .meta({ description: "How the client's address is found, for the log." }),
});

export const Telemetry = z.object({
  http: text(
    "Address of the telemetry listener, host:port: health and, at /metrics, figures for Prometheus; without the issuer's path. For your own network alone. Default: none, and nothing is counted.",
  ),
  enableProfiling: z.boolean().optional().meta({ description: "Profiling endpoints.", planned: true }),
});

export const logLevels = ["debug", "info", "warn", "error"] as const;
export const logFormats = ["text", "json"] as const;

export const Logger = z.object({
  level: textOr("info", "The least that is logged.", { values: logLevels, anyCase: true }),
  format: textOr("text", "Form of the lines.", { values: logFormats, anyCase: true }),
  excludeFields: texts("Attributes that are left out of every line."),
});
