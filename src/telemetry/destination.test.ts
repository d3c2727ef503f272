import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createTempFolder } from "../../test/support/temp-folder.js";
import { createLogDestination } from "./destination.js";

it("counts each line that finds 8 MiB waiting as it is dropped, and tells their number once there is room", async () => {
  const file = join(createTempFolder(), "log");
  // Never closed: writes may still be under way, and another file might get the number.
  const descriptor = openSync(file, "w");
  const line = `${"x".repeat(1_023)}\n`;
  let counted = 0;
  const told = new Promise<number>((resolve) => {
    const destination = createLogDestination(descriptor, resolve, () => {
      counted += 1;
    });
    // In one turn of the event loop nothing can be written meanwhile, but for the chunk that is on its way.
    for (let i = 0; i < 9_000; i++) destination.write(line);
  });
  const countedAtOnce = counted;
  expect(countedAtOnce).toBeGreaterThan(700);
  expect(await told).toBe(countedAtOnce);
  expect(readFileSync(file).length).toBeLessThanOrEqual((9_000 - countedAtOnce) * line.length);
});
