import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { type Login, type RelyingParty, scopes } from "./relying-party.js";

const Claims = z.record(z.string(), z.unknown());
const LoginAnswer = z.object({
  idToken: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  claims: Claims,
  userinfo: Claims,
}) satisfies z.ZodType<Login>;
const Answer = z.object({ result: z.unknown().optional(), error: z.string().optional() });

/** Starts a relying party in another language: one JSON line is a call, the next line of its output the answer. */
export function startLineProgram(
  command: readonly string[],
  { canRevoke }: { readonly canRevoke: boolean },
): RelyingParty {
  const [program = "", ...args] = command;
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(program, args, {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function call(name: string, values: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    child.stdin.write(`${JSON.stringify({ call: name, ...values })}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${program} has ended`);
    const { result, error } = Answer.parse(JSON.parse(value));
    if (error !== undefined) throw new Error(error);
    return result;
  }

  return {
    async begin(issuer, { id, secret, authMethod }) {
      const client = { clientId: id, authMethod, ...(secret !== "" && { clientSecret: secret }) };
      const redirectUri = "https://app.example.com/callback";
      return z.string().parse(await call("begin", { issuer, ...client, redirectUri, scopes, scope: scopes.join(" ") }));
    },
    finish: async (callback) => LoginAnswer.parse(await call("finish", { callback })),
    refresh: async () => LoginAnswer.parse(await call("refresh")),
    async verify(idToken, accessToken) {
      await call("verify", { idToken, accessToken });
    },
    ...(canRevoke && {
      async revoke() {
        await call("revoke");
      },
    }),
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
