import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../test/support/config-text.js";
import { MockPasswordOptions } from "../connectors/mock-password/config.js";

const hash = "$2a$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G";
const person = `{email: Ann@Example.com, userID: a, hash: ${hash}}`;
const head = smallestConfig.split("\n").slice(0, 3).join("\n");

/** What follows begins at line 4. */
function loadRest(rest: string, env = {}) {
  return loadText(`${head}\n${rest}\n`, { env });
}

describe("a connector", () => {
  it("has free text as its id", async () => {
    for (const id of ["https://any.example/x", "a b", "ID-1", "ünï"]) {
      const { config, lines } = await loadRest(`connectors: [{type: mockCallback, id: "${id}", name: M}]`);
      expect([config?.connectors[0]?.id, lines]).toEqual([id, []]);
    }
  });

  it("needs id, type and name, all told at once", async () => {
    expect((await loadRest("connectors:\n  - {config: {}}")).errors).toEqual([
      "5:5: error: type is missing: a connector needs id, type and name",
      "5:5: error: id is missing: a connector needs id, type and name",
      "5:5: error: name is missing: a connector needs id, type and name",
    ]);
  });

  it("may be without config, or have an empty one", async () => {
    for (const config of ["", ", config: null", ", config: {}"]) {
      const { lines } = await loadRest(`connectors: [{type: mockCallback, id: m, name: M${config}}]`);
      expect(lines).toEqual([]);
    }
  });

  it.each([
    ["local", "connector type local: use enablePasswordDB and staticPasswords"],
    ["ssh", 'unknown connector type "ssh"'],
    ["githup", 'unknown connector type "githup" (did you mean "github"?)'],
    ["mockcallback", 'unknown connector type "mockcallback" (did you mean "mockCallback"?)'],
    ["constructor", 'unknown connector type "constructor"'],
  ])("of type %s is refused", async (type, message) => {
    const { errors } = await loadRest(`connectors: [{type: ${type}, id: x, name: X, config: {anything: y}}]`);
    expect(errors).toEqual([`4:21: error: ${message}`]);
  });

  it("whose id is there twice counts the last time: a warning", async () => {
    const { config, lines } = await loadRest(
      "connectors:\n  - {type: mockCallback, id: m, name: One}\n  - {type: mockCallback, id: m, name: Two}",
    );
    expect(config?.connectors.map(({ name }) => name)).toEqual(["Two"]);
    expect(lines).toEqual(["6:5: warning: the connector id m stands here again: the one in line 5 has no effect"]);
  });

  it("narrows its grant types to ones that Dex knows", async () => {
    const { config } = await loadRest(
      "connectors: [{type: mockCallback, id: m, name: M, grantTypes: [authorization_code]}]",
    );
    expect(config?.connectors[0]?.grantTypes).toEqual(["authorization_code"]);
    const { errors } = await loadRest(
      "connectors: [{type: mockCallback, id: m, name: M, grantTypes: [refresh-token]}]",
    );
    expect(errors).toEqual([
      expect.stringContaining('unknown grant type "refresh-token" (did you mean "refresh_token"?)'),
    ]);
  });

  it("has settings that its type checks", async () => {
    expect(
      (await loadRest("connectors: [{type: mockPassword, id: m, name: M, config: {password: []}}]")).errors,
    ).toEqual(
      [
        "4:60: error: connectors.0.config.username: is required",
        "4:70: error: connectors.0.config.password: must be text",
      ].map((line) => expect.stringContaining(line.slice(line.indexOf("connectors")))),
    );
  });

  it("has secrets that no log shows, also from variables and files", async () => {
    const connector = (more: string) =>
      `connectors: [{type: mockPassword, id: m, name: M, config: {username: u, ${more}}}]`;
    const { config } = await loadRest(connector("PasswordENV: PW"), { PW: "hunter2" });
    expect(MockPasswordOptions.parse(config?.connectors[0]?.options).password.reveal()).toBe("hunter2");
    expect((await loadRest(connector("password: 12345"))).lines).toEqual([]);
    const broken: readonly (readonly [string, string])[] = [
      ["password: hunter2, passwordEnv: PW", "password and passwordEnv exclude each other"],
      ["passwordEnv: PW, passwordFile: /x", "passwordEnv and passwordFile exclude each other"],
      ["passwordFile: /none", "connectors.0.config.passwordFile: there is no file /none"],
      ["password: ''", "connectors.0.config.password: must not be empty"],
      ["other: 1", "connectors.0.config.password: is required"],
    ];
    for (const [more, message] of broken) {
      const { errors } = await loadRest(connector(more), { PW: "hunter2" });
      expect(errors).toEqual([expect.stringContaining(message)]);
      expect(errors.join()).not.toContain("hunter2");
    }
  });
});

