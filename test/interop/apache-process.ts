import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { findFreePort } from "../support/test-server.js";
import type { InteropClient } from "./clients.js";

/** What one virtual host protects its pages with. */
export interface ProtectedSite {
  readonly client: InteropClient;
  /** URL of the discovery document. */
  readonly metadata: string;
  readonly port: number;
}

export interface ApacheProcess {
  /** What it has logged. */
  readLog(): Promise<string>;
  stop(): Promise<void>;
}

const conf = "test/interop/apache";

/** Redirect URI of the site on this port. */
export function siteCallback(port: number): string {
  return `http://127.0.0.1:${port}/secure/redirect_uri`;
}

/** Free ports for sites, as their redirect URIs must be known before they can start. */
export function findPorts(count: number): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: count }, findFreePort));
}

/** Starts a real Apache without privileges: as www-data where the tests run as root. Resolves when it answers. */
export async function startApache(program: readonly string[], sites: readonly ProtectedSite[]): Promise<ApacheProcess> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-apache-"));
  const user = process.getuid?.() === 0 ? await findUser("www-data") : undefined;
  const folders = ["www", "www/secure", ...sites.map(({ port }) => `cache-${port}`)].map((name) => join(folder, name));
  for (const path of folders) await mkdir(path);
  for (const path of [folder, ...folders]) if (user !== undefined) await chown(path, user.uid, user.gid);
  await writeFile(join(folder, "www", "secure", "index.html"), "a protected page\n");
  await writeFile(join(folder, "httpd.conf"), await createConfig(folder, sites));
  const [path = "", ...args] = program;
  const child = spawn(path, [...args, "-f", join(folder, "httpd.conf"), "-DFOREGROUND"], {
    stdio: ["ignore", "inherit", "inherit"],
    ...user,
  });
  const exited = once(child, "exit");
  const readLog = (): Promise<string> => readFile(join(folder, "error.log"), "utf8").catch(() => "");
  while (!(await isAnswering(sites[0]?.port ?? 0))) {
    if (child.exitCode !== null) throw new Error(`Apache ended with ${child.exitCode}: ${await readLog()}`);
    await nextTurn();
  }
  return {
    readLog,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createConfig(folder: string, sites: readonly ProtectedSite[]): Promise<string> {
  const [server, host] = await Promise.all(
    ["httpd.conf", "virtual-host.conf"].map((name) => readFile(join(conf, name), "utf8")),
  );
  const hosts = sites.map(({ client, metadata, port }) =>
    fill(host ?? "", { ...client, metadata, folder, port: String(port) }),
  );
  return [fill(server ?? "", { folder }), ...hosts].join("\n");
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .reduce((text, [name, value]) => text.replaceAll(`{${name}}`, () => value), template)
    .replace(/^ *OIDCClientSecret ""\n/m, "");
}

async function findUser(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const line = (await readFile("/etc/passwd", "utf8")).split("\n").find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

async function isAnswering(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}
