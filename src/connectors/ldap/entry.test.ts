import { describe, expect, it } from "vitest";
import { findText, listRequested, listValues, requireIdFormat } from "./entry.js";

const entry = {
  dn: "uid=jane,dc=example",
  attributes: [
    { name: "mail", values: [Buffer.from("a@example.org"), Buffer.from("b@example.org")] },
    { name: "sn", values: [Buffer.from("")] },
    { name: "cn", values: [] },
  ],
};

describe("an attribute of an entry", () => {
  it("is found whatever its case, and its first value counts (dex-connectors O-28)", () => {
    expect(findText(entry, "MAIL")).toBe("a@example.org");
    expect(listValues(entry, "Mail")).toHaveLength(2);
  });

  it("that is empty is as good as missing, as in Dex", () => {
    for (const name of ["sn", "cn", "description"]) expect(findText(entry, name)).toBeUndefined();
  });

  it("called DN is the entry's name, unless the entry has one of that name", () => {
    expect(findText(entry, "dn")).toBe(entry.dn);
    expect(findText({ ...entry, attributes: [{ name: "Dn", values: [Buffer.from("x")] }] }, "DN")).toBe("x");
  });

  it("of which the server gives a part alone is an error, and not a list with holes", () => {
    const part = { dn: "x", attributes: [{ name: "memberOf;range=0-1499", values: [Buffer.from("a")] }] };
    expect(() => listValues(part, "MemberOf")).toThrow("only a part of MemberOf");
    expect(listValues(part, "member")).toEqual([]);
  });

  it("is asked for once, without the rule behind its name", () => {
    expect(listRequested(["uid", "UID", "", undefined, "DN", "member:1.2.3:"])).toEqual(["UID", "member"]);
  });
});

describe("an id", () => {
  const guid = Buffer.from("f8d4c0a1b2c3d4e58899aabbccddeeff", "hex");

  it.each([
    ["guid", "a1c0d4f8-c3b2-e5d4-8899-aabbccddeeff"],
    ["hex", "f8d4c0a1b2c3d4e58899aabbccddeeff"],
    ["base64", "+NTAobLD1OWImaq7zN3u/w=="],
  ])("is written as %s and read back", (name, text) => {
    const format = requireIdFormat(name);
    expect(format.format(guid)).toBe(text);
    expect(format.parse(text)).toEqual(guid);
  });

  it("of text is the text, byte for byte, and of other bytes there is none", () => {
    const { format, parse } = requireIdFormat("text");
    expect(format(Buffer.from("\ufeffé"))).toBe("\ufeffé");
    expect(parse("é")).toEqual(Buffer.from("é"));
    expect(format(guid)).toBeUndefined();
    expect(requireIdFormat("guid").format(Buffer.from("short"))).toBeUndefined();
  });
});
