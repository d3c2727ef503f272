import { hash } from "@node-rs/bcrypt";
import type { CliIo } from "./io.js";

/** bcrypt reads no more: a longer password would match everything that begins alike. */
const maxPasswordBytes = 72;

/** Asks for a password (twice, unseen, at a terminal) or reads it from a pipe, and prints its bcrypt hash. */
export async function runHashPassword({ cost }: { readonly cost: number }, io: CliIo): Promise<number> {
  const password = io.stdin.isTTY === true ? await askTwice(io) : (await readAll(io)).replace(/\r?\n$/, "");
  if (password === "") throw new Error("the password is empty");
  if (Buffer.byteLength(password) > maxPasswordBytes)
    throw new Error(`the password is longer than ${maxPasswordBytes} bytes`);
  io.stdout.write(`${await hash(password, cost)}\n`);
  return 0;
}

async function askTwice(io: CliIo): Promise<string> {
  const first = await ask(io, "Password: ");
  if ((await ask(io, "Again: ")) !== first) throw new Error("the two passwords differ");
  return first;
}

/** Reads one line without showing it. */
function ask({ stdin, stderr }: CliIo, prompt: string): Promise<string> {
  stderr.write(prompt);
  stdin.setRawMode?.(true);
  return new Promise((resolve, reject) => {
    let typed = "";
    function end(settle: () => void): void {
      stdin.off("data", onData);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write("\n");
      settle();
    }
    function onData(chunk: Buffer | string): void {
      for (const character of chunk.toString()) {
        if (character === "\r" || character === "\n") {
          end(() => resolve(typed));
          return;
        }
        if (character === "\u0003" || character === "\u0004") {
          end(() => reject(new Error("no password was given")));
          return;
        }
        typed = character === "\u007f" || character === "\b" ? typed.slice(0, -1) : typed + character;
      }
    }
    stdin.on("data", onData);
    stdin.resume();
  });
}

async function readAll({ stdin }: CliIo): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
