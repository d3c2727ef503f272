import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSubject, parseSubject } from "./subject.js";

describe("sub (dex-behaviour §5.3)", () => {
  it.each([
    ["2342749", "github", "CgcyMzQyNzQ5EgZnaXRodWI"],
    ["08a8684b-db88-4b73-90a9-3cd1661f5466", "local", "CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs"],
    ["test", "", "CgR0ZXN0"],
  ])("of {%s, %s} is %s, byte for byte as Dex's", (userId, connectorId, subject) => {
    expect(createSubject(userId, connectorId)).toBe(subject);
    expect(parseSubject(subject)).toEqual({ userId, connectorId });
  });

  it("keeps user and connector apart, whatever letters they hold", () => {
    expect(createSubject("a", "bc")).not.toBe(createSubject("ab", "c"));
  });

  it("is not read from other text", () => {
    for (const text of ["", "admin", "CgcyMzQyNzQ5EgZnaXRodWI="]) expect(parseSubject(text)).toBeUndefined();
  });
});

describe("any sub", () => {
  const id = fc.string({ unit: "binary", maxLength: 60 });

  it("names one person at one connector, and is letters that stand in JSON and URLs as they are (OpenID Connect Core §2)", () => {
    fc.assert(
      fc.property(id, id, (userId, connectorId) => {
        fc.pre(userId !== "" || connectorId !== "");
        const subject = createSubject(userId, connectorId);
        expect(parseSubject(subject)).toEqual({ userId, connectorId });
        expect(subject).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it("has one spelling: no other text is read as the same person", () => {
    const subject = createSubject("2342749", "github");
    fc.assert(
      fc.property(fc.nat(subject.length), fc.nat(1), fc.string({ maxLength: 2 }), (at, dropped, added) => {
        const altered = subject.slice(0, at) + added + subject.slice(at + dropped);
        fc.pre(altered !== subject);
        expect(parseSubject(altered)).not.toEqual({ userId: "2342749", connectorId: "github" });
      }),
      { numRuns: 1_000 },
    );
  });
});
