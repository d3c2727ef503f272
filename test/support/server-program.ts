import { ServerResponse } from "node:http";
import { loadConfig } from "../../src/config/load-config.js";
import { startServer } from "../../src/server/start-server.js";

// A server for tests in a process of its own: `server-program.js CONFIG [ADDRESS] [WHERE IT DIES]`.
const [file = "", address = "", diesAt = ""] = process.argv.slice(2);

function die(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal is delivered before anything else can run.
  for (;;);
}

if (diesAt === "response.last-byte") {
  const end = ServerResponse.prototype.end;
  Object.assign(ServerResponse.prototype, {
    end(this: ServerResponse, chunk?: unknown, ...rest: unknown[]): ServerResponse {
      if (this.req.url?.endsWith("/token") && String(chunk).includes("refresh_token") && armed) {
        const bytes = Buffer.from(String(chunk));
        this.socket?.write("");
        this.write(bytes.subarray(0, -1), () => die());
        return this;
      }
      return Reflect.apply(end, this, [chunk, ...rest]);
    },
  });
}

/** Logins before the refresh under test must get through. */
let armed = false;
process.on("SIGUSR2", () => {
  armed = true;
  process.stderr.write('{"msg":"armed"}\n');
});

const { config, problems } = await loadConfig({ file, flags: address === "" ? {} : { webHttpAddr: address }, env: {} });
if (config === undefined) throw new Error(problems.map((problem) => problem.message).join("\n"));
const server = await startServer({
  config,
  threadPoolSize: 8,
  parts: {
    failpoint: (name) => {
      if (armed && name === diesAt) die();
    },
  },
});
process.on("SIGTERM", () => void server.stop());
