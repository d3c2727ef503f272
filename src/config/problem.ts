/** Something wrong with a configuration file, told to the person who wrote it. Never holds a secret's value. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** What was meant, probably. */
  readonly suggestion?: string;
}

/** `FILE:LINE:COLUMN: error: MESSAGE (did you mean "x"?)`, the form that editors jump to. */
export function formatProblem(problem: Problem): string {
  const hint = problem.suggestion === undefined ? "" : ` (did you mean "${problem.suggestion}"?)`;
  return formatAt(problem.file, problem, `${problem.severity}: ${problem.message}${hint}`);
}

/** Anything else that is said of a place in the file, in the same form. */
export function formatAt(file: string, { line, column }: Place, text: string): string {
  // Keys, file names and answers of an upstream are quoted as they stand; what they hold must not steer the terminal.
  return `${file}:${line}:${column}: ${text}`.replace(/\p{Cc}/gu, "\ufffd");
}

/** Where in the file: line and column, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** For what stands nowhere: a missing key, an empty file. */
export const startPlace: Place = { line: 1, column: 1 };

/** Collects problems, so that all of them come in one run. */
export class ProblemList {
  readonly #file: string;
  readonly #problems = new Map<string, Problem>();

  constructor(file: string) {
    this.#file = file;
  }

  error(place: Place, message: string, suggestion?: string): void {
    this.#add("error", place, message, suggestion);
  }

  warn(place: Place, message: string, suggestion?: string): void {
    this.#add("warning", place, message, suggestion);
  }

  get hasErrors(): boolean {
    return [...this.#problems.values()].some(({ severity }) => severity === "error");
  }

  /** In the order of the file. */
  list(): readonly Problem[] {
    return [...this.#problems.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(severity: Problem["severity"], { line, column }: Place, message: string, suggestion?: string): void {
    const problem = { severity, message, file: this.#file, line, column };
    // What stands behind an anchor is read once per alias, and a policy that clients inherit once per client: told once.
    const id = `${line}:${column}:${severity}:${message}`;
    if (!this.#problems.has(id))
      this.#problems.set(id, suggestion === undefined ? problem : { ...problem, suggestion });
  }
}
