import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPart } from "../../support/parts.js";
import { runServer } from "../../support/run-server.js";
import { findFreePort } from "../../support/test-server.js";

const run = promisify(execFile);

export interface KeystoneServer {
  /** Without `/v3`. */
  readonly url: string;
  /** Of `admin`, as `keystone-manage bootstrap` makes it. */
  readonly password: string;
  stop(): Promise<void>;
}

/** Debian's Keystone under uWSGI, with an SQLite file and nobody in it but `admin`. Takes some fifteen seconds. */
export async function startKeystoneServer(): Promise<KeystoneServer> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-keystone-"));
  const config = join(folder, "keystone.conf");
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  await Promise.all(["fernet", "credential"].map((name) => mkdir(join(folder, name), { mode: 0o700 })));
  // Keystone writes by one connection while it still reads by another: in SQLite's older mode each waits for the other.
  const database = join(folder, "keystone.db");
  const mode = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('pragma journal_mode = wal')";
  await run("/usr/bin/python3", ["-c", mode, database]);
  await writeFile(config, renderConfig(folder, database));
  const { username: user } = userInfo();
  const owner = ["--keystone-user", user, "--keystone-group", user];
  await Promise.all([
    manage(config, "db_sync"),
    manage(config, "fernet_setup", ...owner),
    manage(config, "credential_setup", ...owner),
  ]);
  const password = "admin-secret";
  const addresses = ["admin", "internal", "public"].flatMap((kind) => [`--bootstrap-${kind}-url`, `${url}/v3/`]);
  await manage(config, "bootstrap", "--bootstrap-password", password, "--bootstrap-region-id", "R1", ...addresses);
  const server = await runServer({
    program: "/usr/bin/uwsgi",
    args: [
      ...["--plugins", "http,python3", "--http", `127.0.0.1:${port}`, "--wsgi-file", "/usr/bin/keystone-wsgi-public"],
      ...["--processes", "2", "--lazy-apps", "--need-app", "--master", "--die-on-term"],
    ],
    env: { OS_KEYSTONE_CONFIG_FILES: config },
    port,
  });
  return {
    url,
    password,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function manage(config: string, ...args: readonly string[]): Promise<void> {
  await run(findPart("keystone").path, ["--config-file", config, ...args]);
}

function renderConfig(folder: string, database: string): string {
  return `
[DEFAULT]
log_file = ${folder}/keystone.log
[database]
connection = sqlite:///${database}
[fernet_tokens]
key_repository = ${folder}/fernet
[credential]
key_repository = ${folder}/credential
[token]
provider = fernet
[identity]
password_hash_rounds = 4
`;
}
