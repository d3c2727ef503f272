import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

describe("docs/configuration.md and docs/latchkey.schema.json", () => {
  it("are what the schema of the configuration says", () => {
    const build = process.env["TEST_BUILD"] ?? ".build";
    const { status, stderr } = spawnSync(process.execPath, ["scripts/write-docs.mjs", `${build}/src`, "--check"]);
    expect([status, stderr.toString()]).toEqual([0, ""]);
  });
});

const ajv = new Ajv({ allowUnionTypes: true });
ajv.addKeyword("patternErrorMessage");
const validate = ajv.compile(JSON.parse(readFileSync("docs/latchkey.schema.json", "utf8")));

/** What an editor would underline: the places, with the reason. */
function findMistakes(text: string): readonly string[] {
  // As the configuration is read (src/config/parse-yaml.ts).
  if (validate(parse(text, { version: "1.1", merge: true, uniqueKeys: false, logLevel: "silent" }))) return [];
  return (validate.errors ?? []).map(({ instancePath, message = "", params }) =>
    [instancePath, message, params["additionalProperty"] ?? ""].join(" ").trim(),
  );
}

const accepted = "test/config/published/accepted";
/** Where the schema is less patient than the server, which warns at most. */
const stricter = [
  // Keys in another case than the documented one: editors could not complete them otherwise.
  "other-case.yaml",
  // Unknown keys: a warning of the server, a mistake in an editor.
  "invented-keys.yaml",
];

describe("the JSON Schema, by which editors complete a configuration (JSON Schema draft 7)", () => {
  it("accepts config.example.yaml", () => {
    expect(findMistakes(readFileSync("config.example.yaml", "utf8"))).toEqual([]);
  });

  it("is named in the first line of config.example.yaml, by a path that is there", () => {
    const [first = ""] = readFileSync("config.example.yaml", "utf8").split("\n");
    expect(first).toBe("# yaml-language-server: $schema=docs/latchkey.schema.json");
  });

  it.each(readdirSync(accepted).filter((name) => !stricter.includes(name)))("accepts %s", (name) => {
    expect(findMistakes(readFileSync(join(accepted, name), "utf8"))).toEqual([]);
  });

  it.each(stricter)("underlines what is unusual in %s", (name) => {
    expect(findMistakes(readFileSync(join(accepted, name), "utf8"))).not.toEqual([]);
  });

  it.each([
    ["an issuer that is missing", "issuer: https://sso.example.com", "", "must have required property 'issuer'"],
    ["a misspelt key", "web: {", "web: {htpp: x, ", "/web must NOT have additional properties htpp"],
    [
      "a key in the wrong section",
      "web: {",
      "skipApprovalScreen: true\nweb: {",
      "additional properties skipApprovalScreen",
    ],
    ["days", "web: {", "expiry: {idTokens: 30d}\nweb: {", "/expiry/idTokens must match pattern"],
    ["a number without a unit", "web: {", "expiry: {idTokens: 30}\nweb: {", "/expiry/idTokens must be <= 0"],
    ["a storage that does not exist", "type: memory", "type: redis", "/storage/type must be equal to one of"],
    [
      "connectors that are no list",
      "connectors: []",
      "connectors: {a: {type: mockCallback}}",
      "/connectors must be array",
    ],
    ["a connector without a name", "connectors: []", "connectors: [{type: mockCallback, id: a}]", "property 'name'"],
    [
      "a setting that the type of connector does not have",
      "connectors: []",
      "connectors: [{type: mockPassword, id: a, name: A, config: {username: a, passwort: b}}]",
      "/connectors/0/config must NOT have additional properties passwort",
    ],
    ["a log level that does not exist", "web: {", "logger: {level: verbose}\nweb: {", "/logger/level"],
    ["too many families", "web: {", "expiry: {refreshTokens: {maxPerUserAndClient: 401}}\nweb: {", "must be <= 400"],
  ])("underlines %s", (_, from, to, mistake) => {
    const right =
      'issuer: https://sso.example.com\nstorage: {type: memory}\nweb: {http: "127.0.0.1:1"}\nconnectors: []\n';
    expect(findMistakes(right)).toEqual([]);
    expect(findMistakes(right.replace(from, to))).toContainEqual(expect.stringContaining(mistake));
  });

  it.each(["password: b", "passwordEnv: B", "passwordFile: b"])("takes a connector's secret as %s", (source) => {
    const connector = `connectors: [{type: mockPassword, id: a, name: A, config: {username: a, ${source}}}]`;
    expect(findMistakes(`issuer: https://sso.example.com\nstorage: {type: memory}\n${connector}\n`)).toEqual([]);
  });

  it.each(["DEBUG", "Warn", '""', "null"])("takes the log level %s, as the server does", (level) => {
    expect(findMistakes(`issuer: https://a.example\nstorage: {type: memory}\nlogger: {level: ${level}}\n`)).toEqual([]);
  });
});
