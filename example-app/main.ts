import { parseOptions, usage } from "./options.js";
import { startExampleApp } from "./start-example-app.js";

const parsed = parseOptions(process.argv.slice(2));
if (parsed.outcome === "help") process.stdout.write(usage);
else if (parsed.outcome === "wrong") {
  process.stderr.write(`example-app: ${parsed.problem}\n\n${usage}`);
  process.exitCode = 2;
} else await serve(parsed.options);

async function serve(options: Parameters<typeof startExampleApp>[0]): Promise<void> {
  try {
    const app = await startExampleApp(options);
    process.stdout.write(
      `Example app: open ${app.origin} in a browser (provider: ${options.issuer}). Ctrl-C stops it.\n`,
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void app.stop());
  } catch (error) {
    const { host, port } = options.listen;
    process.stderr.write(
      `example-app: can't listen on ${host}:${port}: ${error instanceof Error ? error.message : ""}\n`,
    );
    process.exitCode = 1;
  }
}
