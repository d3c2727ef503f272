import { describe, expect, it } from "vitest";
import * as z from "zod";
import { numericId, textOrEmpty } from "./upstream-fields.js";

const read = (json: string) => numericId.safeParse(JSON.parse(json));

describe("a numeric id of an upstream", () => {
  it("is its decimal digits, also where Go or JavaScript would write an exponent (dex-connectors §5.5)", () => {
    expect(read("2342749").data).toBe("2342749");
    expect(read("1000000000000000").data).toBe("1000000000000000");
    expect(read("9007199254740991").data).toBe("9007199254740991");
  });

  it("is refused where reading it as JSON has changed it: two people would become one", () => {
    expect(JSON.parse("9007199254740993")).toBe(9007199254740992);
    for (const json of ["9007199254740993", "9007199254740992", "18446744073709551615", "1e300"]) {
      expect(read(json).success).toBe(false);
    }
  });

  it.each(["0", "-1", "1.5", '"7"', "null", "true", "[7]", "{}"])("is refused where it is %s", (json) => {
    expect(read(json).success).toBe(false);
  });
});

describe("what a person may lack", () => {
  it("is empty where it is missing or is no text", () => {
    const schema = z.object({ name: textOrEmpty });
    for (const value of [{}, { name: null }, { name: 7 }, { name: {} }])
      expect(schema.parse(value)).toEqual({ name: "" });
    expect(schema.parse({ name: "Ann" })).toEqual({ name: "Ann" });
  });
});
