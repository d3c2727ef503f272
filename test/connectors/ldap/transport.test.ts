import { Client } from "ldapts";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ProbeFailure } from "../../../src/connectors/port.js";
import { plainHttp } from "../../support/connector-context.js";
import { describeWith } from "../../support/parts.js";
import { findFreePort } from "../../support/test-server.js";
import { base, group, groups, people, person } from "./entries.js";
import { openTestConnector, plainSettings, requireLogin, type TestConnector } from "./open-connector.js";
import { type Slapd, startSlapd, suffix } from "./slapd.js";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.js";

const ldif = [base, person("jane"), person("nomail", { mail: [] }), group("staff", [`uid=jane,${people}`])].join("");
const quick = { http: { ...plainHttp, timeoutMs: 400 } };

let slapd: Slapd;

describeWith("slapd", "the way to a real directory", () => {
  beforeAll(async () => {
    slapd = await startSlapd({ ldif });
  });
  afterAll(() => slapd.stop());

  async function proxy(): Promise<TcpProxy> {
    const started = await startTcpProxy(slapd.port);
    onTestFinished(() => started.close());
    return started;
  }

  const loggedIn = { outcome: "ok", identity: { userId: "jane", groups: ["staff"] } };

  describe("TLS", () => {
    const secured = (more: object): TestConnector =>
      openTestConnector(plainSettings(0, { insecureNoSSL: false, ...more }));
    const ldaps = (more: object): TestConnector => secured({ host: `localhost:${slapd.tlsPort}`, ...more });
    const startTls = (more: object): TestConnector =>
      secured({ host: `127.0.0.1:${slapd.port}`, startTLS: true, ...more });

    it("is spoken from the first byte, or from StartTLS on, with the certificate authority of the settings", async () => {
      const { ca } = slapd.certificates;
      for (const open of [ldaps, startTls]) {
        expect(await open({ rootCA: ca }).login("jane")).toMatchObject(loggedIn);
        expect(await open({ rootCA: slapd.certificates.otherCa, rootCAData: ca }).login("jane")).toMatchObject(
          loggedIn,
        );
        expect(await open({ rootCA: ca }).login("jane", "wrong")).toEqual({ outcome: "bad-credentials" });
      }
    });

    it("takes the certificates of the connector's http block as well", async () => {
      const http = { ...plainHttp, ca: [slapd.certificates.ca] };
      const settings = plainSettings(0, { insecureNoSSL: false, host: `localhost:${slapd.tlsPort}` });
      expect(await openTestConnector(settings, { http }).login("jane")).toMatchObject(loggedIn);
    });

    it("is refused with a certificate that somebody else has signed, or that names another host", async () => {
      for (const open of [ldaps, startTls]) {
        await expect(open({ rootCA: slapd.certificates.otherCa }).login("jane")).rejects.toThrow("is not trusted");
        await expect(open({}).login("jane")).rejects.toThrow("is not trusted (see rootCA)");
      }
      const elsewhere = { rootCA: slapd.certificates.ca, host: `127.0.0.2:${slapd.tlsPort}` };
      const forwarded = await startTcpProxy(slapd.tlsPort);
      onTestFinished(() => forwarded.close());
      const named = ldaps({ ...elsewhere, host: `ip6-localhost:${forwarded.port}` });
      await expect(named.login("jane")).rejects.toThrow(/has a certificate for another name|could not be reached/);
    });

    it("takes any certificate where the settings say so, and warns", async () => {
      for (const open of [ldaps, startTls]) {
        const ldap = open({ insecureSkipVerify: true });
        expect(await ldap.login("jane")).toMatchObject(loggedIn);
        expect(ldap.warnings).toEqual([expect.stringContaining("insecureSkipVerify")]);
      }
    });

    it("never sends a password before StartTLS has succeeded", async () => {
      const between = await proxy();
      const sent: Buffer[] = [];
      between.watch((bytes) => sent.push(bytes) > 0);
      const ldap = secured({ host: `localhost:${between.port}`, startTLS: true, rootCA: slapd.certificates.ca });
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
      const clear = Buffer.concat(sent).toString("latin1");
      expect(clear).not.toContain("admin-secret");
      expect(clear).not.toContain("foo");
    });

    it("gives up on a server that has no TLS, rather than going on without", async () => {
      const plain = await startSlapd({ ldif: base, hasTls: false });
      onTestFinished(() => plain.stop());
      const ldap = secured({ host: `127.0.0.1:${plain.port}`, startTLS: true });
      await expect(ldap.login("jane")).rejects.toThrow("refuses StartTLS");
    });

    it("shows the client's certificate to a server that wants one", async () => {
      const strict = await startSlapd({ ldif, verifyClient: "demand" });
      onTestFinished(() => strict.stop());
      const { ca: rootCA, clientCert, clientKey } = strict.certificates;
      const host = `localhost:${strict.tlsPort}`;
      expect(await secured({ host, rootCA, clientCert, clientKey }).login("jane")).toMatchObject(loggedIn);
      await expect(secured({ host, rootCA }).login("jane")).rejects.toThrow("no server of the directory");
      const half = secured({ host, rootCA, clientCert });
      expect(half.warnings).toEqual([expect.stringContaining("no effect without each other")]);
    });
  });

  describe("several servers", () => {
    it("stand in for each other, and one that failed is asked last for half a minute", async () => {
      const [first, second] = [await proxy(), await proxy()];
      let now = 0;
      const settings = plainSettings(first.port, { hosts: [`127.0.0.1:${second.port}`] });
      const ldap = openTestConnector(settings, { clock: () => now });
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
      expect([first.opened() > 0, second.opened()]).toEqual([true, 0]);
      await first.close();
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
      expect(second.opened()).toBeGreaterThan(0);
      const again = await startTcpProxy(slapd.port);
      onTestFinished(() => again.close());
      now = 29_000;
      second.cut();
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
    });

    it("do not wait for one that takes connections and says nothing", async () => {
      const [silent, good] = [await proxy(), await proxy()];
      silent.freeze();
      const settings = plainSettings(silent.port, { hosts: [`127.0.0.1:${good.port}`] });
      const ldap = openTestConnector(settings, quick);
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
    });

    it("are all named, with what is wrong with each, when none is left", async () => {
      const [one, two] = [await findFreePort(), await findFreePort()];
      const settings = plainSettings(one, { hosts: [`127.0.0.1:${two}`] });
      await expect(openTestConnector(settings).login("jane")).rejects.toThrow(
        new RegExp(`127.0.0.1:${one} could not be reached.*; 127.0.0.1:${two} could not be reached`),
      );
    });
  });

  describe("connections", () => {
    it("are kept for the next search: a login opens one for itself alone, for the password (dex-connectors O-52)", async () => {
      const between = await proxy();
      const ldap = openTestConnector(plainSettings(between.port));
      for (let round = 0; round < 5; round++) expect(await ldap.login("jane")).toMatchObject(loggedIn);
      expect(between.opened()).toBe(1 + 5);
    });

    it("are opened anew when those that lay idle were cut", async () => {
      const between = await proxy();
      const ldap = openTestConnector(plainSettings(between.port));
      for (let round = 0; round < 3; round++) {
        expect(await ldap.login("jane")).toMatchObject(loggedIn);
        between.cut();
      }
    });

    it("are never more than allowed, however many log in at once", async () => {
      const between = await proxy();
      const ldap = openTestConnector(plainSettings(between.port, { maxConnections: 2 }));
      const results = await Promise.all(Array.from({ length: 30 }, () => ldap.login("jane")));
      expect(results.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 30 }, () => "ok"));
      // Two for searches, two for passwords, and two of which the proxy has not yet seen the end.
      expect(between.mostOpen()).toBeLessThanOrEqual(6);
    });

    it("that all hang let further people know in time, and are busy to a flood", async () => {
      const between = await proxy();
      between.freeze();
      const ldap = openTestConnector(plainSettings(between.port, { maxConnections: 1 }), quick);
      const results = await Promise.allSettled(Array.from({ length: 300 }, () => ldap.login("jane")));
      const reasons = results.map((result) => (result.status === "rejected" ? String(result.reason) : "in"));
      expect(reasons.filter((reason) => reason === "QueueFullError: the queue is full")).toHaveLength(99);
      expect(reasons).not.toContain("in");
    });

    it("are gone when the connector is closed", async () => {
      const between = await proxy();
      const ldap = openTestConnector(plainSettings(between.port));
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
      await ldap.connector.close?.();
      await expect.poll(() => between.open()).toBe(0);
    });
  });

  describe("a server that is killed", () => {
    it("in the middle of the search is asked once more, and the login goes on", async () => {
      const between = await proxy();
      const ldap = openTestConnector(plainSettings(between.port));
      let cuts = 0;
      between.watch((sent) => !sent.includes("inetOrg") && (cuts > 0 || !sent.includes("jane") || cuts++ > 0));
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
      expect(cuts).toBe(1);
    });

    it("while a password is checked ends the login, and the password is not sent twice: it may have counted", async () => {
      const between = await proxy();
      let passwords = 0;
      between.watch((sent) => {
        if (!sent.includes("a-wrong-password")) return true;
        passwords += 1;
        return false;
      });
      const ldap = openTestConnector(plainSettings(between.port));
      await expect(ldap.login("jane", "a-wrong-password")).rejects.toThrow("closed the connection");
      expect(passwords).toBe(1);
    });

    it("and comes back is used again", async () => {
      const ldap = openTestConnector(plainSettings(slapd.port));
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
      await slapd.kill();
      await expect(ldap.login("jane")).rejects.toThrow("no server of the directory can be used");
      await slapd.start();
      expect(await ldap.login("jane")).toMatchObject(loggedIn);
    });
  });

  it("ends a login in time when the server stops answering after the connection is open", async () => {
    const between = await proxy();
    const ldap = openTestConnector(plainSettings(between.port), quick);
    expect(await ldap.login("jane")).toMatchObject(loggedIn);
    between.freeze();
    await expect(ldap.login("jane")).rejects.toThrow(/in time|no server/);
  });

  it("makes the same work of an unknown user as of a wrong password, with a password of its own", async () => {
    const between = await proxy();
    const sent: Buffer[] = [];
    between.watch((bytes) => sent.push(bytes) > 0);
    const ldap = openTestConnector(plainSettings(between.port));
    await ldap.login("jane", "typed-password");
    const known = between.opened();
    await ldap.login("nobody-here", "typed-elsewhere");
    expect(between.opened() - known).toBe(known - 1);
    expect(Buffer.concat(sent).toString("latin1")).not.toContain("typed-elsewhere");
  });

  describe("the probe", () => {
    const probe = (settings: object, parts = {}): Promise<readonly string[]> =>
      openTestConnector(settings, parts).connector.probe?.() ?? Promise.reject(new Error("no probe"));
    const secured = (): object => ({
      ...plainSettings(0),
      host: `localhost:${slapd.tlsPort}`,
      insecureNoSSL: false,
      rootCA: slapd.certificates.ca,
    });

    const warningsOf = async (settings: object): Promise<readonly string[]> => {
      const warnings: string[] = [];
      await probe(settings, { warn: (message: string) => void warnings.push(message) });
      return warnings;
    };

    it("tells how long the certificate is good, and warns of what people lack", async () => {
      expect(await probe(secured())).toEqual([
        expect.stringMatching(/^localhost:\d+ answers; its certificate is good for (39|40) more days$/),
        `the user search finds people below ${people}`,
      ]);
      expect(await warningsOf(secured())).toContain("1 of 2 people looked at have no mail: they cannot log in");
      expect(await probe(plainSettings(slapd.port))).toContainEqual(expect.stringContaining("without TLS"));
    });

    it.each([
      ["host", { host: "127.0.0.1:1" }, "could not be reached"],
      ["bindDN", { bindPW: "wrong" }, "invalid credentials"],
      ["userSearch.baseDN", { userSearch: { baseDN: `ou=Gone,${suffix}`, username: "uid" } }, "there is no ou=Gone"],
      ["groupSearch.baseDN", { groupSearch: { baseDN: `ou=Gone,${suffix}` } }, "there is no ou=Gone"],
      ["userSearch.emailAttr", { userSearch: { baseDN: people, username: "uid", emailAttr: "pager" } }, "pager"],
    ])("names the key that is wrong: %s", async (key, more, message) => {
      const failure = await probe(plainSettings(slapd.port, more)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ProbeFailure);
      expect(failure).toMatchObject({ key, message: expect.stringContaining(message) });
    });

    it("warns where the user search finds no one, and where nobody would have groups", async () => {
      const nobody = plainSettings(slapd.port, { userSearch: { baseDN: groups, username: "uid" } });
      expect(await warningsOf(nobody)).toContainEqual(expect.stringContaining("nobody below"));
      const matcher = { userAttr: "DN", groupAttr: "uniqueMember" };
      for (const [groupSearch, message] of [
        [{ baseDN: groups }, "without userMatchers"],
        [{ baseDN: groups, userMatchers: [matcher] }, "the group search finds no group"],
      ] as const) {
        expect(await warningsOf(plainSettings(slapd.port, { groupSearch }))).toContainEqual(
          expect.stringContaining(message),
        );
      }
    });
  });

  it("leaves nothing of a login behind on the service's connection: searches go on as bindDN", async () => {
    const strict = await startSlapd({
      ldif,
      settings: `access to attrs=userPassword by anonymous auth by * none\naccess to * by dn.exact="uid=reader,${people}" read by * none`,
    });
    onTestFinished(() => strict.stop());
    const client = new Client({ url: `ldap://127.0.0.1:${strict.port}`, timeout: 5_000 });
    await client.bind(`cn=admin,${suffix}`, "admin-secret");
    await client.add(`uid=reader,${people}`, {
      objectClass: "inetOrgPerson",
      uid: "reader",
      cn: "reader",
      sn: "reader",
      userPassword: "reader-secret",
    });
    await client.unbind();
    const settings = plainSettings(strict.port, { bindDN: `uid=reader,${people}`, bindPW: "reader-secret" });
    const ldap = openTestConnector(settings);
    expect(requireLogin(await ldap.login("jane")).identity.groups).toEqual(["staff"]);
    expect(await ldap.login("jane", "wrong")).toEqual({ outcome: "bad-credentials" });
    expect(requireLogin(await ldap.login("jane")).identity.groups).toEqual(["staff"]);
  });
});
