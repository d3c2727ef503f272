import { describe, expect, it } from "vitest";
import { loadText, loadWith } from "../../test/support/config-text.js";

const client = (more: string): string => `staticClients: [{id: app, name: App, ${more}}]`;

describe("a variable where Dex expands none", () => {
  it.each([
    [client("secret: $APP_SECRET"), "5:46: warning: $APP_SECRET is not replaced here"],
    [client("secret: s, redirectURIs: ['https://${HOST}/cb']"), "${HOST} is not replaced here"],
    ["frontend: {issuer: $NAME}", "$NAME is not replaced here"],
    ["notAKey: {deep: [[$X]]}", "$X is not replaced here"],
  ])("stays as it is, with a warning: %s", async (text, warning) => {
    const { config, warnings } = await loadWith(text, { env: { APP_SECRET: "x", HOST: "y", NAME: "z", X: "w" } });
    expect(config).toBeDefined();
    expect(warnings.join("\n")).toContain(warning);
  });

  it("is not named where it may be a part of a secret", async () => {
    const { warnings } = await loadWith(client("secret: my$ecret"));
    expect(warnings).toEqual([expect.stringContaining("warning: a variable is not replaced here")]);
  });

  it("is not seen in bcrypt hashes, nor in other text with dollars", async () => {
    const hash = "$2y$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G";
    const people = `enablePasswordDB: true\nstaticPasswords: [{email: a@example.com, userID: a, hash: ${hash}}]`;
    expect((await loadWith(`${people}\n${client("secret: 'pa$$5 $'")}`)).lines).toEqual([]);
  });

  it("is not warned of where expansion is switched off altogether", async () => {
    expect((await loadWith(client("secret: $APP_SECRET"), { env: { DEX_EXPAND_ENV: "false" } })).lines).toEqual([]);
  });
});

describe("a variable where Dex expands", () => {
  const text = `issuer: https://sso.example.com
web: {http: ":1"}
Storage: {type: sqlite3, Config: {file: $DATA/latchkey.db}}
signer: {type: local, config: {keysRotationPeriod: "\${PERIOD}"}}
connectors: [{type: mockPassword, id: m, name: M, config: {username: "$WHO", password: p}}]
`;
  const env = { DATA: "/data", PERIOD: "2h", WHO: "kilgore" };

  it("is replaced, in storage.config, signer.config and connectors[].config", async () => {
    const { config, lines } = await loadText(text, { env });
    expect(lines).toEqual([]);
    expect(config).toMatchObject({
      storage: { file: "/data/latchkey.db" },
      signer: { rotationPeriodMs: 7_200_000 },
      connectors: [{ options: { username: "kilgore" } }],
    });
  });

  it("that is not set is replaced by nothing, with a warning", async () => {
    const { config, lines } = await loadText(text, { env: { ...env, DATA: undefined } });
    expect(config?.storage).toMatchObject({ file: "/latchkey.db" });
    expect(lines).toEqual([
      expect.stringContaining("3:41: warning: $DATA: a variable that is not set is replaced by nothing"),
    ]);
  });

  it("is left alone with DEX_EXPAND_ENV=false", async () => {
    const { config } = await loadText(text.replace("${PERIOD}", "3h"), { env: { ...env, DEX_EXPAND_ENV: "0" } });
    expect(config?.storage).toMatchObject({ file: "$DATA/latchkey.db" });
    expect(config?.connectors[0]?.options).toMatchObject({ username: "$WHO" });
  });
});
