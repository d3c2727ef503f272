import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Server, ServerOptions } from "node:https";
import { basename, dirname } from "node:path";
import { createSecureContext } from "node:tls";

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
}

/** Suites with forward secrecy and authenticated encryption only; TLS 1.3 brings its own list (BCP 195). */
const ciphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
].join(":");

/** Reads certificate and key. Rejects, naming the file, when they cannot be read or do not belong together. */
export async function loadTls(files: TlsFiles): Promise<ServerOptions> {
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  const { minVersion, maxVersion } = files;
  const options: ServerOptions = { cert, key, minVersion, maxVersion, ciphers, honorCipherOrder: true };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new Error(
      `${files.certFile} and ${files.keyFile} can't be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return options;
}

/**
 * Takes new certificate files into use while running: on SIGHUP, and when a file is replaced. Certificates that can't
 * be loaded are reported, and the old ones stay (dex-behaviour §12 no. 31). Returns what ends the watching.
 */
export function watchTls(
  files: TlsFiles,
  server: Server,
  report: (outcome: string, error?: unknown) => void,
): () => void {
  let waiting: NodeJS.Timeout | undefined;
  async function reload(): Promise<void> {
    try {
      server.setSecureContext(await loadTls(files));
      report("certificate reloaded");
    } catch (error) {
      report("certificate not reloaded; the old one stays in use", error);
    }
  }
  // Certificate and key are replaced one after the other: wait until both have had time to arrive.
  function reloadSoon(): void {
    clearTimeout(waiting);
    waiting = setTimeout(() => void reload(), 500).unref();
  }
  function onSignal(): void {
    void reload();
  }
  const names = new Set([basename(files.certFile), basename(files.keyFile)]);
  // Kubernetes swaps a symbolic link beside the files, so the folder is watched, and `..data` counts too.
  const folders = new Set([dirname(files.certFile), dirname(files.keyFile)]);
  const watchers = [...folders].map((folder) =>
    watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name) || name === "..data") reloadSoon();
    }),
  );
  process.on("SIGHUP", onSignal);
  return () => {
    clearTimeout(waiting);
    process.off("SIGHUP", onSignal);
    for (const watcher of watchers) watcher.close();
  };
}
