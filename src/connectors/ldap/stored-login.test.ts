import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatStoredLogin, parseStoredLogin } from "./stored-login.js";

const entry = { dn: "uid=x,dc=example", attributes: [] };

describe("what a login stores", () => {
  it("comes back as it was typed, whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (username) => {
        expect(parseStoredLogin(formatStoredLogin(username, entry))).toEqual({ username, dn: entry.dn });
      }),
    );
  });

  it("has the name escaped as Dex escapes it for a filter", () => {
    expect(JSON.parse(formatStoredLogin("a(b)*\\é\0", entry))).toMatchObject({
      username: "a\\28b\\29\\2a\\5c\\c3\\a9\\00",
      entry: { DN: entry.dn },
    });
  });

  it("of Dex is read, also a name that Dex did not escape (Kerberos)", () => {
    const dex = (username: string): string => JSON.stringify({ username, entry: { DN: "cn=a", Attributes: null } });
    expect(parseStoredLogin(dex("EXAMPLE\\user"))).toEqual({ username: "EXAMPLE\\user", dn: "cn=a" });
    expect(parseStoredLogin(dex("caf\\c3\\a9"))).toEqual({ username: "café", dn: "cn=a" });
  });

  it.each(["", "null", "[]", "{}", '{"username":"a"}', '{"username":"","entry":{"DN":"x"}}', "{"])(
    "%j is nothing to go by",
    (data) => {
      expect(parseStoredLogin(data)).toBeUndefined();
    },
  );
});
