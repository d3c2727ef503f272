import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SigningAlgorithm } from "../../src/oidc/signing-algorithm.js";
import { findFreePort } from "../support/test-server.js";
import { type AuthMethod, clients } from "./clients.js";

/** A real provider in a process of its own. */
export interface Issuer {
  readonly url: string;
  readonly origin: string;
  readonly algorithm: SigningAlgorithm;
  /** Sets its clock to the machine's plus this; the keys take no notice before `readKeysAgain`. */
  setClock(aheadMs: number): Promise<void>;
  /** Makes it look at its signing keys now, as it does on a timer, and returns how many it publishes. */
  readKeysAgain(): Promise<number>;
  stop(): Promise<void>;
}

export interface IssuerOptions {
  readonly algorithm: SigningAlgorithm;
  /** Path of the issuer; "" for an issuer at the root. */
  readonly path: string;
  /** Of every client; default `callbackUrl`. */
  readonly redirectUris?: readonly string[];
  readonly allowedOrigin?: string;
  /** How far its clock is ahead at its start. */
  readonly aheadMs?: number;
  readonly rotation?: string;
}

export const callbackUrl = "https://app.example.com/callback";

const program = fileURLToPath(new URL("./issuer-program.js", import.meta.url));

/** Starts a provider with the mock connector and one client for every way of client authentication. */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-interop-"));
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const url = `${origin}${options.path}`;
  const file = join(folder, "config.yaml");
  await writeFile(file, createConfig(options, folder, url, port));
  const child = fork(program, [file, String(options.aheadMs ?? 0)], { stdio: ["ignore", "inherit", "pipe", "ipc"] });
  let log = "";
  child.stderr?.on("data", (chunk) => (log += chunk));
  await listen(child, () => log);
  return {
    url,
    origin,
    algorithm: options.algorithm,
    async setClock(aheadMs) {
      const set = once(child, "message");
      child.send(aheadMs);
      await set;
    },
    async readKeysAgain() {
      // A token of an unknown key is what makes a provider look before its timer does.
      const [header, payload] = [{ alg: options.algorithm, kid: "unknown" }, {}].map((part) =>
        Buffer.from(JSON.stringify(part)).toString("base64url"),
      );
      const authorization = `Bearer ${header}.${payload}.${Buffer.alloc(64).toString("base64url")}`;
      await fetch(`${url}/userinfo`, { headers: { authorization } });
      const { keys } = JSON.parse(await (await fetch(`${url}/keys`)).text());
      return keys.length;
    },
    async stop() {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(child: ChildProcess, log: () => string): Promise<void> {
  const outcome = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (outcome[0] !== "listening") throw new Error(`the provider ended before it listened: ${log()}`);
}

function createConfig(options: IssuerOptions, folder: string, url: string, port: number): string {
  const redirectURIs = options.redirectUris ?? [callbackUrl];
  return JSON.stringify({
    issuer: url,
    web: { http: `127.0.0.1:${port}`, ...(options.allowedOrigin && { allowedOrigins: [options.allowedOrigin] }) },
    storage: { type: "sqlite3", config: { file: join(folder, "latchkey.db") } },
    signer: {
      type: "local",
      config: { algorithm: options.algorithm, keysRotationPeriod: options.rotation ?? "6h" },
    },
    connectors: [{ type: "mockCallback", id: "mock", name: "Mock" }],
    staticClients: Object.values(clients).map(({ id, secret, authMethod }) => ({
      id,
      name: id,
      redirectURIs,
      ...(authMethod === ("none" satisfies AuthMethod) ? { public: true } : { secret }),
    })),
  });
}
