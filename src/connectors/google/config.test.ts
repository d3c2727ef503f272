import { describe, expect, it } from "vitest";
import { GoogleOptions } from "./config.js";

const least = { clientID: "c", clientSecret: "s" };
const key = { serviceAccountFilePath: "{}" };

function problems(settings: Record<string, unknown>): readonly string[] {
  const { error } = GoogleOptions.safeParse({ ...least, ...settings });
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
}

describe("the settings of google", () => {
  it.each([
    [{}],
    [{ ...key, adminEmail: "a@example.com" }],
    [{ adminEmail: "a@example.com", groups: ["g@example.com"] }],
    [
      {
        ...key,
        domainToAdminEmail: { "*": "a@example.com" },
        groups: ["g@example.com"],
        fetchTransitiveGroupMembership: true,
      },
    ],
    [
      {
        hostedDomains: ["example.com"],
        promptType: "",
        scopes: ["email"],
        redirectURI: "https://id.example.com/callback",
      },
    ],
  ])("are Dex's: %j", (settings) => {
    expect(problems(settings)).toEqual([]);
  });

  it.each([
    [{ groups: ["g@example.com"] }, "groups: needs"],
    [key, "serviceAccountFilePath: needs domainToAdminEmail"],
    [{ ...key, domainToAdminEmail: {} }, "serviceAccountFilePath: needs domainToAdminEmail"],
  ])("that would limit nobody, or can't work, are refused: %j", (settings, message) => {
    expect(problems(settings)).toEqual([expect.stringContaining(message)]);
  });
});
