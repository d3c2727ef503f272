import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadInput, loadConfig } from "../../src/config/load-config.js";
import { formatProblem } from "../../src/config/problem.js";

/** The least that starts: lines 1 to 4 of a file. */
export const smallestConfig = `issuer: https://sso.example.com/dex
storage: {type: memory}
web: {http: "127.0.0.1:5556"}
connectors: [{type: mockCallback, id: mock, name: Mock}]
`;

/** Loads a configuration from its text. Problems come as `LINE:COLUMN: SEVERITY: MESSAGE`. */
export async function loadText(text: string | Uint8Array, input: Partial<Omit<LoadInput, "file">> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-config-"));
  try {
    const file = join(folder, "config.yaml");
    writeFileSync(file, text);
    const { config, problems } = await loadConfig({ file, flags: {}, env: {}, ...input });
    const lines = problems.map((problem) => formatProblem(problem).slice(file.length + 1));
    const isError = (line: string): boolean => line.includes(": error: ");
    return { config, lines, errors: lines.filter(isError), warnings: lines.filter((line) => !isError(line)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Loads the smallest configuration with more lines, which begin at line 5. */
export function loadWith(more: string, input: Partial<Omit<LoadInput, "file">> = {}) {
  return loadText(`${smallestConfig}${more}\n`, input);
}
