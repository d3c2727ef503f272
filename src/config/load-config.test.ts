import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { loadText } from "../../test/support/config-text.js";
import { createTempFolder } from "../../test/support/temp-folder.js";
import { MockPasswordOptions } from "../connectors/mock-password/config.js";
import { sha256 } from "../platform/hashing.js";
import { Secret } from "../platform/secret.js";
import { loadConfig } from "./load-config.js";

const head = "issuer: https://sso.example.com/dex\nstorage: {type: memory}\nweb: {http: 0.0.0.0:5556}\n";
const mock = "connectors: [{type: mockCallback, id: mock, name: Mock}]\n";
const good = `${head}${mock}`;

function client(more: string): string {
  return `${good}staticClients: [{id: app, name: App, redirectURIs: [https://app.example/cb], ${more}}]\n`;
}

describe("secrets come from the file, a variable or a file of their own", () => {
  it("and one line end at the end of a file is dropped", async () => {
    const secretFile = join(createTempFolder(), "secret");
    writeFileSync(secretFile, "from-a-file\n\n");
    const { config } = await loadText(client(`secretFile: ${secretFile}`));
    expect(config?.clients[0]?.secretHash).toBe(sha256("from-a-file\n"));
  });

  it.each([
    ["secret: literal", "literal"],
    ["secretEnv: APP_SECRET", "from-env"],
  ])("%s", async (more, secret) => {
    const { config } = await loadText(client(more), { env: { APP_SECRET: "from-env" } });
    expect(config?.clients[0]?.secretHash).toBe(sha256(secret));
  });

  it("of connectors too", async () => {
    const text = `${head}connectors: [{type: mockPassword, id: pw, name: P, config: {username: u, passwordEnv: PW}}]\n`;
    const { config } = await loadText(text, { env: { PW: "hidden" } });
    expect(config?.connectors[0]?.options).toEqual({ username: "u", password: new Secret("hidden") });
    expect(MockPasswordOptions.parse(config?.connectors[0]?.options).password.reveal()).toBe("hidden");
    expect((await loadText(text)).errors).toEqual([
      "4:74: error: connectors.0.config.passwordEnv: the environment variable PW is not set",
    ]);
  });

  it.each([
    ["secretEnv: NOT_SET", "the environment variable NOT_SET is not set"],
    ["secretFile: /does/not/exist", "there is no file"],
    ["secret: a, secretEnv: B", "exclude each other"],
    ["public: false", "is required unless it is public"],
  ])("%s is an error", async (more, message) => {
    const { config, errors } = await loadText(client(more));
    expect(config).toBeUndefined();
    expect(errors.join()).toContain(message);
  });

  it("are never shown: not in problems, not when a config is printed", async () => {
    const key = Buffer.alloc(32, 7).toString("base64");
    const text = `${client("secret: very-secret-1, scret: very-secret-2")}storage: {type: memory, encryptionKeys: ["${key}"]}\n`;
    const { config, lines } = await loadText(text, { mode: "lenient" });
    const shown = `${lines.join()}${JSON.stringify(config)}${inspect(config, { depth: 9 })}`;
    for (const secret of ["very-secret-1", "very-secret-2", key]) expect(shown).not.toContain(secret);
  });
});

describe("storage.encryptionKeys", () => {
  const [first, second] = [Buffer.alloc(32, 1).toString("base64"), Buffer.alloc(32, 2).toString("base64")];

  it.each(["list", "env", "file"])("from a %s, the first one first", async (source) => {
    const file = join(createTempFolder(), "keys");
    writeFileSync(file, `${first}\n${second}\n`);
    const written = {
      list: `encryptionKeys: ["${first}", "${second}"]`,
      env: "encryptionKeysEnv: KEYS",
      file: `encryptionKeysFile: ${file}`,
    }[source];
    const text = `issuer: https://sso.example.com\nweb: {http: 0.0.0.0:5556}\n${mock}storage: {type: memory, ${written}}\n`;
    const { config } = await loadText(text, { env: { KEYS: `${first}\n${second}` } });
    expect(config?.storage.encryptionKeys.map((key) => key.reveal())).toEqual([first, second]);
  });

  it("that are no 32 bytes are an error", async () => {
    const { errors } = await loadText(`${good}storage: {type: memory, encryptionKeys: [c2hvcnQ=]}\n`);
    expect(errors.join()).toContain("key 1 is not base64 of 32 bytes");
  });
});

describe("unknown keys", () => {
  const text = `${good}publicURL: x\nexpiry: {id_tokens: 1h}\n`;

  it("warn, and are errors when they are nearly right", async () => {
    const { lines } = await loadText(text);
    expect(lines).toEqual([
      "5:1: warning: unknown key publicURL at the top level: it has no effect",
      '6:10: error: unknown key id_tokens in expiry (did you mean "idTokens"?)',
    ]);
  });

  it("are all errors with --strict, all warnings with --lenient", async () => {
    expect((await loadText(text, { mode: "strict" })).errors).toHaveLength(2);
    const { config, errors } = await loadText(text, { mode: "lenient" });
    expect([errors, config?.expiry.idTokensMs]).toEqual([[], 86_400_000]);
  });
});

