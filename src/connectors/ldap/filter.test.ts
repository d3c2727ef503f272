import { type Filter, SearchRequest } from "ldapts";
import { describe, expect, it } from "vitest";
import { allOf, anyOf, compileFilters, createMatch } from "./filter.js";
import { parseFilterList } from "./filter-syntax.js";

function written(filter: Filter): string {
  const request = new SearchRequest({ messageId: 1, filter, baseDN: "" });
  return request.write().toString("latin1");
}

/** ldapts escapes far more than it has to where it writes a filter as text. */
function readable(filter: Filter): string {
  return String(filter).replaceAll(/\\([0-9a-f]{2})/g, (whole, code: string) => {
    const character = String.fromCharCode(Number.parseInt(code, 16));
    return /[\w.;=-]/.test(character) ? character : whole;
  });
}

describe("the filter of a setting (RFC 4515)", () => {
  it.each([
    ["(objectClass=person)", ["(objectClass=person)"]],
    ["objectClass=person", ["(objectClass=person)"]],
    ["(a=1)(b=2)", ["(a=1)", "(b=2)"]],
    [" (& (a=1)\n\t(|(b=2)(c=3)) (!(d=4)) ) ", ["(&(a=1)(|(b=2)(c=3))(!(d=4)))"]],
    ["(cn=*)", ["(cn=*)"]],
    ["(cn=a*b*c)", ["(cn=a*b*c)"]],
    ["(cn=*a**b*)", ["(cn=*a*b*)"]],
    ["(n>=1)(n<=2)(n~=3)", ["(n>=1)", "(n<=2)", "(n~=3)"]],
    ["(m:1.2.840.113556.1.4.803:=2)", ["(m:1.2.840.113556.1.4.803:=2)"]],
    ["(ou:dn:2.4.6.8.10:=Dino)", ["(ou:dn:2.4.6.8.10:=Dino)"]],
    ["(:caseExactMatch:=x)", ["(:caseExactMatch:=x)"]],
    ["(cn:=Betty)", ["(cn:=Betty)"]],
    ["(2.5.4.3=x)(cn;lang-de=y)", ["(2.5.4.3=x)", "(cn;lang-de=y)"]],
  ])("%j is %j", (text, expected) => {
    expect(compileFilters(text).map(readable)).toEqual(expected);
  });

  it("turns escapes into bytes, also those of a character", () => {
    const [filter] = compileFilters("(cn=caf\\c3\\a9 \\28x\\29 \\2a \\5c \\00)");
    expect(filter === undefined ? "" : Buffer.from(written(filter), "latin1").toString("utf8")).toContain(
      "café (x) * \\ \0",
    );
  });

  it("may be absent", () => {
    expect(compileFilters(undefined)).toEqual([]);
    expect(compileFilters("  ")).toEqual([]);
  });

  it.each([
    ["(a=1", "not closed"],
    ["((a=1)", "is none"],
    ["(a=1))", "ends before character 6"],
    ["(a)", "is none"],
    ["(=x)", "is none"],
    ["(a=(b)", "holds a parenthesis"],
    ["(&)", "nothing in parentheses follows &"],
    ["(!(a=1)(b=2))", "more than one condition"],
    ["(:=x)", "neither attribute nor rule"],
    ["(a:b:c:=x)", "more than one matching rule"],
    ["(a b=1)", "is none"],
    [`${"(!".repeat(60)}(a=1)${")".repeat(60)}`, "too many parentheses"],
  ])("%s is refused", (text, message) => {
    expect(() => parseFilterList(text)).toThrow(message);
  });
});

describe("a condition with a value from outside", () => {
  it("sends the value's bytes as they are, beside the structure (RFC 4511 section 4.5.1.7)", () => {
    const value = "*)(uid=*\0\\28é";
    expect(written(createMatch("uid", Buffer.from(value)))).toContain(
      `\u0004\u0003uid\u0004${String.fromCharCode(Buffer.byteLength(value))}${Buffer.from(value).toString("latin1")}`,
    );
  });

  it("may name a matching rule behind the attribute", () => {
    expect(readable(createMatch("member:1.2.3:", Buffer.from("cn=a*b")))).toBe("(member:1.2.3:=cn=a\\2ab)");
    expect(() => createMatch("member:1.2.3:", Buffer.from([0xff]))).toThrow("no UTF-8");
  });

  it("is joined with others, or stands alone", () => {
    const [a, b] = [createMatch("a", Buffer.from("1")), createMatch("b", Buffer.from("2"))];
    expect(readable(allOf([a]))).toBe("(a=1)");
    expect(readable(anyOf([a, b]))).toBe("(|(a=1)(b=2))");
    expect(readable(allOf([a, b]))).toBe("(&(a=1)(b=2))");
  });
});
