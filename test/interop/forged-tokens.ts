import { createHmac, createPublicKey, createSign, generateKeyPairSync, sign } from "node:crypto";
import type { SigningAlgorithm } from "../../src/oidc/signing-algorithm.js";
import { readClaims } from "../support/relying-party.js";
import type { Issuer } from "./issuer.js";

/** Makes of a good ID token one that nobody may accept. */
export type Forgery = (idToken: string) => string;

/** Forgeries by what is wrong with the token. */
export function createForgeries(algorithm: SigningAlgorithm, publicKeyPem: string): Readonly<Record<string, Forgery>> {
  return {
    "whose signature is damaged": (idToken) => {
      const [header, payload, signature = ""] = idToken.split(".");
      return `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    },
    "whose claims were changed": (idToken) => {
      const [header, , signature] = idToken.split(".");
      return `${header}.${encode({ ...readClaims(idToken), email: "somebody.else@example.com" })}.${signature}`;
    },
    "without a signature (alg none)": (idToken) => `${encode({ alg: "none" })}.${idToken.split(".")[1]}.`,
    "signed with the public key as an HMAC secret": (idToken) => {
      const [header = "", payload] = idToken.split(".");
      const input = `${encode({ ...decode(header), alg: "HS256" })}.${payload}`;
      return `${input}.${createHmac("sha256", publicKeyPem).update(input).digest("base64url")}`;
    },
    "signed by somebody else under the same kid": (idToken) => {
      const input = idToken.slice(0, idToken.lastIndexOf("."));
      return `${input}.${signAnew(input, algorithm)}`;
    },
  };
}

/** The first key that the issuer publishes, as PEM. */
export async function readPublicKey(issuer: Issuer): Promise<string> {
  const { keys } = JSON.parse(await (await fetch(`${issuer.url}/keys`)).text());
  return createPublicKey({ key: keys[0], format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
}

function signAnew(input: string, algorithm: SigningAlgorithm): string {
  if (algorithm === "EdDSA")
    return sign(null, Buffer.from(input), generateKeyPairSync("ed25519").privateKey).toString("base64url");
  const signer = createSign("sha256").update(input);
  if (algorithm === "RS256")
    return signer.sign(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, "base64url");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return signer.sign({ key: privateKey, dsaEncoding: "ieee-p1363" }, "base64url");
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}
