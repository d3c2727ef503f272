#!/usr/bin/env node
import { run } from "./cli/run.js";

const { stdin, stdout, stderr, env, argv } = process;
process.exitCode = await run(argv.slice(2), { stdin, stdout, stderr, env });
