import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { loadConfig } from "../../src/config/load-config.js";
import { formatProblem } from "../../src/config/problem.js";
import type { Fence } from "./markdown-page.js";
import { passwordHash } from "./relying-party.js";
import { createTempFolder } from "./temp-folder.js";

/** Replaced key by key where a fence shows only a part. */
const around: Readonly<Record<string, string>> = {
  issuer: "https://id.example.com/dex",
  storage: "{type: memory}",
  web: '{http: "127.0.0.1:5556"}',
  connectors: "[{type: mockCallback, id: mock, name: Mock}]",
};

/**
 * Loads a configuration that a page shows (marked `yaml latchkey`, or `yaml latchkey part` for one that leaves out what a
 * whole file needs) and returns its problems. Files and variables that it names are made up.
 */
export async function findConfigProblems({ text, notes }: Fence): Promise<readonly string[]> {
  const folder = createTempFolder();
  const file = join(folder, "latchkey.yaml");
  writeFileSync(file, moveFiles(notes.includes("part") ? complete(text) : text, folder));
  const variables = [...text.matchAll(/(\w*?)(?:From)?Env: (\w+)/g)];
  const env = Object.fromEntries(variables.map(([, key = "", name = ""]) => [name, inventValue(key)]));
  const { problems } = await loadConfig({ file, flags: {}, env, mode: "strict" });
  return problems.map((problem) => formatProblem(problem).slice(file.length + 1));
}

function complete(part: string): string {
  const missing = Object.entries(around).filter(([key]) => !new RegExp(`^${key}:`, "m").test(part));
  return [...missing.map(([key, value]) => `${key}: ${value}`), part].join("\n");
}

/** Paths below /etc are put into the folder, each with something in it. */
function moveFiles(text: string, folder: string): string {
  return text.replaceAll(/\/etc\/[\w./-]+/g, (path) => {
    const moved = join(folder, path);
    mkdirSync(dirname(moved), { recursive: true });
    writeFileSync(moved, `${inventValue(basename(path))}\n`);
    return moved;
  });
}

/** Of a key that nobody has kept. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUfwk/f9B9/+Kl0n7jQAKYMixdwP4wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIaW52ZW50ZWQwIBcNMjYxMTI5MDczMTQwWhgPMjEyNjExMDUw
NzMxNDBaMBMxETAPBgNVBAMMCGludmVudGVkMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEf2+frSUT+SbLFBgpFvjO21UrJaCDxEisXiooqVB85FvYU43FFxPGKnnB
zaeeUBkk31PqnXE8sl4Q47QWKR/dL6NTMFEwHQYDVR0OBBYEFFYrwLNywNDiyo8j
bcF95Vfl+jVEMB8GA1UdIwQYMBaAFFYrwLNywNDiyo8jbcF95Vfl+jVEMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgP+edUf1wpD6mnfTH9Ja3eLuK
bc/k55BfrVfAZZwFhQUCIQDr2G6UhcNHkAx9zLQrWHWdricCpHB38AEcHisBMZjc
bA==
-----END CERTIFICATE-----`;

function inventValue(name: string): string {
  if (/\.(pem|crt)$/i.test(name)) return certificate;
  if (/encryption-?keys/i.test(name)) return Buffer.alloc(32, 7).toString("base64");
  return /hash/i.test(name) ? passwordHash : "an-invented-value-0123456789";
}
