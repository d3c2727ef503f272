import { pino } from "pino";
import { createLogDestination, type LogDestination } from "./destination.js";
import { describeError } from "./error-attributes.js";
import { escapeUnseen, toTextLine } from "./line-format.js";

export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** `json`: one object a line. `text`: `time=... level=INFO msg="..." key=value`, as Go's `slog` and so Dex write it. */
  readonly format: "json" | "text";
  /** Attributes with these names are dropped at the top level of a line, whoever logs them. */
  readonly excludeFields: readonly string[];
  /** Default: standard error. */
  readonly destination?: LogDestination;
}

/**
 * The log. Attribute names are snake_case and come from our code alone. A `Secret` prints as `[secret]`; nothing else
 * guards against logging one, so what may be secret is never handed in.
 */
export function createLogger(options: LoggerOptions): Logger {
  const excluded = new Set(options.excludeFields);
  const logger: Logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label.toUpperCase() }),
        ...(excluded.size > 0 && {
          log: (attributes) => omit(attributes, excluded),
          bindings: (attributes) => omit(attributes, excluded),
        }),
      },
      serializers: { err: describeError, error: describeError },
      hooks: { streamWrite: options.format === "text" ? toTextLine : escapeUnseen },
    },
    options.destination ??
      createLogDestination(2, (lines) => logger.warn({ lines }, "log lines dropped, the reader was too slow")),
  );
  return logger;
}

function omit(attributes: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.has(name)));
}
