// What a part found, as text for a person: the machine, the sizes, every count, and the verdict.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("./results", import.meta.url));

/** `facts`: name and value pairs; `samples`: rows of a table under their column names. */
export function formatResult({ name, options, seconds, facts, samples, failures }) {
  const settings = Object.entries(options).map(([key, value]) => `\`--${key} ${value}\``);
  const about = [
    ["date", new Date().toISOString()],
    ["commit", findCommit()],
    [
      "machine",
      `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    ],
    ["Node.js", process.version],
    ["settings", settings.join(" ")],
    ["duration", `${Math.round(seconds)} s`],
  ];
  return [
    `# Soak: ${name}`,
    "",
    `**Verdict: ${failures.length === 0 ? "passed" : `failed (${failures.length})`}**`,
    "",
    ...failures.slice(0, 20).map((failure) => `- ${failure}`),
    ...(failures.length === 0 ? [] : [""]),
    ...formatTable([["", ""], ...about, ...facts]),
    "",
    ...formatTable(samples),
    "",
  ].join("\n");
}

export function keepResult(name, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.md`, text);
}

function formatTable([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function findCommit() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
}
