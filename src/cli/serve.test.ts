import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTempFolder } from "../../test/support/temp-folder.js";
import { createTestIo } from "../../test/support/test-io.js";
import { runServe } from "./serve.js";

const config = `issuer: http://127.0.0.1/dex
storage: {type: memory}
web: {http: "127.0.0.1:0"}
connectors: [{type: mockCallback, id: mock, name: Mock}]
logger: {level: error}
`;

function countHandlers(): number {
  return process.listenerCount("SIGTERM") + process.listenerCount("SIGINT");
}

async function serve(text: string, whileStarting: () => void) {
  const file = join(createTempFolder(), "dex.yaml");
  writeFileSync(file, text);
  const { io, output } = createTestIo();
  const before = countHandlers();
  const code = runServe({ file, flags: {} }, io);
  whileStarting();
  return { code: await code, stderr: output.stderr, handlersLeft: countHandlers() - before };
}

describe("serve", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "that gets %s while it starts stops as soon as it has started",
    async (name) => {
      expect(await serve(config, () => process.emit(name, name))).toEqual({ code: 0, stderr: "", handlersLeft: 0 });
    },
  );

  it("waits for no signal where the configuration is refused", async () => {
    const { code, handlersLeft } = await serve("issuer: 1\n", () => undefined);
    expect([code, handlersLeft]).toEqual([1, 0]);
  });
});
