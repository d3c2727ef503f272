// `npm run build`: bundles the server into dist/, with its packages but for the native ones (docs/adr/0017-a-bundle.md).
// Not minified: names in stack traces stay, and each part of the bundle says which file it comes from.
import { chmodSync, rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: [
    "src/main.ts",
    "src/storage/drivers/sqlite/writer.worker.ts",
    "src/connectors/ldap/kerberos/acceptor.process.ts",
  ],
  outdir: "dist",
  // Side by side: the worker and the process are found beside whatever chunk starts them.
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.20",
  sourcemap: "linked",
  external: ["better-sqlite3", "better-sqlite3-13", "@node-rs/bcrypt"],
  // Packages that are CommonJS call `require`, which an ES module does not have.
  banner: {
    js: 'import { createRequire as createBundleRequire } from "node:module";\nconst require = createBundleRequire(import.meta.url);',
  },
  legalComments: "linked",
  logLevel: "warning",
});
chmodSync("dist/main.js", 0o755);
