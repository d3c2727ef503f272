import { StringDecoder } from "node:string_decoder";
import { hash } from "@node-rs/bcrypt";
import type { CliIo } from "./io.js";

/** bcrypt reads no more: a longer password would match everything that begins alike. */
const maxPasswordBytes = 72;

/** Asks for a password (twice, unseen, at a terminal) or reads it from a pipe, and prints its bcrypt hash. */
export async function runHashPassword({ cost }: { readonly cost: number }, io: CliIo): Promise<number> {
  const password = io.stdin.isTTY === true ? await askTwice(io) : (await readAll(io)).replace(/\r?\n$/, "");
  if (password === "") throw new Error("the password is empty");
  // A form field can't send it, and a terminal ends with it.
  if (/[\r\n]/.test(password)) throw new Error("the password holds a line end");
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
  const decoder = new StringDecoder("utf8");
  stderr.write(prompt);
  stdin.setRawMode?.(true);
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = [];
    function end(settle: () => void): void {
      stdin.off("data", onData);
      stdin.off("end", onEnd);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write("\n");
      settle();
    }
    function onEnd(): void {
      end(() => reject(new Error("no password was given")));
    }
    function onData(chunk: Buffer | string): void {
      const text = typeof chunk === "string" ? chunk : decoder.write(chunk);
      for (const [at, key] of [...text].entries()) {
        if (key === "\r" || key === "\n") {
          const rest = [...text].slice(at + 1).join("");
          end(() => resolve(typed.join("")));
          // What was pasted behind the line end answers the next question.
          if (rest !== "" && rest !== "\n") stdin.unshift(Buffer.from(rest));
          return;
        }
        if (key === "\u0003" || key === "\u0004") {
          onEnd();
          return;
        }
        typed = key === "\u007f" || key === "\b" ? typed.slice(0, -1) : [...typed, key];
      }
    }
    stdin.on("data", onData);
    stdin.on("end", onEnd);
    stdin.resume();
  });
}

async function readAll({ stdin }: CliIo): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
