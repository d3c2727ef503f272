import { parseArgs } from "node:util";
import type { ConfigFlags } from "../config/load-config.js";
import { present } from "../platform/present.js";

/** Wrong words on the command line; the message is for the person who typed them. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

export interface ConfigCommand {
  readonly file: string;
  readonly flags: ConfigFlags;
  readonly mode?: "strict" | "lenient";
}

export interface CheckCommand extends ConfigCommand {
  /** Try each connector as well. */
  readonly online?: boolean;
}

export type CommandLine =
  | ({ readonly command: "serve" } & ConfigCommand)
  | ({ readonly command: "check" } & CheckCommand)
  | { readonly command: "hash-password"; readonly cost: number }
  | { readonly command: "version" }
  /** `asked`: by `help` or `--help`; else because nothing was typed. */
  | { readonly command: "help"; readonly asked: boolean };

const defaultCost = 12;

/** Parses the words behind `latchkey`. Throws `UsageError`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [command, ...rest] = args;
  if (command === undefined) return { command: "help", asked: false };
  if (rest.includes("--help") || rest.includes("-h")) return { command: "help", asked: true };
  switch (command) {
    case "serve":
    case "check":
      return { command, ...parseConfigCommand(command, rest) };
    case "hash-password":
      return { command, cost: parseCost(rest) };
    case "version":
    case "--version":
      return { command: "version" };
    case "help":
    case "--help":
    case "-h":
      return { command: "help", asked: true };
    default:
      throw new UsageError(`unknown command "${command}"`);
  }
}

function parseConfigCommand(command: "serve" | "check", args: readonly string[]): CheckCommand {
  const { values, positionals } = readArgs(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        "web-http-addr": { type: "string" },
        "web-https-addr": { type: "string" },
        "telemetry-addr": { type: "string" },
        "grpc-addr": { type: "string" },
        strict: { type: "boolean" },
        lenient: { type: "boolean" },
        online: { type: "boolean" },
      },
    }),
  );
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    throw new UsageError(`${command} takes one configuration file, received ${positionals.length}`);
  }
  if (values.online && command !== "check") throw new UsageError(`${command} knows no --online: check does`);
  if (values.strict && values.lenient) throw new UsageError("--strict and --lenient exclude each other");
  const flags = present({
    webHttpAddr: values["web-http-addr"] || undefined,
    webHttpsAddr: values["web-https-addr"] || undefined,
    telemetryAddr: values["telemetry-addr"] || undefined,
    grpcAddr: values["grpc-addr"] || undefined,
  });
  return {
    ...{ file, flags },
    ...(values.strict && { mode: "strict" }),
    ...(values.lenient && { mode: "lenient" }),
    ...(values.online && { online: true }),
  };
}

function parseCost(args: readonly string[]): number {
  const { values } = readArgs(() => parseArgs({ args: [...args], options: { cost: { type: "string" } } }));
  const cost = Number(values.cost ?? defaultCost);
  if (!Number.isInteger(cost) || cost < 10 || cost > 16)
    throw new UsageError("--cost must be a whole number from 10 to 16");
  return cost;
}

/** Advice about `--` follows, which helps nobody who mistyped a flag. */
function firstSentence(message: string): string {
  return message.replace(/\. To specify a positional argument.*$/s, "");
}

/** `parseArgs` tells what is wrong in an error of its own. */
function readArgs<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error));
  }
}
