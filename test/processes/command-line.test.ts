import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Database } from "../../src/storage/drivers/sqlite/better-sqlite3.js";
import { createHttpBrowser, findAction } from "../support/http-browser.js";
import { startHttpUpstream } from "../support/http-upstream.js";
import { authorizeUrl, photosYaml, robinYaml } from "../support/relying-party.js";
import { findFreePort } from "../support/test-server.js";

const main = fileURLToPath(new URL("../../src/main.js", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-cli-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], input = ""): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, ...output };
}

async function writeConfig(port: number, storage: string): Promise<string> {
  const file = join(folder, `config-${port}.yaml`);
  await writeFile(
    file,
    `issuer: http://127.0.0.1:${port}/dex
web: { http: "127.0.0.1:${port}" }
storage: ${storage}
logger: { format: json }
${photosYaml}${robinYaml}`,
  );
  return file;
}

async function startListening(
  file: string,
): Promise<{ readonly child: ChildProcess; readonly exited: Promise<unknown[]> }> {
  const child = spawn(process.execPath, [main, "serve", file], { cwd: folder });
  const exited = once(child, "exit");
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes('"listening"')) resolve();
    });
  });
  return { child, exited };
}

/** Sends the head of a POST and waits until the server has it (RFC 9110 §10.1.1); `finish` sends the body. */
async function openRequest(url: string, cookies: ReadonlyMap<string, string>, body: string) {
  const outgoing = request(url, {
    method: "POST",
    headers: {
      expect: "100-continue",
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      "content-type": "application/x-www-form-urlencoded",
      "content-length": Buffer.byteLength(body),
    },
  });
  outgoing.flushHeaders();
  await once(outgoing, "continue");
  return {
    async finish(): Promise<number | undefined> {
      const answered = once(outgoing, "response");
      outgoing.end(body);
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    },
  };
}

describe("latchkey serve", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`on ${signal} finishes the request under way, closes the store and exits 0`, async () => {
      const port = await findFreePort();
      const origin = `http://127.0.0.1:${port}`;
      const file = await writeConfig(port, `{ type: sqlite3, config: { file: ${folder}/${signal}.db } }`);
      const { child, exited } = await startListening(file);
      const browser = createHttpBrowser();
      const form = await browser.follow(authorizeUrl({ issuer: `${origin}/dex` }), origin);
      const body = "login=robin%40example.com&password=password";
      const underWay = await openRequest(findAction(form.body, form.url), browser.cookies, body);
      child.kill(signal);
      expect(await underWay.finish()).toBe(303);
      expect(await exited).toEqual([0, null]);
      // Others on this machine must not read what signs tokens.
      expect(statSync(join(folder, `${signal}.db`)).mode & 0o077).toBe(0);
      const database = new Database(join(folder, `${signal}.db`), { readonly: true });
      expect(database.prepare("select count(*) from latchkey_records where kind = 'login'").pluck().get()).toBe(1);
      database.close();
    });
  }

  it("ends with a message and exit code 1 where the key that sealed the store is not configured any more", async () => {
    const storage = (keys: string): string => `{ type: sqlite3, config: { file: ${folder}/sealed.db }${keys} }`;
    const key = Buffer.alloc(32, 7).toString("base64");
    const sealed = await writeConfig(await findFreePort(), storage(`, encryptionKeys: ["${key}"]`));
    const { child, exited } = await startListening(sealed);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    const { code, stderr } = await run(["serve", await writeConfig(await findFreePort(), storage(""))]);
    expect(code).toBe(1);
    expect(stderr).toContain("storage.encryptionKeys");
  });

  it("goes on where all it waits for is an upstream that asks for patience: it never ends without a word", async () => {
    const upstream = await startHttpUpstream(() => ({ status: 503, headers: { "retry-after": "1" } }));
    const file = await writeConfig(
      await findFreePort(),
      `{ type: memory }\nconnectors: [{ type: oidc, id: oidc, name: O, config: { issuer: "${upstream.url}", clientID: a, clientSecret: b } }]`,
    );
    const { child, exited } = await startListening(file);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(upstream.requests.length).toBeGreaterThan(1);
    await upstream.close();
  });

  it("ends with one clear message and exit code 1 when the port is taken", async () => {
    const port = await findFreePort();
    const blocker = createServer().listen(port, "127.0.0.1");
    await once(blocker, "listening");
    const { code, stderr } = await run(["serve", await writeConfig(port, "{ type: memory }")]);
    blocker.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`latchkey: .*${port}`));
    expect(stderr).not.toContain("    at ");
  });

  it("refuses a file that holds Dex's schema, says what to do and leaves it alone", async () => {
    const dexFile = join(folder, "dex.db");
    const dex = new Database(dexFile);
    dex.exec(
      "create table auth_request (id text); create table refresh_token (id text); create table migrations (num integer)",
    );
    dex.close();
    const { code, stderr } = await run([
      "serve",
      await writeConfig(await findFreePort(), `{ type: sqlite3, config: { file: ${dexFile} } }`),
    ]);
    expect([code, stderr.includes("Dex's database")]).toEqual([1, true]);
  });

  it("prints every problem of a bad configuration and exits 1", async () => {
    const file = join(folder, "bad.yaml");
    await writeFile(file, "issuer: not a url\nstorage: { type: kubernetes }\nstaticClient: []\n");
    const { code, stderr } = await run(["serve", file]);
    expect(code).toBe(1);
    for (const place of ["bad.yaml:1:", "bad.yaml:2:", "bad.yaml:3:"]) expect(stderr).toContain(place);
  });
});

describe("latchkey check", () => {
  it("exits 0 for a good file and takes the same flags as serve", async () => {
    const file = join(folder, "no-listener.yaml");
    await writeFile(file, `issuer: http://127.0.0.1:5556/dex\nstorage: { type: memory }\n${photosYaml}${robinYaml}`);
    expect((await run(["check", file])).code).toBe(1);
    expect((await run(["check", "--web-http-addr", "127.0.0.1:5556", file])).code).toBe(0);
  });
});

describe("other commands", () => {
  it("explain wrong usage on stderr and exit 2", async () => {
    for (const args of [
      [],
      ["servee"],
      ["serve"],
      ["serve", "a", "b"],
      ["check", "--nonsense", "x"],
      ["hash-password", "--cost", "4"],
    ]) {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain("Usage:");
    }
  });

  it("hash a password from stdin into what staticPasswords takes", async () => {
    const { code, stdout } = await run(["hash-password", "--cost", "10"], "correct horse\n");
    expect(code).toBe(0);
    expect(stdout.trim()).toMatch(/^\$2[aby]\$10\$[./A-Za-z0-9]{53}$/);
  });

  it("tell the version", async () => {
    const { code, stdout } = await run(["version"]);
    expect([code, /^latchkey \d+\.\d+\.\d+/.test(stdout)]).toEqual([0, true]);
  });
});
