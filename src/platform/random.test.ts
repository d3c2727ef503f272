import { describe, expect, it } from "vitest";
import { createId, createSecret, createTokenSecret, systemRandom } from "./random.js";

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
