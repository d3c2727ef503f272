#!/usr/bin/env node
import { run } from "./cli/run.js";

const { stdin, stdout, stderr, env, argv } = process;
process.exitCode = await run(argv.slice(2), { stdin, stdout, stderr, env });
// A connector that hangs was given up by `check --online`: what it still waits for must not keep the command alive.
if (argv[2] === "check") setTimeout(() => process.exit(), 1_000).unref();
