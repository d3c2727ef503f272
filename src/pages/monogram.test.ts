import { describe, expect, it } from "vitest";
import { abbreviate, hueClass, initials } from "./monogram.js";

describe("monogram", () => {
  it("takes the first two letters of a name, whatever stands around them", () => {
    expect(abbreviate("Photos")).toBe("Ph");
    expect(abbreviate("  “staff directory”")).toBe("St");
    expect(abbreviate("x")).toBe("X");
    expect(abbreviate("写真")).toBe("写真");
    expect(abbreviate("e\u0301cole")).toBe("E\u0301c");
    expect(abbreviate("<>")).toBe("?");
  });

  it("takes the initials of a person, or of the first part of an address", () => {
    expect(initials("Robin Example")).toBe("RE");
    expect(initials("robin maria van example")).toBe("RE");
    expect(initials("robin@example.com")).toBe("R");
    expect(initials("")).toBe("?");
  });

  it("gives an id one colour of six, always the same", () => {
    const ids = Array.from({ length: 600 }, (_, index) => `client-${index}`);
    const hues = ids.map(hueClass);
    expect(ids.map(hueClass)).toEqual(hues);
    expect(new Set(hues)).toEqual(new Set(["m1", "m2", "m3", "m4", "m5", "m6"]));
  });
});
