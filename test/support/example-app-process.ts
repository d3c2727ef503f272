import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface ExampleAppProcess {
  /** What it tells people to open. */
  readonly origin: string;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("../../example-app/main.js", import.meta.url));

/** The example application in a process of its own, on a free port. */
export async function startExampleAppProcess(issuer: string): Promise<ExampleAppProcess> {
  const { child, exited } = run(["--issuer", issuer, "--listen", "127.0.0.1:0"]);
  const origin = await new Promise<string>((resolve, reject) => {
    exited.then(([code]) => reject(new Error(`the example application ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /open (\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  return {
    origin,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Runs it to its end, for arguments that it refuses. */
export async function runExampleApp(
  args: readonly string[],
): Promise<{ readonly code: unknown; readonly stderr: string }> {
  const { child, exited } = run(args);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await exited;
  return { code, stderr };
}

function run(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  return { child, exited: once(child, "close") };
}
