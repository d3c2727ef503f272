import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { findPart } from "../../support/parts.js";
import { findFreePort } from "../../support/test-server.js";
import { type Certificates, createCertificates } from "./certificates.js";
import { waitForPort } from "./wait-for-port.js";

export interface Slapd {
  readonly port: number;
  readonly tlsPort: number;
  readonly certificates: Certificates;
  /** Ends the process at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again, with what it had stored, on the same ports. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SlapdOptions {
  readonly ldif: string;
  /** More lines of slapd.conf, for the database. */
  readonly settings?: string;
  /** Answers `demand` where only clients with a certificate may come in. */
  readonly verifyClient?: "never" | "demand";
  /** False: it knows no TLS. */
  readonly hasTls?: boolean;
}

export const suffix = "dc=example,dc=org";
export const admin = { dn: `cn=admin,${suffix}`, password: "admin-secret" } as const;

/** A real OpenLDAP on free ports of loopback, with these entries, memberOf, refint and TLS. */
export async function startSlapd(options: SlapdOptions): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-slapd-"));
  mkdirSync(join(folder, "db"));
  const certificates = createCertificates(folder);
  const [port, tlsPort] = [await findFreePort(), await findFreePort()];
  const config = join(folder, "slapd.conf");
  writeFileSync(config, renderConfig(folder, certificates, options));
  writeFileSync(join(folder, "seed.ldif"), options.ldif);
  // Runs no overlay: what memberOf would say stands in the LDIF.
  execFileSync(join(dirname(findPart("slapd").path), "slapadd"), ["-q", "-f", config, "-l", join(folder, "seed.ldif")]);
  let child: ChildProcess;

  async function start(): Promise<void> {
    const hasTls = options.hasTls !== false;
    const urls = `ldap://127.0.0.1:${port}/${hasTls ? ` ldaps://127.0.0.1:${tlsPort}/` : ""}`;
    child = spawn(findPart("slapd").path, ["-d", "0", "-f", config, "-h", urls], { stdio: "ignore" });
    await waitForPort(port, "slapd");
    if (hasTls) await waitForPort(tlsPort, "slapd");
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  await start();
  return {
    port,
    tlsPort,
    certificates,
    kill,
    start,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function renderConfig(
  folder: string,
  tls: Certificates,
  { settings = "", verifyClient = "never", hasTls = true }: SlapdOptions,
): string {
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include ${resolve("test/connectors/ldap/directory.schema")}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
pidfile ${folder}/pid
argsfile ${folder}/args
${hasTls ? renderTls(tls, verifyClient) : ""}
database mdb
maxsize 104857600
dbnosync
suffix "${suffix}"
rootdn "${admin.dn}"
rootpw ${admin.password}
directory ${folder}/db
index objectClass eq
index uid,cn,mail,sAMAccountName,userPrincipalName eq
index member,objectGUID,entryUUID eq
overlay memberof
overlay refint
refint_attributes member
${settings}
`;
}

function renderTls(tls: Certificates, verifyClient: string): string {
  return `TLSCACertificateFile ${tls.caFile}
TLSCertificateFile ${tls.serverCertFile}
TLSCertificateKeyFile ${tls.serverKeyFile}
TLSVerifyClient ${verifyClient}`;
}
