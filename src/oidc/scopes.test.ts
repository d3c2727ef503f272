import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "./oauth-error.js";
import { isSubset, listAudiencePeers, parseScopes, requireKnownScopes, requireTrustedPeers } from "./scopes.js";

const invalid = expect.objectContaining({ code: "invalid_scope" });

describe("parseScopes (RFC 6749 §3.3)", () => {
  it("keeps the order and drops repeats; blanks at the ends and doubled ones are tolerated, as in Dex", () => {
    expect(parseScopes("  openid  email openid ")).toEqual(["openid", "email"]);
    expect(parseScopes(undefined)).toEqual([]);
    expect(parseScopes(" ")).toEqual([]);
  });

  it("never throws, and yields words without blanks that parse to themselves", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const scopes = parseScopes(text);
        expect(parseScopes(scopes.join(" "))).toEqual(scopes);
        expect(scopes.some((scope) => scope === "" || scope.includes(" "))).toBe(false);
      }),
    );
  });
});

describe("requireKnownScopes (dex-behaviour §3.2)", () => {
  it("lets every scope of Dex pass", () => {
    const all = ["openid", "offline_access", "email", "profile", "groups", "federated:id"];
    expect(() => requireKnownScopes([...all, "audience:server:client_id:peer"])).not.toThrow();
  });

  it("asks for openid", () => {
    for (const scopes of [[], ["email"], ["OpenID"]]) expect(() => requireKnownScopes(scopes)).toThrow(invalid);
  });

  it("names what it does not know, in characters that an answer may hold (RFC 6749 §5.2)", () => {
    const error = catchError(() => requireKnownScopes(["openid", 'a"b\\c\u0000é', "x".repeat(5_000)]));
    expect(error.code).toBe("invalid_scope");
    expect(error.description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,300}$/);
  });

  it("knows no cross-client scope without a client", () => {
    expect(() => requireKnownScopes(["openid", "audience:server:client_id:"])).toThrow(invalid);
  });

  it("throws nothing but OAuthErrors with a description that can be sent", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (scopes) => {
        const { description } = catchError(() => requireKnownScopes(["openid", "?", ...scopes]));
        expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
      }),
    );
  });
});

describe("requireTrustedPeers (dex-behaviour §3.2)", () => {
  const trust = new Map([
    ["peer", ["app"]],
    ["other", ["somebody"]],
  ]);
  const check = (...peers: string[]): void =>
    requireTrustedPeers(["openid", ...peers.map((peer) => `audience:server:client_id:${peer}`)], "app", (id) =>
      trust.get(id),
    );

  it("lets the client name itself and the peers that trust it", () => {
    expect(() => check("peer", "app")).not.toThrow();
    expect(() => check()).not.toThrow();
  });

  it("refuses peers that do not trust it, in the same words as unknown ones", () => {
    expect(catchError(() => check("other")).description).toBe(
      "Client can't request scope(s) ['audience:server:client_id:other'].",
    );
    expect(catchError(() => check("nobody")).description).toBe(
      "Client can't request scope(s) ['audience:server:client_id:nobody'].",
    );
    expect(() => check("peer", "other")).toThrow(invalid);
  });
});

describe("listAudiencePeers", () => {
  it("keeps the order asked for", () => {
    const scopes = ["audience:server:client_id:b", "openid", "audience:server:client_id:a:x"];
    expect(listAudiencePeers(scopes)).toEqual(["b", "a:x"]);
  });
});

describe("isSubset", () => {
  it("lets scopes narrow and never widen (security case 41, RFC 6749 §6)", () => {
    expect(isSubset(["openid"], ["openid", "email"])).toBe(true);
    expect(isSubset([], ["openid"])).toBe(true);
    expect(isSubset(["openid", "groups"], ["openid", "email"])).toBe(false);
    expect(isSubset(["OPENID"], ["openid"])).toBe(false);
  });
});

function catchError(act: () => void): OAuthError {
  try {
    act();
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
