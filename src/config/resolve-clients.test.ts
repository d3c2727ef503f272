import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadWith } from "../../test/support/config-text.js";
import { createTempFolder } from "../../test/support/temp-folder.js";

function loadClients(...clients: readonly string[]) {
  return loadWith(`staticClients:\n${clients.map((client) => `  - {${client}}`).join("\n")}`);
}

describe("a client", () => {
  it("is taken as Dex takes it, ids being free text", async () => {
    for (const id of [
      "app.example.com",
      "8E2D6B7C-0000-4000-8000-000000000000",
      "0x1f",
      "https://app/",
      "a b",
      "ünï",
    ]) {
      const { config, lines } = await loadClients(`id: "${id}", name: App, secret: s, redirectURIs: []`);
      expect([config?.clients[0]?.id, lines]).toEqual([id, []]);
    }
  });

  it("carries no secret, only its hash, also where it is public", async () => {
    const { config } = await loadClients("id: a, name: A, secret: hunter2, public: true");
    expect(config?.clients[0]).toMatchObject({ isPublic: true, secretHash: expect.stringMatching(/^[\w-]{43}$/) });
    expect(JSON.stringify(config)).not.toContain("hunter2");
  });

  it("needs an id, a name, and a secret unless it is public", async () => {
    const { errors } = await loadClients(
      "name: A, secret: s",
      "id: b, secret: s",
      "id: c, name: C",
      "id: d, name: D, secret: ''",
      "id: e, name: E, public: true",
    );
    expect(errors).toEqual([
      "6:5: error: id is missing: a client needs id, idEnv or idFile",
      "7:5: error: name is missing: a client needs one",
      "8:5: error: client c: secret, secretEnv or secretFile is required unless it is public",
      "9:30: error: client d: secret, secretEnv or secretFile is required unless it is public",
    ]);
  });

  it("has its id from a variable or a file too, which must be there and hold something", async () => {
    const file = join(createTempFolder(), "id");
    writeFileSync(file, "from-file\r\n");
    const text = `staticClients: [{idEnv: APP_ID, name: A, secret: s}, {idFile: ${file}, name: B, secret: s}]`;
    const { config } = await loadWith(text, { env: { APP_ID: "from-env" } });
    expect(config?.clients.map(({ id }) => id)).toEqual(["from-env", "from-file"]);
    writeFileSync(file, "\n");
    expect((await loadWith(text, { env: { APP_ID: "" } })).errors).toEqual([
      "5:25: error: staticClients.0.idEnv: the environment variable APP_ID is empty",
      expect.stringMatching(/^5:\d+: error: staticClients\.1\.idFile: the file .* is empty$/),
    ]);
  });

  it("that stands there twice is an error, wherever others are broken", async () => {
    const { errors } = await loadClients(
      "name: X, secret: s",
      "id: a, name: A, secret: s",
      "id: a, name: A, secret: s",
    );
    expect(errors).toEqual([
      expect.stringContaining("6:5: error: id is missing"),
      "8:10: error: the client id a stands here again, after line 7",
    ]);
  });

  it("that trusts a client which does not exist is warned of", async () => {
    const { warnings } = await loadClients(
      "id: a, name: A, secret: s, trustedPeers: [b, nobody]",
      "id: b, name: B, secret: s, trustedPeers: []",
    );
    expect(warnings).toEqual(["6:51: warning: trustedPeers names the client nobody, which does not exist"]);
  });
});

describe("allowedConnectors", () => {
  it("may name any connector, also the password list", async () => {
    const hash = "$2a$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G";
    const people = `enablePasswordDB: true\nstaticPasswords: [{email: a@example.com, userID: a, hash: ${hash}}]`;
    const { config, lines } = await loadWith(
      `${people}\nstaticClients: [{id: a, name: A, secret: s, allowedConnectors: [local, mock]}]`,
    );
    expect([config?.clients[0]?.allowedConnectors, lines]).toEqual([["local", "mock"], []]);
  });

  it("that names none that exists lets nobody in: an error; with others a warning", async () => {
    const { lines } = await loadClients(
      "id: a, name: A, secret: s, allowedConnectors: [mok]",
      "id: b, name: B, secret: s, allowedConnectors: [mok, mock]",
    );
    expect(lines).toEqual([
      "6:52: error: allowedConnectors names connectors that do not exist: mok; nobody could log in",
      "7:52: warning: allowedConnectors names connectors that do not exist: mok",
    ]);
  });

  it("knows connectors that have a problem of their own", async () => {
    const { errors } = await loadWith(
      "connectors: [{type: nothing, id: corp, name: Corp}]\nstaticClients: [{id: a, name: A, secret: s, allowedConnectors: [corp]}]",
    );
    expect(errors).toEqual([expect.stringContaining("unknown connector type")]);
  });
});

