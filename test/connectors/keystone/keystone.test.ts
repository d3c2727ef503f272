import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KeystoneOptions } from "../../../src/connectors/keystone/config.js";
import { openKeystone } from "../../../src/connectors/keystone/connector.js";
import type { Connector } from "../../../src/connectors/port.js";
import { createConnectorContext, plainHttp } from "../../support/connector-context.js";
import { checkPassword, noGroups, refreshAt, requirePerson } from "../../support/connector-login.js";
import { describeWith } from "../../support/parts.js";
import { enterPassword, obtainTokensByPassword } from "../../support/product-login.js";
import { photosYaml, readClaims, refresh } from "../../support/relying-party.js";
import { startTestServer, type TestServer } from "../../support/test-server.js";
import { type KeystoneServer, startKeystoneServer } from "./keystone-server.js";
import { openRealKeystone } from "./real.js";
import { startKeystoneSimulator } from "./simulator.js";
import type { KeystoneStand } from "./stand.js";

const bad = { outcome: "bad-credentials" };
const password = 'pass wörd "quoted" \\ {}';

let stand: KeystoneStand;
let connectors: Connector[];
let jane: { readonly id: string; readonly name: string };

beforeEach(async () => {
  connectors = [];
  const name = `Jané Doe & ${randomUUID()}`;
  const id = await stand.createUser({ name, password, email: "jane@example.com", domainId: stand.defaultDomainId });
  jane = { id, name };
});

afterEach(async () => {
  await Promise.all(connectors.map((connector) => connector.close?.()));
});

async function open(settings: object = {}): Promise<Connector> {
  const options = KeystoneOptions.parse({
    keystoneHost: `${stand.url}/`,
    domain: "default",
    keystoneUsername: stand.admin.name,
    keystonePassword: stand.admin.password,
    ...settings,
  });
  // A real one takes its time for each password.
  const http = { ...plainHttp, timeoutMs: 30_000 };
  const connector = await openKeystone(options, createConnectorContext({ http }));
  connectors.push(connector);
  return connector;
}

async function joinGroup(name: string): Promise<string> {
  const groupId = await stand.createGroup(name);
  await stand.addToGroup(jane.id, groupId);
  return groupId;
}

describe("with the simulator", () => {
  beforeAll(async () => {
    stand = await startKeystoneSimulator();
  });
  afterAll(() => stand.close());
  describeAll();
});

describeWith("keystone", "with a real Keystone", () => {
  let server: KeystoneServer;
  beforeAll(async () => {
    server = await startKeystoneServer();
    stand = await openRealKeystone(server.url, server.password);
  });
  afterAll(async () => {
    await stand.close();
    await server.stop();
  });
  describeAll();
});

function describeAll(): void {
  describeLogin();
  describeRefresh();
  describeProbe();
  describeProduct();
}

function describeLogin(): void {
  describe("a login with keystone", () => {
    it("gives id, name, address and groups (dex-connectors §5.14)", async () => {
      const group = `staff ${randomUUID()}`;
      await joinGroup(group);
      const { identity, connectorData } = requirePerson(await checkPassword(await open(), jane.name, password));
      expect(identity).toEqual({
        userId: jane.id,
        username: jane.name,
        preferredUsername: "",
        email: "jane@example.com",
        emailVerified: true,
        groups: [group],
      });
      expect(connectorData).toBeUndefined();
      expect(requirePerson(await checkPassword(await open(), jane.name, password, noGroups)).identity.groups).toEqual(
        [],
      );
    });

    it("gives one answer to a wrong password, an unknown and a disabled user (O-20, security case 38)", async () => {
      const connector = await open();
      expect(await checkPassword(connector, jane.name, "wrong")).toEqual(bad);
      expect(await checkPassword(connector, "nobody", password)).toEqual(bad);
      expect(await checkPassword(connector, "x".repeat(300), password)).toEqual(bad);
      expect(await checkPassword(connector, jane.name, "")).toEqual(bad);
      expect(await checkPassword(connector, "", password)).toEqual(bad);
      await stand.changeUser(jane.id, { enabled: false });
      expect(await checkPassword(connector, jane.name, password)).toEqual(bad);
    });

    it("lets in who has no address, unverified", async () => {
      const name = randomUUID();
      await stand.createUser({ name, password, domainId: stand.defaultDomainId });
      const { identity } = requirePerson(await checkPassword(await open(), name, password));
      expect([identity.email, identity.emailVerified]).toEqual(["", false]);
    });

    it("finds people in a domain by its name and by its id, and in no other", async () => {
      const domain = `Corp ${randomUUID()}`;
      const domainId = await stand.createDomain(domain);
      const id = await stand.createUser({ name: "joe", password, domainId });
      for (const written of [domain, domainId]) {
        const connector = await open({ domain: written });
        expect(requirePerson(await checkPassword(connector, "joe", password)).identity.userId).toBe(id);
        expect(await checkPassword(connector, jane.name, password)).toEqual(bad);
      }
      expect(await checkPassword(await open({ domain: "no such domain" }), "joe", password)).toEqual(bad);
    });
  });
}

