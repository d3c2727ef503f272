import { describe, expect, it } from "vitest";
import { MicrosoftOptions } from "./config.js";

function findProblems(settings: object): readonly string[] {
  const { error } = MicrosoftOptions.safeParse({ clientID: "c", ...settings });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("settings of microsoft", () => {
  it.each(["common", "organizations", "consumers", "Common", undefined])(
    "refuse groups with tenant %s, where they would limit nobody (O-6)",
    (tenant) => {
      expect(findProblems({ groups: ["g"], ...(tenant !== undefined && { tenant }) })).toEqual([
        "groups: needs the ID or a domain of one organization as tenant: with a shared tenant it would limit nobody",
      ]);
    },
  );

  it("take groups with a tenant that is one organization, and an empty list with any", () => {
    expect(findProblems({ groups: ["g"], tenant: "contoso.example" })).toEqual([]);
    expect(findProblems({ groups: [], tenant: "common" })).toEqual([]);
  });

  it("refuse addresses that are none, and formats that nobody knows", () => {
    expect(findProblems({ graphURL: "graph.microsoft.com" })).toEqual([
      "graphURL: must be an http or https URL without ? and #",
    ]);
    expect(findProblems({ apiURL: "file:///etc/passwd" })).toEqual([
      "apiURL: must be an http or https URL without ? and #",
    ]);
    expect(findProblems({ groupNameFormat: "both" })).toHaveLength(1);
  });

  it("wrap the secret, and take what they gave (options are parsed again at opening)", () => {
    const parsed = MicrosoftOptions.parse({ clientID: "c", clientSecret: "hush" });
    expect(JSON.stringify(parsed)).not.toContain("hush");
    expect(MicrosoftOptions.parse(parsed).clientSecret?.reveal()).toBe("hush");
  });
});
