import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runCheck } from "../../src/cli/check.js";
import type { ConnectorConfig } from "../../src/config/config.js";
import type { ConnectorType } from "../../src/connectors/catalogue.js";
import { type Connector, ProbeFailure } from "../../src/connectors/port.js";
import { Secret } from "../../src/platform/secret.js";
import { checkOnline } from "../../src/server/commands/check-online.js";
import { plainHttp } from "../support/connector-context.js";
import { createTempFolder } from "../support/temp-folder.js";
import { createTestIo } from "../support/test-io.js";

const login: Connector["login"] = { kind: "password", check: async () => ({ outcome: "bad-credentials" }) };

/** A type that opens as the test says. */
function typeOf(open: ConnectorType["open"]): ConnectorType {
  return { options: z.unknown(), open };
}

const types = new Map<string, ConnectorType>([
  ["works", typeOf(async () => ({ login, probe: async () => ["the directory answers", "it takes our name"] }))],
  ["plain", typeOf(async () => ({ login }))],
  ["closed", typeOf(() => Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:389")))],
  [
    "misled",
    typeOf(async () => ({
      login,
      probe: () => Promise.reject(new ProbeFailure("the base holds nobody", "userSearch.baseDN")),
    })),
  ],
  ["mute", typeOf(() => new Promise(() => undefined))],
  ["stuck", typeOf(async () => ({ login, probe: () => new Promise(() => undefined) }))],
  ["telltale", typeOf(() => Promise.reject(new Error("bind with cn=admin and hunter22 was refused")))],
  [
    "warns",
    typeOf(async (_options, { warn }) => {
      warn("the certificate ends in 3 days");
      return { login };
    }),
  ],
]);

function connectorOf(type: string, options: unknown = {}): ConnectorConfig {
  return { id: type, type, name: type, path: "connectors.0", http: plainHttp, hasOwnCallback: false, options };
}

async function check(...connectors: readonly ConnectorConfig[]) {
  const findings = await checkOnline({ connectors, types, limitMs: 200 });
  return findings.map(({ connector, severity, message, key }) =>
    [connector.id, severity, message, ...(key === undefined ? [] : [key])].join(" | "),
  );
}

describe("checkOnline", () => {
  it("tells what each connector has tried, in the order of the file", async () => {
    expect(await check(connectorOf("works"), connectorOf("plain"))).toEqual([
      "works | ok | the directory answers",
      "works | ok | it takes our name",
      "plain | ok | opened; without a person there is nothing else to try",
    ]);
  });

  it("tells why a connector can't be opened, and which setting a probe found wrong", async () => {
    expect(await check(connectorOf("closed"), connectorOf("misled"))).toEqual([
      "closed | error | can't be opened: connect ECONNREFUSED 127.0.0.1:389",
      "misled | error | the base holds nobody | userSearch.baseDN",
    ]);
  });

  it("gives up on what never answers, and tells of the others", async () => {
    expect(await check(connectorOf("mute"), connectorOf("works"), connectorOf("stuck"))).toEqual([
      "mute | error | gave no answer within 0.2 seconds",
      "works | ok | the directory answers",
      "works | ok | it takes our name",
      "stuck | error | gave no answer within 0.2 seconds",
    ]);
  });

  it("shows no secret of the settings, also where an upstream sends it back", async () => {
    const options = { bind: [{ password: new Secret("hunter22") }] };
    expect(await check(connectorOf("telltale", options))).toEqual([
      "telltale | error | can't be opened: bind with cn=admin and [secret] was refused",
    ]);
  });

  it("passes on warnings", async () => {
    expect(await check(connectorOf("warns"))).toEqual([
      "warns | warning | the certificate ends in 3 days",
      "warns | ok | opened; without a person there is nothing else to try",
    ]);
  });
});

describe("check --online", () => {
  async function run(text: string) {
    const file = join(createTempFolder(), "latchkey.yaml");
    writeFileSync(file, text);
    const { io, output } = createTestIo();
    const code = await runCheck({ file, flags: {}, online: true }, io);
    return { code, stdout: output.stdout.replaceAll(file, "F"), stderr: output.stderr.replaceAll(file, "F") };
  }

  it("tells of each connector at its place in the file", async () => {
    const { code, stdout, stderr } = await run(`issuer: https://sso.example.com/dex
storage: {type: memory}
web: {http: "127.0.0.1:5556"}
connectors:
  - type: mockCallback
    id: one
    name: One
  - {type: mockPassword, id: two, name: Two, config: {username: a, password: b}}
`);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n")).toEqual([
      "F:5:5: ok: connector one: opened; without a person there is nothing else to try",
      "F:8:5: ok: connector two: opened; without a person there is nothing else to try",
      "F: 0 errors, 0 warnings",
      "",
    ]);
  });

  it("tries nothing where the file has an error", async () => {
    const { code, stdout, stderr } = await run("issuer: https://sso.example.com/dex\n");
    expect([code, stdout.includes("connector one")]).toEqual([1, false]);
    expect(stderr).toContain("latchkey: no connector was tried: F can't be used");
  });
});
