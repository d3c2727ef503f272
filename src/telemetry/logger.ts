import { pino } from "pino";
import { createLogDestination, type LogDestination } from "./destination.js";
import { describeError } from "./error-attributes.js";
import { escapeUnseen, toTextLine } from "./line-format.js";

export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** `json`: one object a line. `text`: `time=... level=INFO msg="..." key=value`, as Go's `slog` and so Dex write it. */
  readonly format: "json" | "text";
  /** Attributes with these names are dropped at the top level of a line; time, level and message always stay. */
  readonly excludeFields: readonly string[];
  /** Default: standard error. */
  readonly destination?: LogDestination;
  /** Called for each line that is dropped, as it is dropped. Not with a destination of one's own. */
  readonly countDropped?: () => void;
}

const alwaysKept: ReadonlySet<string> = new Set(["time", "level", "msg"]);

/**
 * The log. Attribute names are snake_case and come from our code alone. A `Secret` prints as `[secret]`; nothing else
 * guards against logging one, so what may be secret is never handed in.
 */
export function createLogger(options: LoggerOptions): Logger {
  const excluded = options.excludeFields.filter((name) => !alwaysKept.has(name)).map((name) => [name, () => undefined]);
  const logger: Logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      // Serializers, not formatters: they alone are asked for the attributes of child loggers too.
      serializers: { err: describeError, error: describeError, ...Object.fromEntries(excluded) },
      hooks: { streamWrite: options.format === "text" ? toTextLine : escapeUnseen },
    },
    options.destination ??
      createLogDestination(
        2,
        (lines) => logger.warn({ lines }, "log lines dropped, the reader was too slow"),
        options.countDropped,
      ),
  );
  return logger;
}
