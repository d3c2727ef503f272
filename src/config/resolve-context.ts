import { readFileSync } from "node:fs";
import { DurationError, parseDuration } from "../platform/duration.js";
import type { Environment } from "./expand-env.js";
import type { Place, ProblemList } from "./problem.js";

/** What every section is resolved with. Sections report problems and go on, so that all of them come in one run. */
export class ResolveContext {
  readonly problems: ProblemList;
  readonly env: Environment;
  readonly #places: ReadonlyMap<string, Place>;

  constructor(problems: ProblemList, places: ReadonlyMap<string, Place>, env: Environment) {
    this.problems = problems;
    this.#places = places;
    this.env = env;
  }

  /** The place of a key, or of the nearest thing around it that stands in the file. */
  placeOf(path: string): Place {
    for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
      const place = this.#places.get(at);
      if (place !== undefined) return place;
      if (at === "") return { line: 1, column: 1 };
    }
  }

  /** True where the key stands in the file with a value. */
  isWritten(path: string): boolean {
    return this.#places.has(path);
  }

  error(path: string, message: string, suggestion?: string): void {
    this.problems.error(this.placeOf(path), message, suggestion);
  }

  warn(path: string, message: string): void {
    this.problems.warn(this.placeOf(path), message);
  }

  /** Milliseconds; 0 for text that is no duration or is negative, which is reported. */
  duration(path: string, text: string): number {
    try {
      const ms = parseDuration(text === "" ? "0" : text);
      if (ms >= 0) return ms;
      this.error(path, `${path}: a duration must not be negative`);
    } catch (error) {
      if (!(error instanceof DurationError)) throw error;
      this.error(path, `${path}: ${error.message}`);
    }
    return 0;
  }

  /** Content of a file, without one line end at its end. Undefined, and reported, when it can't be read. */
  readText(path: string, file: string): string | undefined {
    try {
      return readFileSync(file, "utf8").replace(/\r?\n$/, "");
    } catch {
      this.error(path, `${path}: the file ${file} can't be read`);
      return undefined;
    }
  }

  /** Value of a variable. Undefined, and reported, when it is not set or empty. */
  readVariable(path: string, name: string): string | undefined {
    const value = this.env[name];
    if (value === undefined || value === "") {
      this.error(path, `${path}: the environment variable ${name} is not set`);
      return undefined;
    }
    return value;
  }
}
