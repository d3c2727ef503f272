import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../../test/support/config-text.js";

const head = smallestConfig.split("\n").slice(0, 3).join("\n");

/** Loads a file with one connector of the type; its settings begin at line 9. */
function load(settings: string) {
  const lines = settings.split("\n").map((line) => `      ${line}`);
  return loadText(`${head}
connectors:
  - type: oidc
    id: up
    name: Up
    config:
${lines.join("\n")}
`);
}

const least = "issuer: https://up.example.com\nclientID: c\nclientSecret: s\n";

describe("the settings of oidc", () => {
  it("are Dex's, all of them, as its documentation has them", async () => {
    const { lines } = await load(`issuer: https://accounts.example.com
clientID: c
clientSecret: s
redirectURI: https://sso.example.com/dex/callback
basicAuthUnsupported: true
scopes: [profile, email, groups]
insecureSkipEmailVerified: true
insecureEnableGroups: true
allowedGroups: [admins]
acrValues: [urn:example:mfa]
getUserInfo: true
userIDKey: nameID
userNameKey: nickname
promptType: consent
pkceChallenge: S256
overrideClaimMapping: true
claimMapping: { preferred_username: upn, email: mail, groups: roles }
claimModifications:
  newGroupFromClaims: [{ claims: [organization, role], delimiter: "-", clearDelimiter: true, prefix: org }]
  filterGroupClaims: { groupsFilter: "^(?i)team-" }
  modifyGroupNames: { prefix: up_, suffix: _x }
providerDiscoveryOverrides: { tokenURL: "https://t.example", authURL: "https://a.example", jwksURL: "https://j.example" }
issuerAlias: https://alias.example.com`);
    expect(lines).toEqual([]);
  });

  it("need issuer and clientID, and a secret is optional for public clients", async () => {
    expect((await load("clientSecret: s")).errors.map((line) => line.replace(/^\d+:\d+: error: /, ""))).toEqual([
      "connectors.0.config.issuer: is required",
      "connectors.0.config.clientID: is required",
    ]);
    expect((await load("issuer: https://up.example.com\nclientID: c")).lines).toEqual([]);
  });

  it.each([
    ["hostedDomains: [example.com]", "hostedDomains: is no longer there"],
    ["allowedGroups: [a]", "allowedGroups: needs insecureEnableGroups: true"],
    ['claimModifications: { filterGroupClaims: { groupsFilter: "(" } }', "groupsFilter: must be a regular expression"],
    ["pkceChallenge: s256", "pkceChallenge: must be one of S256, plain"],
    ["clientId: d", "unknown key clientId"],
  ])("that would let in who should not come are refused: %s (O-8, O-29)", async (line, message) => {
    const { errors, lines } = await load(`${least}${line}`);
    if (message.startsWith("unknown")) expect(lines).toEqual([expect.stringContaining("clientId")]);
    else expect(errors).toEqual([expect.stringContaining(message)]);
  });

  it("may be empty text where they may be absent, and promptType is then none", async () => {
    const { config, lines } = await load(`${least}promptType: ""\nuserIDKey: ""\nissuerAlias: ""\npkceChallenge: ""`);
    expect(lines).toEqual([]);
    expect(config?.connectors[0]?.options).toMatchObject({ promptType: "" });
    expect(config?.connectors[0]?.options).not.toHaveProperty("userIDKey");
  });
});
