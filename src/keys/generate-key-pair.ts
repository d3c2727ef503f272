import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import { PublicJwk, type SigningKeyPair } from "../records/signing-keys.js";

const generate = promisify(generateKeyPair);

/** Draws a key pair on the thread pool: RSA takes a fifth of a second and more. */
export async function generateSigningKeyPair(algorithm: SigningAlgorithm): Promise<SigningKeyPair> {
  const { publicKey, privateKey } = await generateFor(algorithm);
  const publicJwk = PublicJwk.parse(publicKey.export({ format: "jwk" }));
  return {
    keyId: createThumbprint(publicJwk),
    algorithm,
    publicJwk,
    privateKey: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"),
  };
}

/** RFC 7638 §3: SHA-256 over the required members in lexical order; RFC 8037 §2 for Ed25519. */
export function createThumbprint(jwk: PublicJwk): string {
  return createHash("sha256")
    .update(JSON.stringify(requiredMembers(jwk)))
    .digest("base64url");
}

function requiredMembers(jwk: PublicJwk): PublicJwk {
  switch (jwk.kty) {
    case "RSA":
      return { e: jwk.e, kty: jwk.kty, n: jwk.n };
    case "EC":
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
    case "OKP":
      return { crv: jwk.crv, kty: jwk.kty, x: jwk.x };
  }
}

function generateFor(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case "RS256":
      return generate("rsa", { modulusLength: 2048 });
    case "ES256":
      return generate("ec", { namedCurve: "P-256" });
    case "EdDSA":
      return generate("ed25519");
  }
}
