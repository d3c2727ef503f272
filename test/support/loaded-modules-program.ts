import { createRequire } from "node:module";
import { loadConfig } from "../../src/config/load-config.js";
import { startServer } from "../../src/server/start-server.js";

// Starts a server, and prints which of the packages named are loaded: `loaded-modules-program.js CONFIG PACKAGE...`.
const [file = "", ...packages] = process.argv.slice(2);
const { config } = await loadConfig({ file, flags: {}, env: {} });
if (config === undefined) throw new Error("the config can't be used");
const server = await startServer({ config, threadPoolSize: 8 });
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify(packages.filter((name) => loaded.some((path) => path.includes(`/node_modules/${name}/`)))));
await server.stop();
