import { constants, createHash, type KeyLike, KeyObject, type VerifyKeyObjectInput, verify } from "node:crypto";
import type { HashAlgorithm, SignatureAlgorithm } from "xml-crypto";

// What a signature may be made with (XML Signature 1.1 section 6.1, RFC 6931). No HMAC: with a public certificate as its
// key, anybody could sign. SHA-1 only where the config asks for it: two documents of one digest can be made.

type Scheme = "rsa" | "rsa-pss" | "ec";

const more = "http://www.w3.org/2001/04/xmldsig-more#";
const newer = "http://www.w3.org/2007/05/xmldsig-more#";

const signatures: readonly (readonly [string, string, Scheme])[] = [
  [`${more}rsa-sha256`, "sha256", "rsa"],
  [`${more}rsa-sha384`, "sha384", "rsa"],
  [`${more}rsa-sha512`, "sha512", "rsa"],
  [`${more}ecdsa-sha256`, "sha256", "ec"],
  [`${more}ecdsa-sha384`, "sha384", "ec"],
  [`${more}ecdsa-sha512`, "sha512", "ec"],
  [`${newer}sha256-rsa-MGF1`, "sha256", "rsa-pss"],
  [`${newer}sha384-rsa-MGF1`, "sha384", "rsa-pss"],
  [`${newer}sha512-rsa-MGF1`, "sha512", "rsa-pss"],
];

const digests: readonly (readonly [string, string])[] = [
  ["http://www.w3.org/2001/04/xmlenc#sha256", "sha256"],
  [`${more}sha384`, "sha384"],
  ["http://www.w3.org/2001/04/xmlenc#sha512", "sha512"],
];

const oldSignatures: typeof signatures = [
  ["http://www.w3.org/2000/09/xmldsig#rsa-sha1", "sha1", "rsa"],
  [`${more}ecdsa-sha1`, "sha1", "ec"],
];
const oldDigests: typeof digests = [["http://www.w3.org/2000/09/xmldsig#sha1", "sha1"]];

/** Signature algorithms by name, as xml-crypto wants them. */
export function createSignatureAlgorithms(allowSha1: boolean): Record<string, new () => SignatureAlgorithm> {
  const allowed = allowSha1 ? [...signatures, ...oldSignatures] : signatures;
  return Object.fromEntries(allowed.map(([name, hash, scheme]) => [name, createVerifier(name, hash, scheme)]));
}

/** Digest algorithms by name, as xml-crypto wants them. With `echo` each gives that digest for whatever it gets. */
export function createHashAlgorithms(allowSha1: boolean, echo?: string): Record<string, new () => HashAlgorithm> {
  const allowed = allowSha1 ? [...digests, ...oldDigests] : digests;
  return Object.fromEntries(allowed.map(([name, hash]) => [name, createHasher(name, hash, echo)]));
}

/** Whether a name stands for SHA-1: worth a sentence of its own where it is refused. */
export function isSha1(name: string): boolean {
  return [...oldSignatures, ...oldDigests].some(([old]) => old === name);
}

function createVerifier(name: string, hash: string, scheme: Scheme): new () => SignatureAlgorithm {
  return class {
    getAlgorithmName(): string {
      return name;
    }

    getSignature(): string {
      throw new Error("nothing is signed here");
    }

    verifySignature(material: string, key: KeyLike, signature: string): boolean {
      if (!(key instanceof KeyObject) || !fits(key, scheme)) return false;
      return verify(hash, Buffer.from(material, "utf8"), describeKey(key, scheme), Buffer.from(signature, "base64"));
    }
  };
}

/** A key of another kind would be used with rules that nobody chose. */
function fits(key: KeyObject, scheme: Scheme): boolean {
  const type = key.asymmetricKeyType;
  return scheme === "rsa-pss" ? type === "rsa" || type === "rsa-pss" : type === scheme;
}

function describeKey(key: KeyObject, scheme: Scheme): VerifyKeyObjectInput {
  if (scheme === "ec") return { key, dsaEncoding: "ieee-p1363" };
  if (scheme === "rsa") return { key, padding: constants.RSA_PKCS1_PADDING };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

function createHasher(name: string, hash: string, echo: string | undefined): new () => HashAlgorithm {
  return class {
    getAlgorithmName(): string {
      return name;
    }

    getHash(xml: string): string {
      return echo ?? createHash(hash).update(xml, "utf8").digest("base64");
    }
  };
}
