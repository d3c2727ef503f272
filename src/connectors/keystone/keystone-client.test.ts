import { describe, expect, it } from "vitest";
import { KeystoneOptions } from "./config.js";
import { nameDomain } from "./keystone-client.js";

describe("the domain of keystone", () => {
  it.each([
    "default",
    "a2f1a6f0d4c14d0b9d0a4c5b6e7f8091",
    "A2F1A6F0-D4C1-4D0B-9D0A-4C5B6E7F8091",
    "urn:uuid:a2f1a6f0-d4c1-4d0b-9d0a-4c5b6e7f8091",
    "{a2f1a6f0-d4c1-4d0b-9d0a-4c5b6e7f8091}",
  ])("is an id where it is written %s (dex-connectors §5.14)", (domain) => {
    expect(nameDomain(domain)).toEqual({ id: domain });
  });

  it.each(["Default", "corp", "a2f1a6f0d4c14d0b9d0a4c5b6e7f809", "{a2f1a6f0d4c14d0b9d0a4c5b6e7f8091}", "x\na2f1"])(
    "is a name otherwise: %j",
    (domain) => {
      expect(nameDomain(domain)).toEqual({ name: domain });
    },
  );

  it("is default where none is written", () => {
    expect(KeystoneOptions.parse({ keystoneHost: "http://k:5000" }).domain).toBe("default");
  });
});

describe("settings of keystone", () => {
  it.each([
    [{ keystoneUsername: "admin" }, "keystonePassword"],
    [{ keystonePassword: "x" }, "keystoneUsername"],
  ])("need both user and password, or neither: %j", (settings, key) => {
    const { error } = KeystoneOptions.safeParse({ keystoneHost: "http://k:5000", ...settings });
    expect(error?.issues.map(({ path }) => path)).toEqual([[key]]);
  });
});
