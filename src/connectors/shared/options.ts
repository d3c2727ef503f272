import * as z from "zod";
import { Secret } from "../../platform/secret.js";

// Settings that several types have. What a setting says of itself by `meta` is read by the config and its reference:
// `secret`: never shown, may come from `...Env` and `...File`; `file`: the file's content takes the place of its path.

/** A secret that may be absent. See `secretText` for one that must be there. */
export function optionalSecret(description: string) {
  const wrapped = z.string().transform((text) => (text === "" ? undefined : new Secret(text)));
  return z
    .union([z.instanceof(Secret), wrapped])
    .optional()
    .meta({ description, secret: true });
}

/** PEM, given as a path, as PEM itself or as base64 of it, as Dex takes each. The config hands on the PEM. */
export function pemText(description: string) {
  return z.string().optional().meta({ description, file: "pem" });
}

/** A list of `pemText`. */
export function pemTexts(description: string) {
  return z
    .array(z.string().meta({ file: "pem" }))
    .optional()
    .meta({ description });
}

/** The content of a text file whose path stands in the config, of a private key or a password: it leaves the schema wrapped. */
export function secretFileText(description: string) {
  const wrapped = z.string().transform((text) => (text === "" ? undefined : new Secret(text)));
  return z
    .union([z.instanceof(Secret), wrapped])
    .optional()
    .meta({ description, file: "text" });
}

/** Where the upstream sends people back to. The config checks it against the issuer. */
export function redirectUri() {
  return z
    .string()
    .optional()
    .meta({
      description:
        "Must be registered at the upstream: `{issuer}/callback`, or `{issuer}/callback/{id}` of this connector. Default: the first.",
      examples: ["https://id.example.com/callback"],
    });
}

export function optionalText(
  description: string,
  note: { readonly values?: readonly string[]; readonly default?: string } = {},
) {
  return z
    .string()
    .optional()
    .meta({ description, ...note });
}

export function requiredText(description: string) {
  return z.string().min(1).meta({ description });
}

export function textOr(fallback: string, description: string) {
  return z.string().default(fallback).meta({ description });
}

export function flag(description: string, fallback = false) {
  return z.boolean().default(fallback).meta({ description });
}

export function texts(description: string) {
  return z.array(z.string()).optional().meta({ description });
}

/** Where an upstream is: its address, or where all its addresses begin. */
export function httpUrl(description: string) {
  return z.string().refine(isHttpUrl, { error: "must be an http or https URL without ? and #" }).meta({ description });
}

export function httpUrlOr(fallback: string, description: string) {
  return httpUrl(description).default(fallback).meta({ description });
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text) && !/[?#]/.test(text);
}
