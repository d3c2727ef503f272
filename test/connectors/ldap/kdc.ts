import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPart } from "../../support/parts.js";
import { findFreePort } from "../../support/test-server.js";
import { waitForPort } from "./wait-for-port.js";

const run = promisify(execFile);

export const realm = "EXAMPLE.ORG";
/** Trusted by `realm`, as a partner's is. */
export const partnerRealm = "PARTNER.ORG";

/** Where Debian's packages put what belongs to the server. */
const commands = "/usr/sbin";

export interface Kdc {
  /** The keytab of the service `HTTP/127.0.0.1`, and of `host/127.0.0.1`. */
  readonly keytab: string;
  /** What a client of this realm has in its environment once it has logged in. */
  login(principal: string): Promise<Credentials>;
  /** A keytab with keys of these principals of one realm, which are made; `file`: one to add them to. */
  createKeytab(principals: readonly string[], file?: string): string;
  stop(): void;
}

/** The credential cache of somebody who typed their password at their computer. */
export interface Credentials {
  readonly env: Readonly<Record<string, string>>;
  /** What curl sends in the place of a password (RFC 4559), to be used once. `service`: the first part of its name. */
  createToken(service?: string): Promise<string>;
  /** Makes the computer's clock run ahead. */
  moveClock(seconds: number): Promise<void>;
}

/** Everybody's password. */
const password = "foo";

/** A real MIT Kerberos on a free port of loopback, with two realms, the second of which the first trusts. */
export async function startKdc(people: readonly string[]): Promise<Kdc> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-kdc-"));
  const port = await findFreePort();
  writeFileSync(join(folder, "krb5.conf"), renderClientConfig(port));
  writeFileSync(join(folder, "kdc.conf"), renderServerConfig(folder, port));
  const env = { KRB5_CONFIG: join(folder, "krb5.conf"), KRB5_KDC_PROFILE: join(folder, "kdc.conf") };
  const admin = (name: string, lines: readonly string[]): void => {
    execFileSync(join(commands, "kadmin.local"), ["-r", name], {
      env,
      input: lines.join("\n"),
      stdio: ["pipe", "ignore", "ignore"],
    });
  };
  for (const name of [realm, partnerRealm]) {
    mkdirSync(join(folder, name));
    execFileSync(join(commands, "kdb5_util"), ["create", "-s", "-r", name, "-P", "master"], { env, stdio: "ignore" });
    const own = people
      .filter((person) => person.endsWith(`@${name}`))
      .map((person) => `addprinc -pw ${password} "${person}"`);
    admin(name, [...own, `addprinc -pw between krbtgt/${realm}@${partnerRealm}`]);
  }
  const createKeytab = (
    principals: readonly string[],
    file = join(folder, `${principals.join("-").replaceAll(/\W/g, "_")}.keytab`),
  ): string => {
    admin(
      principals[0]?.split("@")[1] ?? realm,
      principals.flatMap((name) => [`addprinc -randkey ${name}`, `ktadd -norandkey -k ${file} ${name}`]),
    );
    return file;
  };
  const keytab = createKeytab(["HTTP/127.0.0.1", "host/127.0.0.1"]);
  const child = spawn(findPart("krb5kdc").path, ["-n", "-r", realm, "-r", partnerRealm], { env, stdio: "ignore" });
  await waitForPort(port, "the KDC");
  return {
    keytab,
    createKeytab,
    login: (principal) => logIn(env, folder, principal),
    stop: () => stop(child, folder),
  };
}

function stop(child: ChildProcess, folder: string): void {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

async function logIn(
  environment: Readonly<Record<string, string>>,
  folder: string,
  principal: string,
): Promise<Credentials> {
  const cache = join(folder, `cache-${principal.replaceAll(/\W/g, "_")}`);
  const env = { ...environment, KRB5CCNAME: `FILE:${cache}` };
  execFileSync("/usr/bin/kinit", [principal], { env, input: `${password}\n`, stdio: ["pipe", "ignore", "ignore"] });
  return {
    env,
    createToken: (service = "HTTP") => createToken(env, service),
    async moveClock(seconds) {
      // The ticket has to be there: the KDC would not give one to a clock like that.
      await run("/usr/bin/kvno", ["HTTP/127.0.0.1"], { env });
      const file = readFileSync(cache);
      // MIT's documentation, "Credential cache file format", version 4: the header's one field says how far the KDC's clock is away.
      if (file.readUInt32BE(0) !== 0x0504000c || file.readUInt16BE(4) !== 1) throw new Error("not the expected cache");
      file.writeInt32BE(seconds, 8);
      writeFileSync(cache, file);
    },
  };
}

/** Lets curl knock at a door that never opens, and keeps what it showed. */
async function createToken(env: Readonly<Record<string, string>>, service: string): Promise<string> {
  const shown: string[] = [];
  const door = createServer((request, response) => {
    if (request.headers.authorization !== undefined) shown.push(request.headers.authorization);
    response.writeHead(401, { "www-authenticate": "Negotiate" }).end();
  });
  await new Promise<void>((open) => door.listen(0, "127.0.0.1", open));
  try {
    const { port }: AddressInfo = Object(door.address());
    await run(
      "/usr/bin/curl",
      ["-s", "--negotiate", "-u", ":", "--service-name", service, `http://127.0.0.1:${port}/`],
      { env },
    );
  } finally {
    door.closeAllConnections();
    door.close();
  }
  const token = /^Negotiate (\S+)$/.exec(shown[0] ?? "")?.[1];
  if (token === undefined) throw new Error("curl has shown no ticket");
  return token;
}

function renderClientConfig(port: number): string {
  const realms = [realm, partnerRealm].map((name) => `${name} = {\n kdc = 127.0.0.1:${port}\n}`);
  return `
[libdefaults]
default_realm = ${realm}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
${realms.join("\n")}
[domain_realm]
127.0.0.1 = ${realm}
[capaths]
${partnerRealm} = {
 ${realm} = .
}
`;
}

function renderServerConfig(folder: string, port: number): string {
  const types = "aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal";
  const realms = [realm, partnerRealm].map(
    (name) => `${name} = {
 database_name = ${folder}/${name}/principal
 key_stash_file = ${folder}/${name}/stash
 acl_file = ${folder}/${name}/acl
 supported_enctypes = ${types}
 kdc_listen = 127.0.0.1:${port}
 kdc_tcp_listen = 127.0.0.1:${port}
}`,
  );
  return `
[kdcdefaults]
kdc_listen = 127.0.0.1:${port}
kdc_tcp_listen = 127.0.0.1:${port}
[realms]
${realms.join("\n")}
[logging]
kdc = FILE:${folder}/kdc.log
`;
}
