import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { Config } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load-config.js";
import type { Parts } from "../../src/server/parts.js";
import { startServer } from "../../src/server/start-server.js";
import { createLogger } from "../../src/telemetry/logger.js";

export interface TestServer {
  readonly issuer: string;
  readonly origin: string;
  readonly folder: string;
  readonly config: Config;
  /** Everything logged so far. */
  log(): string;
  /** Log lines that are events, parsed. */
  events(): readonly Record<string, unknown>[];
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** YAML below `issuer`, `web.http` and `logger`, which the harness writes. `{origin}` and `{folder}` are filled in. */
  readonly yaml: string;
  readonly parts?: Partial<Parts>;
  /** More of `web`, in YAML flow style. */
  readonly web?: string;
  /** Issuer path; default `/dex`. */
  readonly path?: string;
  readonly port?: number;
  /** Where people reach it, when that is a proxy in front of it. */
  readonly publicOrigin?: string;
  /** Use this folder and leave it: several servers on one store. */
  readonly folder?: string;
  readonly logLevel?: string;
}

/** Starts the real server in this process, from a real file through the real loader, on a free port. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "latchkey-test-")));
  const port = options.port ?? (await findFreePort());
  const origin = `http://127.0.0.1:${port}`;
  const issuer = `${options.publicOrigin ?? origin}${options.path ?? "/dex"}`;
  const file = join(folder, `config-${port}.yaml`);
  // An elliptic key is drawn in no time; tests that want RSA, the default, say so.
  const signer = options.yaml.includes("signer:")
    ? ""
    : "\nsigner: { type: local, config: { algorithm: ES256, keysRotationPeriod: 6h } }";
  const body = `${options.yaml.replaceAll("{origin}", origin).replaceAll("{folder}", folder)}${signer}`;
  await writeFile(
    file,
    `issuer: ${issuer}\nweb: { http: "127.0.0.1:${port}"${options.web === undefined ? "" : `, ${options.web}`} }\n${body}\n`,
  );
  const { config, problems } = await loadConfig({ file, flags: {}, env: {} });
  if (config === undefined) throw new Error(`config refused: ${problems.map((problem) => problem.message).join("; ")}`);
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger({ level: "debug", format: "json", excludeFields: [], destination });
  const server = await startServer({
    config,
    threadPoolSize: 8,
    logger,
    ...(options.parts && { parts: options.parts }),
  });
  return {
    issuer,
    origin,
    folder,
    config,
    log: () => lines.join(""),
    events: () =>
      lines
        .join("")
        .split("\n")
        .filter((line) => line.includes('"event"'))
        .map((line) => JSON.parse(line)),
    async stop() {
      await server.stop();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
