import { describe, expect, it, onTestFinished } from "vitest";
import { type FakeDirectory, type FakeRequest, found, result, startFakeDirectory } from "./fake-directory.js";
import { openTestConnector, plainSettings, requireLogin } from "./open-connector.js";

const jane = { uid: "jane", mail: "jane@example.org", cn: "Jane" };
const settings = { groupSearch: {} };

async function start(answer: (request: FakeRequest) => readonly Buffer[]): Promise<FakeDirectory> {
  const directory = await startFakeDirectory(answer);
  onTestFinished(() => directory.close());
  return directory;
}

/** Lets the service in and finds Jane; what it says to her password is up to the test. */
function saysToPassword(answer: (request: FakeRequest) => readonly Buffer[]) {
  return (request: FakeRequest): readonly Buffer[] => {
    if (request.operation === "search") return [found(request, "uid=jane,dc=x", jane), result(request, 0)];
    return request.turn === 1 ? [result(request, 0)] : answer(request);
  };
}

describe("a directory that answers a person's bind", () => {
  it("with success lets them in", async () => {
    const { port } = await start(saysToPassword((request) => [result(request, 0)]));
    const { identity } = requireLogin(await openTestConnector(plainSettings(port, settings)).login("jane"));
    expect(identity.userId).toBe("jane");
  });

  it.each([
    [49, "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 52e, v3839", []],
    [49, "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 775, v3839", ["is locked"]],
    [19, "Account locked for jane", ["constraint violation (19)"]],
    [48, "", ["inappropriate authentication (48)"]],
    [53, "Account inactivated. Contact system administrator.", ["unwilling to perform (53)"]],
    [32, "", []],
  ])("with %i %j lets nobody in, and tells why in the log alone, without a name", async (code, diagnostic, told) => {
    const { port } = await start(saysToPassword((request) => [result(request, code, diagnostic)]));
    const ldap = openTestConnector(plainSettings(port, settings));
    expect(await ldap.login("jane")).toEqual({ outcome: "bad-credentials" });
    const warnings = ldap.warnings.filter((warning) => !warning.startsWith("insecureNoSSL"));
    expect(warnings).toEqual(told.map((words) => expect.stringContaining(words)));
    expect(warnings.join()).not.toContain("jane");
  });

  it.each([1, 2, 8, 10, 13, 51, 52, 80, 123])("with %i has said nothing of the password: an error", async (code) => {
    const { port } = await start(saysToPassword((request) => [result(request, code)]));
    await expect(openTestConnector(plainSettings(port, settings)).login("jane")).rejects.toThrow("refuses the bind");
  });

  it.each([
    ["no result code", ({ id }: FakeRequest) => Buffer.from([0x30, 5, 2, 1, id, 0x61, 0])],
    ["the result of a search", (request: FakeRequest) => result({ ...request, operation: "search" }, 0)],
    ["the result of another request", (request: FakeRequest) => result({ ...request, id: request.id + 1 }, 0)],
  ])("with %s never lets anybody in", async (_, answer) => {
    const { port } = await start(saysToPassword((request) => [answer(request)]));
    await expect(openTestConnector(plainSettings(port, settings)).login("jane")).rejects.toThrow("127.0.0.1");
  });
});

describe("a directory that answers a search", () => {
  it("with an entry without a DN lets nobody in: a bind without a name is an anonymous one (RFC 4513 section 5.1)", async () => {
    const { port, requests } = await start((request) =>
      request.operation === "bind" ? [result(request, 0)] : [found(request, "", jane), result(request, 0)],
    );
    await expect(openTestConnector(plainSettings(port, settings)).login("jane")).rejects.toThrow("without a DN");
    expect(requests.filter(({ operation }) => operation === "bind")).toHaveLength(1);
  });

  it("with busy or unavailable is left for another server", async () => {
    for (const code of [51, 52]) {
      const busy = await start((request) => [result(request, request.operation === "bind" ? 0 : code)]);
      const good = await start(saysToPassword((request) => [result(request, 0)]));
      const hosts = [`127.0.0.1:${good.port}`];
      expect(await openTestConnector(plainSettings(busy.port, { ...settings, hosts })).login("jane")).toMatchObject({
        outcome: "ok",
      });
    }
  });

  it("with an entry and then an error gives no person", async () => {
    const { port } = await start((request) =>
      request.operation === "bind" ? [result(request, 0)] : [found(request, "uid=jane,dc=x", jane), result(request, 3)],
    );
    await expect(openTestConnector(plainSettings(port, settings)).login("jane")).rejects.toThrow("time limit");
  });

  it("with more entries than were asked for is no way around the rule that there must be one", async () => {
    const { port } = await start((request) =>
      request.operation === "bind"
        ? [result(request, 0)]
        : [...[1, 2, 3].map((each) => found(request, `uid=${each},dc=x`, jane)), result(request, 0)],
    );
    await expect(openTestConnector(plainSettings(port, settings)).login("jane")).rejects.toThrow("more than one entry");
  });
});
