import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpBrowser, locationQuery } from "../support/http-browser.js";
import { photos, photosYaml } from "../support/relying-party.js";
import { type ServerProcess, startServerProcess } from "../support/server-process.js";
import { findFreePort } from "../support/test-server.js";

let folder: string;
let origins: readonly string[];
let servers: readonly ServerProcess[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-replicas-"));
  const ports = [await findFreePort(), await findFreePort()];
  origins = ports.map((port) => `http://127.0.0.1:${port}`);
  const file = join(folder, "config.yaml");
  await writeFile(
    file,
    `issuer: ${origins[0]}/dex
web: { http: "127.0.0.1:${ports[0]}" }
storage: { type: sqlite3, config: { file: "${folder}/latchkey.db" } }
signer: { type: local, config: { algorithm: ES256, keysRotationPeriod: 6h } }
oauth2: { skipApprovalScreen: true }
logger: { format: json }
connectors: [{ type: mockCallback, id: mock, name: Mock }]
${photosYaml}`,
  );
  // Both at once, on a store that does not exist yet.
  servers = await Promise.all(ports.map((port) => startServerProcess({ file, address: `127.0.0.1:${port}` })));
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill("SIGTERM")));
  await rm(folder, { recursive: true, force: true });
});

const authorization = `Basic ${Buffer.from(`${photos.id}:${photos.secret}`).toString("base64")}`;

async function post(
  replica: number,
  form: Record<string, string>,
): Promise<{ status: number; body: Record<string, string> }> {
  const url = `${origins[replica % 2]}/dex/token`;
  const response = await fetch(url, { method: "POST", headers: { authorization }, body: new URLSearchParams(form) });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

async function obtainCode(): Promise<string> {
  const query = new URLSearchParams({
    client_id: photos.id,
    redirect_uri: photos.redirectUri,
    response_type: "code",
    scope: "openid email offline_access",
  });
  const [origin = ""] = origins;
  return locationQuery(await createHttpBrowser().follow(`${origin}/dex/auth?${query}`, origin)).get("code") ?? "";
}

function redeem(replica: number, code: string): ReturnType<typeof post> {
  return post(replica, { grant_type: "authorization_code", code, redirect_uri: photos.redirectUri });
}

function refresh(replica: number, token: string): ReturnType<typeof post> {
  return post(replica, { grant_type: "refresh_token", refresh_token: token });
}

function countOutcome(outcome: string): number {
  return servers
    .flatMap((server) => server.lines)
    .filter((line) => line["event"] === "token.refreshed" && line["outcome"] === outcome).length;
}

describe("two processes on one SQLite file", () => {
  it("agree on the signing keys", async () => {
    const [left, right] = await Promise.all(origins.map(async (origin) => (await fetch(`${origin}/dex/keys`)).text()));
    expect(left).toBe(right);
  });

  it("give one rotation and one successor to 50 parallel refreshes of one token", async () => {
    const { body } = await redeem(0, await obtainCode());
    const token = body["refresh_token"] ?? "";
    const before = [countOutcome("rotated"), countOutcome("replayed")];
    const replies = await Promise.all(Array.from({ length: 50 }, (_, index) => refresh(index, token)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(new Set(replies.map((reply) => reply.body["refresh_token"])).size).toBe(1);
    while (countOutcome("rotated") + countOutcome("replayed") < 50)
      await new Promise((resolve) => setImmediate(resolve));
    expect([countOutcome("rotated"), countOutcome("replayed")]).toEqual([
      Number(before[0]) + 1,
      Number(before[1]) + 49,
    ]);
    expect((await refresh(1, replies[0]?.body["refresh_token"] ?? "")).status).toBe(200);
  });

  it("let a code be redeemed once out of 20 times at once, and then end everything it gave", async () => {
    const code = await obtainCode();
    const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => redeem(index, code)));
    const won = replies.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const replica of [0, 1]) {
      expect((await refresh(replica, won[0]?.body["refresh_token"] ?? "")).body["error"]).toBe("invalid_grant");
    }
  });

  it("see a revocation of the other one at once", async () => {
    const { body } = await redeem(0, await obtainCode());
    const token = body["refresh_token"] ?? "";
    const form = new URLSearchParams({ token });
    expect(
      (await fetch(`${origins[0]}/dex/revoke`, { method: "POST", headers: { authorization }, body: form })).status,
    ).toBe(200);
    expect((await refresh(1, token)).body["error"]).toBe("invalid_grant");
    const userinfo = await fetch(`${origins[1]}/dex/userinfo`, {
      headers: { authorization: `Bearer ${body["access_token"]}` },
    });
    expect(userinfo.status).toBe(401);
  });
});
