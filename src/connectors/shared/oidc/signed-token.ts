import { compactVerify, decodeProtectedHeader, errors } from "jose";
import * as z from "zod";
import { decodeUtf8 } from "../../../platform/encoding.js";
import { InvalidTokenError } from "./invalid-token.js";
import type { FoundKeys, KeySet, SignatureHeader } from "./key-set.js";

/** Claims as the provider sent them. */
export type Claims = Readonly<Record<string, unknown>>;

export interface SignedClaims {
  readonly claims: Claims;
  readonly algorithm: string;
}

const Header = z.object({ alg: z.string(), kid: z.string().optional() });
const Payload = z.record(z.string(), z.unknown());

/**
 * Checks the signature of a JWS in compact form (RFC 7515 section 5.2) and reads its claims from the very bytes that were
 * signed. Keys that are missing are asked for once.
 */
export async function verifySigned(keys: KeySet, algorithms: readonly string[], token: string): Promise<SignedClaims> {
  const signature = readHeader(token);
  const { algorithm } = signature;
  // Before any key is looked at: the token must not choose how it is checked (RFC 8725 section 3.1).
  if (!algorithms.includes(algorithm)) {
    throw new InvalidTokenError(
      `the token is signed with ${algorithm.slice(0, 20)}, not with ${algorithms.join(", ")}`,
    );
  }
  const found = await keys.find(signature);
  let payload = await tryKeys(found, signature, token);
  if (payload === undefined && (await keys.renew(found))) {
    payload = await tryKeys(await keys.find(signature), signature, token);
  }
  if (payload === undefined) throw new InvalidTokenError("the token is signed with none of the provider's keys");
  return { claims: parsePayload(payload), algorithm };
}

function readHeader(token: string): SignatureHeader {
  try {
    const { alg, kid } = Header.parse(decodeProtectedHeader(token));
    return { algorithm: alg, keyId: kid };
  } catch (error) {
    throw new InvalidTokenError("the token is no signed JWT", error);
  }
}

async function tryKeys(
  { keys }: FoundKeys,
  signature: SignatureHeader,
  token: string,
): Promise<Uint8Array | undefined> {
  for (const key of keys) {
    try {
      return (await compactVerify(token, key, { algorithms: [signature.algorithm] })).payload;
    } catch (error) {
      // Too short a key, or one of another curve, is as good as none.
      if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof TypeError) continue;
      throw new InvalidTokenError("the token is no signed JWT", error);
    }
  }
  return undefined;
}

function parsePayload(payload: Uint8Array): Claims {
  try {
    return Payload.parse(JSON.parse(decodeUtf8(payload) ?? ""));
  } catch (error) {
    throw new InvalidTokenError("the token holds no claims", error);
  }
}
