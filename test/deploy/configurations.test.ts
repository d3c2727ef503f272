import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import type { Environment } from "../../src/config/expand-env.js";
import { loadText } from "../support/config-text.js";
import { createTempFolder } from "../support/temp-folder.js";

const hash = "$2a$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G";
const key = Buffer.alloc(32, 7).toString("base64");
const dockerfile = readFileSync("Dockerfile", "utf8");
/** What the image sets. */
const imageEnv = z
  .record(z.string(), z.string())
  .parse(Object.fromEntries((/^ENV (.+)$/m.exec(dockerfile)?.[1] ?? "").split(" ").map((pair) => pair.split("=", 2))));

/** Checks a text as `latchkey check --strict` in the image does; secrets lie in a folder in place of `secrets`. */
async function check(text: string, env: Environment, secrets = "/nowhere") {
  const folder = createTempFolder();
  writeFileSync(join(folder, "encryption-keys"), `${key}\n`);
  writeFileSync(join(folder, "photos-secret"), "b7c1\n");
  return loadText(text.replaceAll(secrets, folder), { env: { ...imageEnv, ...env }, mode: "strict" });
}

function findConfigMap(file: string, key: string): string {
  const ConfigMap = z.object({ kind: z.literal("ConfigMap"), data: z.record(z.string(), z.string()) });
  const documents = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS());
  const found = documents.map((document) => ConfigMap.safeParse(document)).find(({ success }) => success);
  return found?.data?.data[key] ?? "";
}

describe("the configuration of the image", () => {
  const text = readFileSync("deploy/image/config.docker.yaml", "utf8");
  const person = { LATCHKEY_EMAIL: "robin@example.com", LATCHKEY_PASSWORD_HASH: hash };

  it("has nothing wrong with it", async () => {
    expect(await check(text, person)).toMatchObject({
      lines: [],
      config: { issuer: { url: "http://127.0.0.1:5556/dex" } },
    });
  });

  it("lets nobody in who was not named", async () => {
    const { config, lines } = await check(text, {});
    expect(config).toBeUndefined();
    expect(lines.join("\n")).toMatch(/LATCHKEY_EMAIL is not set.*\n.*LATCHKEY_PASSWORD_HASH is not set/);
  });

  it("reads the variables that docs/container.md names, and no others", () => {
    const [, section = ""] = readFileSync("docs/container.md", "utf8").split("\n## Try it\n");
    const rows = section
      .split("\n## ", 1)
      .join()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name));
    const read = [...text.matchAll(/\.Env\.(\w+)|getenv "(\w+)"/g)].map(([, strict, lenient]) => strict ?? lenient);
    expect(read.sort()).toEqual(named.sort());
  });

  it("takes the variables of Dex's image", async () => {
    const { config, lines } = await check(text, {
      ...person,
      DEX_ISSUER: "https://id.example.com",
      DEX_STORAGE_SQLITE3_CONFIG_FILE: "/data/x.db",
      DEX_WEB_HTTP: "127.0.0.1:1",
      DEX_TELEMETRY_HTTP: "127.0.0.1:2",
      DEX_EXPIRY_ID_TOKENS: "1h",
      DEX_LOG_LEVEL: "warn",
      DEX_LOG_FORMAT: "json",
    });
    expect(lines).toEqual([]);
    expect(config).toMatchObject({
      issuer: { url: "https://id.example.com" },
      storage: { file: "/data/x.db" },
      web: { http: { port: 1 } },
      telemetry: { http: { port: 2 } },
      expiry: { idTokensMs: 3_600_000 },
      logger: { level: "warn", format: "json" },
    });
  });
});

describe("the configuration for Compose", () => {
  const Defined = z.record(z.string(), z.unknown());
  const Service = z.object({
    environment: z.record(z.string(), z.string()),
    volumes: z.array(z.string()),
    configs: z.array(z.object({ source: z.string() })),
    secrets: z.array(z.string()),
    read_only: z.literal(true),
  });
  const Compose = z.object({
    services: z.object({ latchkey: Service }),
    volumes: Defined,
    configs: Defined,
    secrets: Defined,
  });
  const { services, ...defined } = Compose.parse(parse(readFileSync("deploy/compose/compose.yaml", "utf8")));
  const { environment, volumes, configs, secrets } = services.latchkey;

  it("is mounted with secrets and a volume that compose.yaml defines", () => {
    expect(Object.keys(defined.configs)).toEqual(configs.map(({ source }) => source));
    expect(Object.keys(defined.secrets)).toEqual(secrets);
    expect(Object.keys(defined.volumes)).toEqual(volumes.map((volume) => volume.split(":", 1).join()));
  });

  it("has nothing wrong with it, given what compose.yaml gives", async () => {
    expect(Object.keys(environment)).toEqual(["ISSUER", "ADMIN_PASSWORD_HASH"]);
    const text = readFileSync("deploy/compose/latchkey.yaml", "utf8");
    const env = { ISSUER: "https://id.example.com/dex", ADMIN_PASSWORD_HASH: hash };
    expect(await check(text, env, "/run/secrets")).toMatchObject({
      lines: [],
      config: { clients: [{ id: "photos" }] },
    });
  });
});

describe("the configuration for Kubernetes", () => {
  it("has nothing wrong with it", async () => {
    const text = findConfigMap("deploy/kubernetes/configuration.yaml", "latchkey.yaml");
    const { config, lines } = await check(text, { ADMIN_PASSWORD_HASH: hash }, "/etc/latchkey/secrets");
    expect([lines, config?.issuer.url]).toEqual([[], "https://id.example.com/dex"]);
  });

  it("of an existing Dex starts unchanged, rendered", async () => {
    const text = findConfigMap("deploy/kubernetes/examples/dex-deployment.yaml", "config.yaml");
    const issuer = "http://dex.auth.svc.cluster.local:5556/dex";
    const { config, errors } = await check(text, {
      DEX_ISSUER: issuer,
      OIDC_CLIENT_ID: "app",
      OIDC_CLIENT_SECRET: "b7c1",
      DEX_USER_PASSWORD: hash,
    });
    expect([errors, config?.issuer.url]).toEqual([[], issuer]);
  });
});
