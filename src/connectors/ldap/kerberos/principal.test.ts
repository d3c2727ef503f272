import { describe, expect, it } from "vitest";
import { isNamed, parsePrincipal } from "./principal.js";

describe("the text form of a principal (RFC 1964 section 2.1.1)", () => {
  it.each([
    ["jane@EXAMPLE.ORG", { name: "jane", realm: "EXAMPLE.ORG" }],
    ["jane/admin@EXAMPLE.ORG", { name: "jane/admin", realm: "EXAMPLE.ORG" }],
    ["HTTP/login.example.org@EXAMPLE.ORG", { name: "HTTP/login.example.org", realm: "EXAMPLE.ORG" }],
    ["müller@EXAMPLE.ORG", { name: "müller", realm: "EXAMPLE.ORG" }],
  ])("%s has a name and a realm", (text, principal) => {
    expect(parsePrincipal(text)).toEqual(principal);
  });

  it.each([
    "",
    "jane",
    "@EXAMPLE.ORG",
    "jane@",
    // One part that holds what separates parts, and realms.
    String.raw`jane\@EXAMPLE.ORG@EVIL.ORG`,
    String.raw`jane\/admin@EXAMPLE.ORG`,
    String.raw`jane\0@EXAMPLE.ORG`,
    String.raw`jane\\@EXAMPLE.ORG`,
    "jane@EXAMPLE.ORG@EVIL.ORG",
  ])("%j could be taken for another one's, and is nobody's", (text) => {
    expect(parsePrincipal(text)).toBeUndefined();
  });

  it("is the one that the config names in whatever case, and in any realm where none is named", () => {
    const service = { name: "HTTP/login.example.org", realm: "EXAMPLE.ORG" };
    expect(isNamed(service, "http/LOGIN.example.org")).toBe(true);
    expect(isNamed(service, "HTTP/login.example.org@example.org")).toBe(true);
    expect(isNamed(service, "HTTP/login.example.org@OTHER.ORG")).toBe(false);
    expect(isNamed(service, "HTTP/login")).toBe(false);
    expect(isNamed(service, "")).toBe(false);
  });
});
