import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { describeWith, findPart } from "../support/parts.js";
import { createTempFolder } from "../support/temp-folder.js";

const unit = readFileSync("deploy/systemd/latchkey.service", "utf8");
const launcher = "/usr/local/bin/latchkey";
/** Tenths, from 0 (nothing can be reached) to 100. What is left is the network, which a server needs, and V8's memory. */
const maxExposure = 15;

/** Runs systemd-analyze on a text of the unit. The launcher is the one of this repository: none is installed. */
function analyze(verb: readonly string[], text = unit) {
  const file = join(createTempFolder(), "latchkey.service");
  writeFileSync(file, text.replaceAll(launcher, resolve("deploy/latchkey")));
  const { status, stdout, stderr } = spawnSync(findPart("systemd-analyze").path, [...verb, file], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describeWith("systemd-analyze", "latchkey.service", () => {
  it("is a unit in which systemd finds nothing wrong", () => {
    // Of this unit: what stands in the machine's own ones is none of our business.
    expect(analyze(["verify", "--man=no", "--recursive-errors=no"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("would be refused with a misspelt key", () => {
    const { stderr } = analyze(["verify", "--man=no"], unit.replace("ProtectSystem=", "ProtectSystems="));
    expect(stderr).toContain("ProtectSystems");
  });

  it("exposes little of the machine", () => {
    const verb = ["security", "--offline=true", `--threshold=${maxExposure}`, "--no-pager"];
    expect(analyze(verb).status).toBe(0);
    expect(analyze(verb, unit.replace("CapabilityBoundingSet=\n", "")).status).not.toBe(0);
  });

  it("leaves V8 its memory, and stops later than the server does", () => {
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
    // start-server.ts gives requests under way 10 seconds.
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(10);
  });
});