function describeRefresh(): void {
  describe("a refresh with keystone", () => {
    it("reads name, address and groups again, and keeps groups when an application narrows its scopes", async () => {
      const connector = await open();
      const [staff, ops] = [`staff ${randomUUID()}`, `ops ${randomUUID()}`];
      const groupId = await joinGroup(staff);
      const known = requirePerson(await checkPassword(connector, jane.name, password));
      await stand.removeFromGroup(jane.id, groupId);
      await joinGroup(ops);
      await stand.changeUser(jane.id, { email: "jane@new.example" });
      const { identity } = requirePerson(await refreshAt(connector, known, noGroups));
      expect(identity).toEqual({ ...known.identity, email: "jane@new.example", groups: [ops] });
      const bare = { identity: { ...known.identity, groups: [] } };
      expect(requirePerson(await refreshAt(connector, bare, noGroups)).identity.groups).toEqual([]);
    });

    it("is denied once the user is disabled or deleted (security case 49)", async () => {
      const connector = await open();
      const known = requirePerson(await checkPassword(connector, jane.name, password));
      await stand.changeUser(jane.id, { enabled: false });
      expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
      await stand.deleteUser(jane.id);
      expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
    });

    it("works with a reader of the domain, who is told of a deleted user that they may not read them", async () => {
      const domainId = await stand.createDomain(`Corp ${randomUUID()}`);
      const reader = await stand.createUser({ name: "reader", password, domainId });
      await stand.grantReader(reader, domainId);
      const joe = await stand.createUser({ name: "joe", password, domainId });
      const connector = await open({ domain: domainId, keystoneUsername: "reader", keystonePassword: password });
      const known = requirePerson(await checkPassword(connector, "joe", password));
      requirePerson(await refreshAt(connector, known));
      await stand.deleteUser(joe);
      expect(await refreshAt(connector, known)).toMatchObject({ outcome: "denied" });
    });

    it("throws where keystoneUsername is wrong, or may not read: nothing changes (O-20)", async () => {
      const connector = await open({ keystonePassword: "wrong" });
      const known = requirePerson(await checkPassword(connector, jane.name, password));
      await expect(refreshAt(connector, known)).rejects.toThrow("does not take keystoneUsername");
      const name = randomUUID();
      await stand.createUser({ name, password, domainId: stand.defaultDomainId });
      const powerless = await open({ keystoneUsername: name, keystonePassword: password });
      await expect(refreshAt(powerless, known)).rejects.toThrow("does not let keystoneUsername read");
    });

    it("is not offered without keystoneUsername: then there are no refresh tokens", async () => {
      const connector = await open({ keystoneUsername: undefined, keystonePassword: undefined });
      expect(connector.refresh).toBeUndefined();
    });
  });
}

function describeProbe(): void {
  describe("probing keystone", () => {
    it("tells that it is there and may be read, or names the key that is wrong", async () => {
      expect(await (await open()).probe?.()).toEqual([
        expect.stringMatching(/^Keystone answers with version v3\./),
        "keystoneUsername may read users.",
      ]);
      const wrong = await open({ keystonePassword: "wrong" });
      await expect(wrong.probe?.()).rejects.toMatchObject({ key: "keystoneUsername" });
      const elsewhere = await open({ keystoneHost: `${stand.url}/v3` });
      await expect(elsewhere.probe?.()).rejects.toMatchObject({ key: "keystoneHost" });
    });
  });
}

function describeProduct(): void {
  describe("keystone in the whole product", () => {
    let server: TestServer;
    let now = Date.parse("2026-03-14T09:26:53Z");

    beforeEach(async () => {
      server = await startTestServer({
        yaml: `
storage: { type: memory }
connectors:
  - type: keystone
    id: keystone
    name: OpenStack
    config:
      keystoneHost: ${stand.url}
      domain: default
      keystoneUsername: ${stand.admin.name}
      keystonePassword: ${stand.admin.password}
${photosYaml}`,
        parts: { clock: () => now },
      });
    });

    afterEach(() => server.stop());

    it("logs in, refreshes, and ends the grant of a disabled user", async () => {
      const login = await obtainTokensByPassword(server, jane.name, password);
      expect(readClaims(login.body["id_token"])).toMatchObject({ name: jane.name, email: "jane@example.com" });
      now += 31_000;
      const second = await refresh(server, login.body["refresh_token"]);
      expect(second.status).toBe(200);
      now += 31_000;
      await stand.changeUser(jane.id, { enabled: false });
      const third = await refresh(server, second.body["refresh_token"]);
      expect([third.status, third.body["error"]]).toEqual([400, "invalid_grant"]);
    });

    it("shows the form again after a wrong password, where Dex shows an error (O-20)", async () => {
      expect((await enterPassword(server, jane.name, "wrong")).status).toBe(401);
    });
  });
}
