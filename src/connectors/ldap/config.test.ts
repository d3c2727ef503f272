import { describe, expect, it } from "vitest";
import { LdapOptions } from "./config.js";

const userSearch = { baseDN: "dc=example", username: "uid" };

function problemsOf(options: object): readonly string[] {
  const { error } = LdapOptions.safeParse({ host: "ldap.example", userSearch, ...options });
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
}

describe("the settings of an LDAP connector", () => {
  it("need a host and a user search, and have Dex's meaning for the rest, with the defaults that Dex's comments promise", () => {
    const options = LdapOptions.parse({ host: "ldap.example", userSearch });
    expect(options).toMatchObject({
      insecureNoSSL: false,
      startTLS: false,
      emailVerified: true,
      // dex-connectors O-25: without them every login of Dex fails.
      userSearch: { scope: "sub", idAttr: "uid", emailAttr: "mail", idFormat: "text" },
      groupSearch: { scope: "sub", nameAttr: "cn" },
    });
  });

  it("can be parsed again: options are checked once more where a connector is opened", () => {
    const once = LdapOptions.parse({ host: "h", bindDN: "cn=a", bindPW: "secret", userSearch });
    expect(LdapOptions.parse(once)).toEqual(once);
    expect(JSON.stringify(once)).not.toContain('"secret"');
  });

  it("take one user name attribute or several", () => {
    expect(problemsOf({ userSearch: { ...userSearch, username: ["uid", "mail"] } })).toEqual([]);
    expect(problemsOf({ userSearch: { ...userSearch, username: [] } })).not.toEqual([]);
  });

  it.each([
    [{ host: undefined }, "host: is missing: name the directory's host"],
    [{ host: "ldaps://x" }, "host: must be a host name or address, with or without `:port`"],
    [{ hosts: ["ok", "a b"] }, "hosts.1: must be a host name or address, with or without `:port`"],
    [{ bindDN: "cn=a" }, "bindPW: is missing: bindDN needs its password"],
    [{ userSearch: { ...userSearch, scope: "base" } }, "userSearch.scope: must be sub or one"],
    [{ userSearch: { ...userSearch, filter: "(a=1" } }, "userSearch.filter: a parenthesis of the filter is not closed"],
    [{ userSearch: { ...userSearch, idFormat: "uuid" } }, "userSearch.idFormat: must be text, hex, base64 or guid"],
  ])("%j: %s", (options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
  });

  it.each([
    [{ enabled: true }, "kerberos.keytabPath: is missing: without the service's keytab no ticket can be judged"],
    [
      { enabled: true, keytabPath: "" },
      "kerberos.keytabPath: is missing: without the service's keytab no ticket can be judged",
    ],
    [
      { usernameFromPrincipal: "upn" },
      "kerberos.usernameFromPrincipal: must be localpart, sAMAccountName or userPrincipalName",
    ],
  ])("refuse of Kerberos %j", (kerberos, problem) => {
    expect(problemsOf({ kerberos })).toEqual([problem]);
  });

  it("take Dex's settings of Kerberos, in whatever case it knows a form of names", () => {
    const kerberos = {
      enabled: true,
      keytabPath: "/etc/krb5.keytab",
      spn: "HTTP/dex.example.com",
      keytabPrincipal: "dex-svc",
      maxClockSkew: 300,
      expectedRealm: "EXAMPLE.COM",
      usernameFromPrincipal: "samaccountname",
      fallbackToPassword: true,
    };
    expect(problemsOf({ kerberos })).toEqual([]);
    expect(problemsOf({ kerberos: { enabled: false } })).toEqual([]);
  });

  it("may name hosts alone", () => {
    expect(problemsOf({ host: undefined, hosts: ["a:636", "b", "[::1]:389"] })).toEqual([]);
  });
});