describe("the result", () => {
  it("is frozen to its leaves, with every default filled in", async () => {
    const { config } = await loadText(client("secret: s"));
    expect(config?.clients[0]?.refreshPolicy).toEqual({
      rotation: true,
      reuseIntervalMs: 30_000,
      idleMs: 7_776_000_000,
      maxPerUserAndClient: 50,
    });
    expect(config?.expiry).toEqual({ idTokensMs: 86_400_000, authRequestsMs: 86_400_000, authCodesMs: 600_000 });
    expect([config?.signer, config?.logger.format]).toEqual([
      { algorithm: "RS256", rotationPeriodMs: 21_600_000 },
      "text",
    ]);
    expect(Object.isFrozen(config?.clients[0]?.refreshPolicy)).toBe(true);
  });

  it("keeps a trailing slash in iss and leaves it out of the paths", async () => {
    const { config } = await loadText(good.replace("/dex", "/identity/"));
    expect([config?.issuer.url, config?.issuer.path]).toEqual(["https://sso.example.com/identity/", "/identity"]);
  });
});

describe("refresh policies", () => {
  it("resolve key by key: the client, then expiry.refreshTokens, then the defaults", async () => {
    const text = `${client("secret: s, refreshTokens: {reuseInterval: 5s, absoluteLifetime: '0'}")}expiry: {refreshTokens: {absoluteLifetime: 48h, validForIfNotUsed: 24h}}\n`;
    const { config } = await loadText(text);
    expect(config?.clients[0]?.refreshPolicy).toEqual({
      rotation: true,
      reuseIntervalMs: 5_000,
      idleMs: 86_400_000,
      maxPerUserAndClient: 50,
    });
  });

  it.each([
    ["{disableRotation: true}", true],
    ["{disableRotation: true, validIfNotUsedFor: '0'}", true],
    ["{disableRotation: true, absoluteLifetime: 24h}", false],
    ["{validIfNotUsedFor: 1h, validForIfNotUsed: 2h}", true],
  ])("%s", async (policy, isRefused) => {
    const { errors } = await loadText(`${good}expiry: {refreshTokens: ${policy}}\n`);
    expect(errors.length > 0).toBe(isRefused);
  });

  it("without rotation warn for a public client", async () => {
    const { lines } = await loadText(
      client("public: true, refreshTokens: {disableRotation: true, absoluteLifetime: 24h}"),
    );
    expect(lines.join()).toContain("for the public client app");
  });
});

describe("hostile files (security cases 29, 30)", () => {
  it.each([
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghij"
        .split("")
        .map((name, index) => `${name}: &${name} [${`*${"abcdefghi"[index]},`.repeat(9)}]`)
        .join("\n")}\n`,
    ],
    ["deep nesting", `a: ${"[".repeat(5_000)}${"]".repeat(5_000)}\n`],
    ["a self-reference", "a: &a [*a]\n"],
    ["binary", "\u0000\u0001\ufffe\n"],
    ["a tab", "web:\n\thttp: x\n"],
    ["a list", "- a\n- b\n"],
    ["nothing", ""],
    ["__proto__", "__proto__: {issuer: x}\nconstructor: 1\n"],
  ])("%s gives a problem, not a crash", async (_name, text) => {
    const { config, errors } = await loadText(text);
    expect(config).toBeUndefined();
    expect(errors.length).toBeGreaterThan(0);
  });

  // Each wrong value once asked every other one whether it lies around it.
  it.each([
    ["a wrong item", `staticClients: [${"1,".repeat(60_000)}]\n`, 60_000],
    [
      "an item with a wrong value",
      `enablePasswordDB: true\nstaticPasswords: [${"{email: []},".repeat(15_000)}]\n`,
      15_000,
    ],
  ])(
    "that are %s throughout are reported in full",
    async (_name, text, count) => {
      const { errors } = await loadText(`${good}${text}`);
      expect(errors.length).toBeGreaterThanOrEqual(count);
    },
    120_000,
  );

  it("give problems whatever they hold", async () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    const section = fc.constantFrom(
      "issuer",
      "web",
      "storage",
      "staticClients",
      "connectors",
      "expiry",
      "oauth2",
      "logger",
      "staticPasswords",
      "enablePasswordDB",
      "signer",
      "telemetry",
      "mfa",
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(section, value), async (file) => {
        const { config, errors } = await loadText(stringify(file));
        expect(config === undefined).toBe(errors.length > 0);
      }),
      { numRuns: 150 },
    );
  });
});

describe("the place of a key", () => {
  it("is told for whoever finds out later that it is wrong; of one that is not there, that of what is around it", async () => {
    const file = join(createTempFolder(), "config.yaml");
    writeFileSync(
      file,
      `${head}connectors:\n  - type: mockPassword\n    id: pw\n    name: P\n    config:\n      username: u\n      password: p\n`,
    );
    const { placeOf } = await loadConfig({ file, flags: {}, env: {} });
    expect(placeOf("connectors.0.config.password")).toEqual({ line: 10, column: 17 });
    expect(placeOf("connectors.0.config.bindPW")).toEqual(placeOf("connectors.0.config"));
    expect(placeOf("connectors.0")).toEqual({ line: 5, column: 5 });
  });
});
