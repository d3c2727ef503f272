import { DurationError, parseDuration } from "../platform/duration.js";
import type { Environment } from "./expand-env.js";
import { type Place, type ProblemList, startPlace } from "./problem.js";
import { readSmallFile } from "./read-small-file.js";

/** What every section is resolved with. Sections report problems and go on, so that all of them come in one run. */
export class ResolveContext {
  readonly problems: ProblemList;
  readonly env: Environment;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #broken = new Set<string>();
  /** Every path around a broken one. */
  readonly #aroundBroken = new Set<string>();

  constructor(problems: ProblemList, places: ReadonlyMap<string, Place>, env: Environment) {
    this.problems = problems;
    this.#places = places;
    this.env = env;
  }

  /** The place of a key, or of the nearest thing around it that stands in the file. */
  placeOf(path: string): Place {
    return findPlace(this.#places, path);
  }

  /** Remembers that a value was reported and is left out: what then seems to be missing is no problem of its own. */
  markBroken(path: string): void {
    this.#broken.add(path);
    for (const at of outwards(path)) this.#aroundBroken.add(at);
  }

  /** Whether the value at a path, or one inside it or around it, was left out. */
  isBroken(path: string): boolean {
    return this.#aroundBroken.has(path) || this.#isLeftOut(path);
  }

  error(path: string, message: string, suggestion?: string): void {
    if (!this.#isLeftOut(path)) this.problems.error(this.placeOf(path), message, suggestion);
  }

  warn(path: string, message: string, suggestion?: string): void {
    if (!this.#isLeftOut(path)) this.problems.warn(this.placeOf(path), message, suggestion);
  }

  /** Milliseconds. An empty text is zero, which switches limits off. Undefined, and reported, for no duration or a negative one. */
  duration(path: string, text: string): number | undefined {
    try {
      const ms = parseDuration(text === "" ? "0" : text);
      if (ms >= 0) return ms;
      this.error(path, `${path}: a duration must not be negative`);
    } catch (error) {
      if (!(error instanceof DurationError)) throw error;
      this.error(path, `${path}: ${error.message}`);
    }
    return undefined;
  }

  /** Content of a file, without one line end at its end. Undefined, and reported, when it can't be used. */
  readText(path: string, file: string): string | undefined {
    const read = readSmallFile(file);
    if ("problem" in read) {
      this.error(path, `${path}: ${read.problem}`);
      return undefined;
    }
    const text = read.text.replace(/\r?\n$/, "");
    if (text === "") this.error(path, `${path}: the file ${file} is empty`);
    return text || undefined;
  }

  /** Value of a variable. Undefined, and reported, when it is not set or empty. */
  readVariable(path: string, name: string): string | undefined {
    const value = this.env[name];
    if (value === undefined) this.error(path, `${path}: the environment variable ${name} is not set`);
    else if (value === "") this.error(path, `${path}: the environment variable ${name} is empty`);
    return value || undefined;
  }

  #isLeftOut(path: string): boolean {
    return outwards(path).some((at) => this.#broken.has(at));
  }
}

/** The place of a key, or of the nearest thing around it that stands in the file. */
export function findPlace(places: ReadonlyMap<string, Place>, path: string): Place {
  for (const at of outwards(path)) {
    const place = places.get(at);
    if (place !== undefined) return place;
  }
  return startPlace;
}

/** A path and all around it, the nearest first; the whole file, which has the empty path, last. */
function outwards(path: string): readonly string[] {
  const names = path === "" ? [] : path.split(".");
  return [...names.map((_, index) => names.slice(0, names.length - index).join(".")), ""];
}
