import { describe, expect, it } from "vitest";
import { findNearMiss } from "./spelling.js";

const keys = ["redirectURIs", "secret", "id", "name", "skipApprovalScreen", "public"];

describe("a near miss of a key", () => {
  it.each([
    ["redirect_uris", "redirectURIs"],
    ["redirect-URIs", "redirectURIs"],
    ["REDIRECTURIS", "redirectURIs"],
    ["redirectURI", "redirectURIs"],
    ["redirctURIs", "redirectURIs"],
    ["secert", "secret"],
    ["skip_approval_screen", "skipApprovalScreen"],
    ["nam", "name"],
  ])("%s means %s", (typed, meant) => {
    expect(findNearMiss(typed, keys)).toBe(meant);
  });

  it.each(["ix", "nmae", "scopes", "grantTypes", "publicURL", "secretss3", ""])("%j is none", (typed) => {
    expect(findNearMiss(typed, keys)).toBeUndefined();
  });
});
