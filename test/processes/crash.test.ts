import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpBrowser, locationQuery } from "../support/http-browser.js";
import { photos, photosYaml } from "../support/relying-party.js";
import { type ServerProcess, startServerProcess } from "../support/server-process.js";
import { findFreePort } from "../support/test-server.js";

/** How often each place is hit. */
const rounds = 20;

let folder: string;
let origin: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-crash-"));
  const port = await findFreePort();
  origin = `http://127.0.0.1:${port}`;
  file = join(folder, "config.yaml");
  await writeFile(
    file,
    `issuer: ${origin}/dex
web: { http: "127.0.0.1:${port}" }
storage: { type: sqlite3, config: { file: "${folder}/latchkey.db" } }
signer: { type: local, config: { algorithm: ES256, keysRotationPeriod: 6h } }
oauth2: { skipApprovalScreen: true }
logger: { format: json }
connectors: [{ type: mockCallback, id: mock, name: Mock }]
${photosYaml}`,
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const authorization = `Basic ${Buffer.from(`${photos.id}:${photos.secret}`).toString("base64")}`;

async function post(form: Record<string, string>): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${origin}/dex/token`, {
    method: "POST",
    headers: { authorization },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

function refresh(token: string): ReturnType<typeof post> {
  return post({ grant_type: "refresh_token", refresh_token: token });
}

async function logIn(): Promise<string> {
  const query = new URLSearchParams({
    client_id: photos.id,
    redirect_uri: photos.redirectUri,
    response_type: "code",
    scope: "openid email offline_access",
  });
  const code = locationQuery(await createHttpBrowser().follow(`${origin}/dex/auth?${query}`, origin)).get("code") ?? "";
  const { body } = await post({ grant_type: "authorization_code", code, redirect_uri: photos.redirectUri });
  return body["refresh_token"] ?? "";
}

async function arm(server: ServerProcess): Promise<void> {
  server.child.kill("SIGUSR2");
  while (!server.lines.some((line) => line["msg"] === "armed")) await new Promise((resolve) => setImmediate(resolve));
}

describe("a server that is killed (kill -9) in the middle of a refresh", () => {
  for (const diesAt of ["refresh.before-commit", "refresh.after-commit", "refresh.signed", "response.last-byte"]) {
    it(`${diesAt}: locks nobody out, forks no family and loses no acknowledged rotation, ${rounds} times`, async () => {
      let hits = 0;
      let lost: string | undefined;
      for (let round = 0; round <= rounds; round++) {
        const server = await startServerProcess({ file, diesAt });
        if (lost !== undefined) {
          // The client never got an answer, and presents what it has.
          const replay = await refresh(lost);
          expect(replay.status).toBe(200);
          const successor = replay.body["refresh_token"] ?? "";
          // Everyone who still holds the old one is given the same successor: there is one live one.
          expect((await refresh(lost)).body["refresh_token"]).toBe(successor);
          expect((await refresh(successor)).status).toBe(200);
        }
        if (round === rounds) {
          await server.kill("SIGTERM");
          break;
        }
        // An acknowledged rotation before the crash.
        lost = (await refresh(await logIn())).body["refresh_token"] ?? "";
        await arm(server);
        await expect(refresh(lost)).rejects.toThrow();
        expect((await server.ended()).signal).toBe("SIGKILL");
        hits += 1;
      }
      expect(hits).toBe(rounds);
    }, 180_000);
  }
});
