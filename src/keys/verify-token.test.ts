import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createSigningCollection } from "../../test/support/key-store.js";
import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import type { PublicJwk, SigningKeys } from "../records/signing-keys.js";
import type { Collection } from "../storage/collection.js";
import { type LocalKeys, openLocalKeys } from "./local-keys.js";
import { findTokenParts } from "./verify-token.js";

const claims = { sub: "somebody" };

function encode(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

interface Target {
  readonly keys: LocalKeys;
  readonly collection: Collection<SigningKeys>;
  readonly token: string;
  readonly keyId: string;
  readonly publicJwk: PublicJwk;
}

async function openTarget(algorithm: SigningAlgorithm): Promise<Target> {
  const collection = createSigningCollection();
  const keys = await openLocalKeys({
    collection,
    clock: () => 1_800_000_000_000,
    algorithm,
    rotationPeriodMs: 21_600_000,
    tokenLifetimeMs: 86_400_000,
    report: () => undefined,
    onFailure: () => undefined,
  });
  const record = (await collection.find("current"))?.record.keys[0];
  if (record === undefined) throw new Error("no key was stored");
  const token = await keys.current().sign(claims);
  return { keys, collection, token, keyId: record.keyId, publicJwk: record.publicJwk };
}

/** Signs whatever header is given with a key of the attacker's own. */
function forge(header: unknown, key: KeyObject): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

function forgeHmac(header: unknown, secret: string | Buffer): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** Other spellings of the same bytes, and the same token in other clothes. */
function respell({ token }: Target): Record<string, string> {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(signature.slice(-1));
  const respelled = signature.slice(0, -1) + alphabet.charAt(last ^ 1);
  return {
    "spare bits set in the last letter of the signature": `${header}.${payload}.${respelled}`,
    "padding after the signature": `${token}==`,
    "standard base64 letters": `${header}.${payload}.+/${signature.slice(2)}`,
    "a line end after it": `${token}\n`,
    "a blank before it": ` ${token}`,
    "a blank inside the signature": `${header}.${payload}.${signature.slice(0, 9)} ${signature.slice(9)}`,
    "a dot after it": `${token}.`,
    "a dot before it": `.${token}`,
    "a fourth part": `${token}.${signature}`,
    "no signature": `${header}.${payload}.`,
    "no signature part": `${header}.${payload}`,
    "no payload (detached)": `${header}..${signature}`,
    "the signature cut": token.slice(0, -4),
    "the signature longer": `${token}AAAA`,
    "another payload": `${header}.${encode({ sub: "admin" })}.${signature}`,
    "the JSON serialisation": JSON.stringify({ protected: header, payload, signature }),
    "a null byte": `${token}\0`,
  };
}

function reheader({ token, keyId, publicJwk }: Target, algorithm: SigningAlgorithm): Record<string, string> {
  const [, payload = "", signature = ""] = token.split(".");
  const attacker = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const own = attacker.publicKey.export({ format: "jwk" });
  const good = { alg: algorithm, kid: keyId };
  const pem = createPublicKey({ key: publicJwk, format: "jwk" }).export({ format: "pem", type: "spki" });
  const withHeader = (header: unknown): string => `${encode(header)}.${payload}.${signature}`;
  return {
    "alg none without a signature": `${encode({ alg: "none", kid: keyId })}.${payload}.`,
    "alg none with a signature": withHeader({ alg: "none", kid: keyId }),
    "alg None": withHeader({ alg: "None", kid: keyId }),
    "HS256 keyed with the public PEM": forgeHmac({ alg: "HS256", kid: keyId }, pem),
    "HS256 keyed with the public JWK": forgeHmac({ alg: "HS256", kid: keyId }, JSON.stringify(publicJwk)),
    "HS256 under our header, keyed with the public PEM": forgeHmac(good, pem),
    "HS256 keyed with nothing": forgeHmac({ alg: "HS256", kid: keyId }, ""),
    "another algorithm for the same key": withHeader({ alg: algorithm === "ES256" ? "RS256" : "ES256", kid: keyId }),
    "no alg": withHeader({ kid: keyId }),
    "no kid": withHeader({ alg: algorithm }),
    "our kid over a key of their own": forge(good, attacker.privateKey),
    "a kid of their own": forge({ alg: "ES256", kid: "theirs" }, attacker.privateKey),
    "an embedded jwk": forge({ ...good, jwk: own }, attacker.privateKey),
    "a jku": forge({ ...good, jku: "https://attacker.example/keys" }, attacker.privateKey),
    "an x5c": forge({ ...good, x5c: ["MIIB"] }, attacker.privateKey),
    "a kid that is a path": withHeader({ alg: algorithm, kid: "../../dev/null" }),
    "a kid that is a query": withHeader({ alg: algorithm, kid: "' OR 1=1 --" }),
    "a kid of Object.prototype": withHeader({ alg: algorithm, kid: "__proto__" }),
    "a kid that is no text": withHeader({ alg: algorithm, kid: [keyId] }),
    crit: withHeader({ ...good, crit: ["exp"], exp: 1 }),
    "b64 false": withHeader({ ...good, b64: false, crit: ["b64"] }),
    zip: withHeader({ ...good, zip: "DEF" }),
    "the members in another order": withHeader({ kid: keyId, alg: algorithm }),
    "alg twice": withHeader(`{"alg":"${algorithm}","kid":"${keyId}","alg":"none"}`),
    "a header that is no JSON": withHeader("not json"),
    "a header that is a list": withHeader([]),
    "a zero signature": `${encode(good)}.${payload}.${Buffer.alloc(64).toString("base64url")}`,
    "a zero signature of RSA's size": `${encode(good)}.${payload}.${Buffer.alloc(256).toString("base64url")}`,
    "a signature of one byte": `${encode(good)}.${payload}.AA`,
  };
}

describe.each(["RS256", "ES256", "EdDSA"] as const)("with a key for %s", (algorithm) => {
  let target: Target;

  beforeAll(async () => {
    target = await openTarget(algorithm);
  });

  it("the untouched token is accepted", async () => {
    expect(await target.keys.verify(target.token)).toEqual(claims);
  });

  it("every token under another header is refused (RFC 8725 §2.1, §3.1)", async () => {
    for (const [name, token] of Object.entries(reheader(target, algorithm))) {
      expect(await target.keys.verify(token), name).toBeUndefined();
    }
  });

  it("every other spelling of a good token is refused", async () => {
    for (const [name, token] of Object.entries(respell(target))) {
      expect(await target.keys.verify(token), name).toBeUndefined();
    }
  });

  it("a token with any one letter changed is refused", async () => {
    for (let at = 0; at < target.token.length; at++) {
      const letter = target.token.charAt(at) === "A" ? "B" : "A";
      const changed = target.token.slice(0, at) + letter + target.token.slice(at + 1);
      expect(await target.keys.verify(changed), `letter ${at}`).toBeUndefined();
    }
  });

  it("a token that another of these servers signed is refused", async () => {
    const other = await openTarget(algorithm);
    expect(await target.keys.verify(other.token)).toBeUndefined();
  });
});

describe("what is no token at all", () => {
  it.each([
    ["nothing", ""],
    ["dots", ".."],
    ["many dots", ".".repeat(16_000)],
    ["a word", "token"],
    ["letters outside ASCII", "é.é.é"],
    ["three long parts", Array(3).fill("A".repeat(5_000)).join(".")],
    ["a megabyte", Array(3).fill("A".repeat(350_000)).join(".")],
  ])("is refused: %s", async (_, text) => {
    const { keys } = await openTarget("EdDSA");
    expect(await keys.verify(text)).toBeUndefined();
  });

  it("is refused where it is too long, even with a good signature", async () => {
    const { keys } = await openTarget("EdDSA");
    expect(await keys.verify(await keys.current().sign({ groups: "g".repeat(13_000) }))).toBeUndefined();
    expect(await keys.verify(await keys.current().sign({ groups: "g".repeat(12_000) }))).toBeDefined();
  });

  it("is refused where the signed payload is no object", async () => {
    const { collection, keys, keyId } = await openTarget("EdDSA");
    const record = (await collection.find("current"))?.record.keys[0];
    const key = { key: Buffer.from(record?.privateKey ?? "", "base64"), format: "der", type: "pkcs8" } as const;
    for (const payload of [[], "text", null, 1]) {
      const input = `${encode({ alg: "EdDSA", kid: keyId })}.${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
      const token = `${input}.${sign(null, Buffer.from(input), key).toString("base64url")}`;
      expect(await keys.verify(token)).toBeUndefined();
    }
  });

  it("costs one look into storage, however much of it comes", async () => {
    const { collection } = await openTarget("EdDSA");
    let reads = 0;
    const counted: Collection<SigningKeys> = {
      ...collection,
      find: (key) => {
        reads += 1;
        return collection.find(key);
      },
    };
    const keys = await openLocalKeys({
      collection: counted,
      clock: () => 1_800_000_000_000,
      algorithm: "EdDSA",
      rotationPeriodMs: 21_600_000,
      tokenLifetimeMs: 86_400_000,
      report: () => undefined,
      onFailure: () => undefined,
    });
    reads = 0;
    await Promise.all(Array.from({ length: 500 }, (_, n) => keys.verify(`${encode({ kid: n })}.e30.AAAA`)));
    expect(reads).toBe(1);
  });
});

describe("any text in the place of a token (RFC 7515 §3.1)", () => {
  const letter = fc.constantFrom(..."ABCabc019-_.=+/ \n\0é");

  it("is refused where it differs from a good token in any letter, and never is a fault", async () => {
    const { keys, token } = await openTarget("EdDSA");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.nat(2),
        fc.array(letter, { maxLength: 3 }),
        async (at, dropped, added) => {
          const altered = token.slice(0, at) + added.join("") + token.slice(at + dropped);
          fc.pre(altered !== token);
          expect(await keys.verify(altered)).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });

  it("has three parts that make it up to the letter, or none", () => {
    const dotted = fc
      .array(fc.oneof(letter, fc.stringMatching(/^[\w-]+$/), fc.constant(".")))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(dotted, fc.string({ unit: "binary" })), (text) => {
        const parts = findTokenParts(text);
        if (parts === undefined) expect(text).not.toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
        else expect(`${parts.header}.${parts.payload}.${parts.signature}`).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
