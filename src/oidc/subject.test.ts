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
