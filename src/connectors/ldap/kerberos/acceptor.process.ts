import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listKeys, listNames } from "./keytab.js";
import type { AcceptorReport, AcceptorSettings, KeytabKey, TokenMessage, Verdict } from "./protocol.js";

// The process that judges Kerberos tickets: MIT's library reads what strangers send, and takes its settings from the
// process's environment (docs/adr/0020-kerberos-in-a-process-of-its-own.md). Started by `fork`; it ends with its parent.

/** What is used of the package `kerberos`. Its own types are absent where it could not be compiled. */
interface KerberosPackage {
  initializeServer(service: string): Promise<KerberosServer>;
}

interface KerberosServer {
  readonly username: unknown;
  readonly targetName: unknown;
  readonly response: unknown;
  readonly contextComplete: unknown;
  step(token: string): Promise<unknown>;
}

const packageName: string = "kerberos";
/** Folders that go with this process. */
const temporary: string[] = [];

// A terminal sends these to the whole group: the parent decides when it is over.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("disconnect", end);
process.once("message", (settings: AcceptorSettings) => void start(settings));

/** At once: an ordinary exit waits for the library's threads, which may wait for a file that never comes. */
function end(): void {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
  process.kill(process.pid, "SIGKILL");
}

async function start(settings: AcceptorSettings): Promise<void> {
  try {
    const keys = await readKeys(settings.keytabPath);
    process.env["KRB5_KTNAME"] = `FILE:${settings.keytabPath}`;
    if (settings.maxClockSkewSeconds !== undefined) limitClockSkew(settings.maxClockSkewSeconds);
    const kerberos = await loadPackage();
    const judge = createJudge(kerberos, settings.keytabPath);
    process.on("message", ({ id, token }: TokenMessage) => {
      void judge(token).then((verdict) => report({ type: "verdict", id, verdict }));
    });
    report({ type: "ready", keys });
  } catch (error) {
    report({ type: "failed", message: describe(error) });
  }
}

function report(what: AcceptorReport): void {
  process.send?.(what);
}

async function readKeys(path: string): Promise<readonly KeytabKey[]> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (error) {
    throw new Error(`the keytab can't be read: ${describe(error)}`);
  }
  try {
    return listKeys(file);
  } catch (error) {
    throw new Error(`the keytab ${path} ${describe(error)}`);
  }
}

/** The library knows no other way to be told than a file of its own kind, which comes before the system's. */
function limitClockSkew(seconds: number): void {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-krb5-"));
  temporary.push(folder);
  const file = join(folder, "krb5.conf");
  writeFileSync(file, `[libdefaults]\nclockskew = ${seconds}\n`);
  process.env["KRB5_CONFIG"] = `${file}:${process.env["KRB5_CONFIG"] ?? "/etc/krb5.conf"}`;
}

async function loadPackage(): Promise<KerberosPackage> {
  try {
    const loaded: { default: KerberosPackage } = await import(packageName);
    return loaded.default;
  } catch (error) {
    throw new Error(
      `the npm package kerberos can't be loaded (docs/connectors/ldap.md tells how to install it): ${describe(error)}`,
    );
  }
}

function createJudge(kerberos: KerberosPackage, keytabPath: string): (token: string) => Promise<Verdict> {
  return async (token) => {
    try {
      // Without a name any key of the keytab will do; which ones are good is judged by who asks.
      const server = await kerberos.initializeServer("");
      await server.step(token);
      const { username, targetName, response, contextComplete } = server;
      if (contextComplete !== true || typeof username !== "string" || typeof targetName !== "string")
        return { accepted: false, reason: "the token does not tell who it is in one step" };
      const services = listNames(await readFile(keytabPath), targetName);
      const hasReply = typeof response === "string" && response !== "";
      return { accepted: true, client: username, services, ...(hasReply && { reply: response }) };
    } catch (error) {
      // The library adds this where Kerberos itself has nothing to say.
      return { accepted: false, reason: describe(error).replace(/: Unknown error$/, "") };
    }
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
