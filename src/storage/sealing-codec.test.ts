import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Secret } from "../platform/secret.js";
import { StorageRefusedError } from "./driver.js";
import { createSealingCodec } from "./sealing-codec.js";

const kind = { name: "thing", sealed: ["secret", "list", "absent"] };
const record = { open: "in clear", secret: "hidden", list: [{ key: "hidden too" }] };
const createKey = (): Secret => new Secret(randomBytes(32).toString("base64"));
const first = createKey();
const second = createKey();
const codec = createSealingCodec([first]);

describe("with a key", () => {
  const text = codec.encode(kind, "a", record);

  it("seals the named members alone, and opens them again", () => {
    expect(text).not.toContain("hidden");
    expect(JSON.parse(text)).toEqual({
      open: "in clear",
      secret: { $sealed: expect.stringMatching(/^[\w-]{8}\.[\w-]+$/) },
      list: { $sealed: expect.stringMatching(/^[\w-]{8}\.[\w-]+$/) },
    });
    expect(codec.decode(kind, "a", text)).toEqual(record);
  });

  it("seals the same value differently each time", () => {
    expect(codec.encode(kind, "a", record)).not.toBe(text);
  });

  it("does not open a member in another row, kind or member", () => {
    expect(() => codec.decode(kind, "b", text)).toThrow(/altered or moved/);
    expect(() => codec.decode({ ...kind, name: "other" }, "a", text)).toThrow(/altered or moved/);
    const { secret, list } = JSON.parse(text);
    const swapped = JSON.stringify({ ...record, secret: list, list: secret });
    expect(() => codec.decode(kind, "a", swapped)).toThrow(/altered or moved/);
  });

  it("does not open a member in which one character was changed, and says neither key nor content", () => {
    const { secret } = JSON.parse(text);
    for (const at of [9, 30, secret.$sealed.length - 2]) {
      const changed = secret.$sealed[at] === "A" ? "B" : "A";
      const $sealed = secret.$sealed.slice(0, at) + changed + secret.$sealed.slice(at + 1);
      const decode = () => codec.decode(kind, "row key", JSON.stringify({ secret: { $sealed } }));
      expect(decode).toThrow(/^secret of the thing stored under [\w-]{43} \(hash\) was altered or moved$/);
    }
  });

  it("seals nothing of a kind that names no member", () => {
    const plain = { name: "plain", sealed: [] };
    expect(codec.encode(plain, "a", record)).toBe(JSON.stringify(record));
    expect(codec.decode(plain, "a", JSON.stringify(record))).toEqual(record);
  });
});

describe("a change of keys", () => {
  it("leaves readable what an older key sealed, and seals with the first key", () => {
    const both = createSealingCodec([second, first]);
    expect(both.decode(kind, "a", codec.encode(kind, "a", record))).toEqual(record);
    const renewed = both.encode(kind, "a", record);
    expect(createSealingCodec([second]).decode(kind, "a", renewed)).toEqual(record);
    expect(() => codec.decode(kind, "a", renewed)).toThrow(StorageRefusedError);
  });

  it("says which key is missing and what to do", () => {
    const text = codec.encode(kind, "a", record);
    const id = JSON.parse(text).secret.$sealed.slice(0, 8);
    for (const keys of [[], [second]]) {
      const decode = () => createSealingCodec(keys).decode(kind, "a", text);
      expect(decode).toThrow(StorageRefusedError);
      expect(decode).toThrow(new RegExp(`encryption key ${id}, which is not configured: put that key back`));
    }
  });

  it("leaves readable what was stored in clear before there was a key", () => {
    const clear = createSealingCodec([]).encode(kind, "a", record);
    expect(clear).toBe(JSON.stringify(record));
    expect(codec.decode(kind, "a", clear)).toEqual(record);
  });

  it("refuses a key that is not 32 bytes, without naming it", () => {
    const short = new Secret(Buffer.alloc(16, 7).toString("base64"));
    expect(() => createSealingCodec([first, short])).toThrow(
      /^storage\.encryptionKeys: key 2 is not base64 of 32 bytes$/,
    );
  });
});
