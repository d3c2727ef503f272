// `npm run interop:prepare`: makes the toolchains of the relying parties in test/interop ready and says what came of it.
// With `--missing` it only prints the names of those that are missing or too old, for scripts. Exit code 1 when one that
// is there could not be made ready.
import { findMissingToolchains, prepareToolchains } from "./interop-toolchains.mjs";

if (process.argv.includes("--missing")) console.log((await findMissingToolchains()).join(" "));
else {
  const toolchains = await prepareToolchains();
  for (const { name, state, version, reason, hint } of toolchains) {
    console.log(`${name.padEnd(7)} ${state.padEnd(7)} ${state === "ready" ? version : `${reason} (needed: ${hint})`}`);
  }
  if (toolchains.some(({ state }) => state === "failed")) process.exitCode = 1;
}