describe("allowedGroups", () => {
  it("lets these groups in; empty it would let nobody in", async () => {
    const { config } = await loadClients("id: a, name: A, secret: s, allowedGroups: [admins, 42]");
    expect(config?.clients[0]?.allowedGroups).toEqual(["admins", "42"]);
    expect((await loadClients("id: a, name: A, secret: s, allowedGroups: []")).errors).toEqual([
      expect.stringContaining("allowedGroups is empty, so nobody could log in"),
    ]);
  });
});

describe("the refresh policy of a client", () => {
  function loadPolicies(global: string, own: string, more = "secret: s") {
    return loadWith(
      `expiry: {refreshTokens: {${global}}}\nstaticClients: [{id: a, name: A, ${more}, refreshTokens: {${own}}}]`,
    );
  }

  it("takes key by key from its own, from expiry.refreshTokens, from the defaults", async () => {
    const { config } = await loadPolicies(
      "reuseInterval: 3s, absoluteLifetime: 3960h, validIfNotUsedFor: 720h",
      "reuseInterval: '0', validForIfNotUsed: '', maxPerUserAndClient: 2",
    );
    expect(config?.clients[0]?.refreshPolicy).toEqual({
      rotation: true,
      reuseIntervalMs: 0,
      absoluteMs: 3_960 * 3_600_000,
      maxPerUserAndClient: 2,
    });
  });

  it("is rotation, 30s, 2160h, no absolute lifetime and 50 logins by default", async () => {
    expect((await loadPolicies("", "")).config?.clients[0]?.refreshPolicy).toEqual({
      rotation: true,
      reuseIntervalMs: 30_000,
      idleMs: 2_160 * 3_600_000,
      maxPerUserAndClient: 50,
    });
  });

  it.each([
    ["", "disableRotation: true, absoluteLifetime: 24h"],
    ["absoluteLifetime: 24h", "disableRotation: true"],
    ["disableRotation: true", "validIfNotUsedFor: 1h"],
    ["disableRotation: true, validForIfNotUsed: 24h", ""],
    ["disableRotation: true", "disableRotation: false"],
  ])("may keep one token where a lifetime is written in either place: {%s} {%s}", async (global, own) => {
    expect((await loadPolicies(global, own)).lines).toEqual([]);
  });

  it.each([
    ["", "disableRotation: true", "6:78"],
    ["disableRotation: true", "", "5:43"],
    ["disableRotation: true, absoluteLifetime: 24h", "absoluteLifetime: '0'", "5:43"],
    ["disableRotation: true, absoluteLifetime: '', validIfNotUsedFor: '0'", "", "5:43"],
  ])("without rotation needs one, and a default is none: {%s} {%s}", async (global, own, place) => {
    expect((await loadPolicies(global, own)).errors).toEqual([
      `${place}: error: disableRotation: true needs a lifetime: write validIfNotUsedFor or absoluteLifetime beside it`,
    ]);
  });

  it("of a public client without rotation is warned of", async () => {
    const { config, warnings } = await loadPolicies("", "disableRotation: true, absoluteLifetime: 24h", "public: true");
    expect(config?.clients[0]?.refreshPolicy.rotation).toBe(false);
    expect(warnings).toEqual([
      expect.stringContaining("disableRotation for the public client a: a stolen refresh token is not noticed"),
    ]);
  });

  it("takes both spellings of one key where they agree", async () => {
    const same = "validIfNotUsedFor: 24h, validForIfNotUsed: 1440m";
    expect((await loadPolicies(same, same)).lines).toEqual([]);
    expect((await loadPolicies("", "validIfNotUsedFor: 24h, validForIfNotUsed: 25h")).errors).toEqual([
      expect.stringContaining("validIfNotUsedFor and validForIfNotUsed mean the same and differ"),
    ]);
  });

  it("is checked where it is overridden, and where there is no client; each problem is told once", async () => {
    expect((await loadPolicies("reuseInterval: 3", "reuseInterval: 3s")).errors).toHaveLength(1);
    expect((await loadPolicies("absoluteLifetime: 1d, disableRotation: true", "")).errors).toHaveLength(1);
    expect((await loadWith("expiry: {refreshTokens: {disableRotation: true}}")).errors).toHaveLength(1);
  });
});