describe("the password list", () => {
  it("is the connector local, named Email, behind the others", async () => {
    const { config, lines } = await loadRest(
      `connectors: [{type: mockCallback, id: m, name: M}]\nenablePasswordDB: True\nstaticPasswords: [${person}]`,
    );
    expect(lines).toEqual([]);
    expect(config?.connectors.map(({ id, type, name }) => [id, type, name])).toEqual([
      ["m", "mockCallback", "M"],
      ["local", "local", "Email"],
    ]);
  });

  it("takes the id local from a connector that has it", async () => {
    const { config, warnings } = await loadRest(
      `connectors: [{type: mockCallback, id: local, name: M}]\nenablePasswordDB: true\nstaticPasswords: [${person}]`,
    );
    expect(config?.connectors.map(({ type }) => type)).toEqual(["local"]);
    expect(warnings).toEqual([expect.stringContaining("the connector id local stands here again: the one in line 4")]);
  });

  it("must be switched on", async () => {
    expect((await loadRest(`staticPasswords: [${person}]`)).errors).toEqual([
      "4:18: error: cannot specify static passwords without enabling password db (enablePasswordDB: true)",
    ]);
  });

  it("is left out where nobody is in it", async () => {
    const { config, lines } = await loadRest(
      "connectors: [{type: mockCallback, id: m, name: M}]\nenablePasswordDB: true",
    );
    expect([config?.connectors.length, lines]).toEqual([1, []]);
  });
});

describe("a configuration with which nobody can log in", () => {
  it.each([
    "",
    "connectors: []",
    "enablePasswordDB: true",
    "enablePasswordDB: true\nstaticPasswords: []\nconnectors: []",
  ])("is an error: %j", async (rest) => {
    expect((await loadRest(rest)).errors).toEqual([expect.stringContaining("nobody can log in")]);
  });
});

describe("a person", () => {
  function loadPeople(...people: readonly string[]) {
    return loadRest(`enablePasswordDB: true\nstaticPasswords:\n${people.map((each) => `  - {${each}}`).join("\n")}`);
  }

  it("has claims as Dex gives them", async () => {
    const { config } = await loadPeople(
      `email: Ann@Example.com, userID: 1234, hash: ${hash}, username: ann, groups: [a, b]`,
      `email: bo@example.com, userID: b, hash: ${hash}, username: bo, name: Bo B, preferredUsername: bob, emailVerified: false`,
      `email: cy@example.com, userID: c, hash: ${hash}, emailVerified: null`,
    );
    const common = { hash, emailVerified: true, preferredUsername: "", groups: [] };
    expect(config?.connectors[0]?.options).toEqual({
      passwords: [
        {
          ...common,
          email: "ann@example.com",
          emailClaim: "Ann@Example.com",
          userId: "1234",
          username: "ann",
          groups: ["a", "b"],
        },
        {
          ...common,
          email: "bo@example.com",
          emailClaim: "bo@example.com",
          userId: "b",
          username: "Bo B",
          preferredUsername: "bob",
          emailVerified: false,
        },
        { ...common, email: "cy@example.com", emailClaim: "cy@example.com", userId: "c", username: "" },
      ],
    });
  });

  it("without userID, or with another's, is the same person for every app: a warning each", async () => {
    const { config, warnings } = await loadPeople(
      `email: a@example.com, hash: ${hash}`,
      `email: b@example.com, hash: ${hash}, userID: ''`,
      `email: c@example.com, hash: ${hash}, userID: x`,
      `email: d@example.com, hash: ${hash}, userID: x`,
    );
    expect(config).toBeDefined();
    expect(warnings).toEqual([
      expect.stringMatching(/^6:5: warning: userID is missing: .* same sub/),
      expect.stringMatching(/^7:\d+: warning: userID is missing: .* same sub/),
      expect.stringMatching(/^9:\d+: warning: userID x, as in line 8: both have one sub/),
    ]);
  });

  it("that stands there twice counts the last time: a warning", async () => {
    const { warnings } = await loadPeople(
      `email: a@example.com, userID: a, hash: ${hash}`,
      `email: A@example.com, userID: a, hash: ${hash}`,
    );
    expect(warnings).toEqual(["7:13: warning: A@example.com stands here again: the one in line 6 has no effect"]);
  });

  it("needs an e-mail address and a hash, which may be named", async () => {
    expect((await loadPeople("userID: a")).errors).toEqual([
      "6:5: error: email is missing",
      "6:5: error: no password hash provided: hash, hashFromEnv or hashFromFile is required",
    ]);
    const text = "enablePasswordDB: true\nstaticPasswords: [{email: a@example.com, userID: a, hashFromEnv: HASH}]";
    expect((await loadRest(text, { HASH: hash })).lines).toEqual([]);
    expect((await loadRest(text)).errors).toEqual([
      expect.stringContaining("the environment variable HASH is not set"),
    ]);
    expect((await loadRest(text, { HASH: "hunter2" })).errors).toEqual([
      expect.stringContaining("5:66: error: malformed bcrypt hash"),
    ]);
    expect((await loadRest(text.replace("hashFromEnv: HASH", `hash: ${hash}, hashFromFile: /x`))).errors).toEqual([
      expect.stringContaining("hash and hashFromFile exclude each other"),
    ]);
  });

  it("may have a hash with something behind it: a warning", async () => {
    expect((await loadPeople(`email: a@example.com, userID: a, hash: '${hash}%'`)).warnings).toEqual([
      expect.stringContaining("what follows the 60th character is ignored"),
    ]);
  });
});
