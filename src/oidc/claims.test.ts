import { describe, expect, it } from "vitest";
import { createAudienceClaims, createIdentityClaims, type Person } from "./claims.js";

const jane: Person = {
  userId: "u1",
  username: "Jane Doe",
  preferredUsername: "jane",
  email: "jane@example.com",
  emailVerified: true,
  groups: ["b", "a"],
};
const nobody: Person = {
  userId: "u2",
  username: "",
  preferredUsername: "",
  email: "",
  emailVerified: false,
  groups: [],
};

describe("identity claims (dex-behaviour §5.2)", () => {
  it.each([
    ["openid", {}],
    ["offline_access", {}],
    ["email", { email: "jane@example.com", email_verified: true }],
    ["profile", { name: "Jane Doe", preferred_username: "jane" }],
    ["groups", { groups: ["b", "a"] }],
    ["federated:id", { federated_claims: { connector_id: "github", user_id: "u1" } }],
  ])("open by the scope %s", (scope, claims) => {
    expect(createIdentityClaims(jane, [scope], "github")).toEqual(claims);
  });

  it("leave out empty texts and lists; email_verified always goes with email", () => {
    const claims = createIdentityClaims(nobody, ["openid", "email", "profile", "groups"], "github");
    expect(claims).toEqual({ email_verified: false });
  });

  it("stand in Dex's order, and groups in the upstream's", () => {
    const scopes = ["federated:id", "profile", "groups", "email", "openid"];
    const names = Object.keys(createIdentityClaims(jane, scopes, "github"));
    const order = ["email", "email_verified", "groups", "name", "preferred_username", "federated_claims"];
    expect(names).toEqual(order);
  });
});

describe("aud and azp (dex-behaviour §5.5)", () => {
  const peer = (id: string): string => `audience:server:client_id:${id}`;

  it.each([
    ["no peer", [], { aud: "app" }],
    ["the client itself as peer", [peer("app")], { aud: "app" }],
    ["one peer: the client comes last", [peer("p")], { aud: ["p", "app"], azp: "app" }],
    ["peers in scope order", [peer("b"), peer("a")], { aud: ["b", "a", "app"], azp: "app" }],
    ["the client among its peers", [peer("app"), peer("b")], { aud: ["app", "b"], azp: "app" }],
  ])("with %s", (_what, scopes, claims) => {
    expect(createAudienceClaims("app", ["openid", ...scopes])).toEqual(claims);
  });
});
