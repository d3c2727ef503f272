import { describe, expect, it } from "vitest";
import { createId, createSecret, createSystemRandom, createTokenSecret } from "./random.js";

const systemRandom = createSystemRandom();

describe("random texts", () => {
  it("are 22 characters for an id and 43 for a secret, of the base64url alphabet", () => {
    expect(createId(systemRandom)).toMatch(/^[\w-]{22}$/);
    expect(createSecret(systemRandom)).toMatch(/^[\w-]{43}$/);
    expect(createTokenSecret(systemRandom)).toMatch(/^[\w-]{24}$/);
  });

  it("hold 128, 256 and 144 bits, as RFC 6749 §10.10 asks for", () => {
    const asked: number[] = [];
    const random = (bytes: number): Buffer => {
      asked.push(bytes);
      return Buffer.alloc(bytes);
    };
    createId(random);
    createSecret(random);
    createTokenSecret(random);
    expect(asked).toEqual([16, 32, 18]);
  });

  it("do not repeat", () => {
    expect(new Set(Array.from({ length: 1_000 }, () => createId(systemRandom))).size).toBe(1_000);
  });
});

describe("the system's randomness", () => {
  it("is as long as asked for, from nothing to more than a block", () => {
    for (const bytes of [0, 1, 12, 4_096, 4_097, 100_000]) expect(systemRandom(bytes)).toHaveLength(bytes);
  });

  it("gives each piece away once: what its owner does to it touches no other, and no piece repeats", () => {
    const pieces = Array.from({ length: 2_000 }, () => systemRandom(16));
    const texts = pieces.map((piece) => piece.toString("hex"));
    expect(new Set(texts).size).toBe(pieces.length);
    for (const piece of pieces.slice(0, 1_000)) piece.fill(0);
    expect(pieces.slice(1_000).map((piece) => piece.toString("hex"))).toEqual(texts.slice(1_000));
  });

  it("fills every part of a block: no byte of it stays zero for long", () => {
    const seen = Buffer.alloc(4_096);
    for (let round = 0; round < 20; round++) {
      for (const [at, byte] of systemRandom(4_096).entries()) if (byte !== 0) seen[at] = 1;
    }
    expect(seen.includes(0)).toBe(false);
  });
});
