import { describe, expect, it } from "vitest";
import type { HttpSettings } from "../../platform/http-client.js";
import { LdapOptions } from "./config.js";
import { compileSettings, type LdapSettings } from "./settings.js";

const http: HttpSettings = {
  timeoutMs: 1_000,
  ca: [],
  verifyCertificates: true,
  proxy: { http: "", https: "", exceptions: "" },
};

function compile(options: object, more: Partial<HttpSettings> = {}): LdapSettings {
  const userSearch = { baseDN: "dc=example", username: "uid" };
  return compileSettings(LdapOptions.parse({ host: "ldap.example", userSearch, ...options }), { ...http, ...more });
}

describe("the settings of a directory", () => {
  it("speak without TLS where insecureNoSSL says so, whatever startTLS says (dex-connectors 5.1)", () => {
    expect(compile({}).security).toBe("tls");
    expect(compile({ startTLS: true }).security).toBe("starttls");
    expect(compile({ startTLS: true, insecureNoSSL: true }).security).toBe("plain");
  });

  it("trust the certificates of rootCAData before those of rootCA, instead of the system's, and those of http besides", () => {
    expect(compile({}).tls.ca).toBeUndefined();
    expect(compile({ rootCA: "a", rootCAData: "b" }, { ca: ["c"] }).tls.ca).toEqual(["b", "c"]);
    const added = compile({}, { ca: ["c"] }).tls.ca;
    expect(Array.isArray(added) && added.length > 50 && added.includes("c")).toBe(true);
  });

  it("take any certificate only where one of the two blocks says so", () => {
    expect(compile({}).tls.rejectUnauthorized).toBe(true);
    expect(compile({ insecureSkipVerify: true }).tls.rejectUnauthorized).toBe(false);
    expect(compile({}, { verifyCertificates: false }).tls.rejectUnauthorized).toBe(false);
  });

  it("ask for no attribute twice, for none without a name, and not for DN", () => {
    const userSearch = { baseDN: "dc=x", username: "uid", idAttr: "DN", emailAttr: "mail", nameAttr: "MAIL" };
    const groupSearch = { baseDN: "dc=x", userMatchers: [{ userAttr: "memberOf", groupAttr: "entryDN" }] };
    expect(compile({ userSearch, groupSearch }).users.requested).toEqual(["MAIL", "uid", "memberOf"]);
  });

  it("look for groups by every matcher that is filled in", () => {
    const userMatchers = [{ userAttr: "a", groupAttr: "b" }, { userAttr: "c" }, { userAttr: "d", groupAttr: "e" }];
    expect(compile({ groupSearch: { baseDN: "dc=x", userMatchers } }).groups?.matchers).toEqual([
      { userAttribute: "a", groupAttribute: "b", recursionAttribute: undefined },
      { userAttribute: "d", groupAttribute: "e", recursionAttribute: undefined },
    ]);
    expect(compile({ groupSearch: { userMatchers } }).groups).toBeUndefined();
  });

  it("with a port or a matching rule that cannot be are refused when the connector is opened", () => {
    expect(() => compile({ host: "ldap.example:70000" })).toThrow("no host with a port");
    const userMatchers = [{ userAttr: "DN", groupAttr: "member:1.2:3.4:" }];
    expect(() => compile({ groupSearch: { baseDN: "dc=x", userMatchers } })).toThrow("more than one matching rule");
  });
});
