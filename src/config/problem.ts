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
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message}${hint}`;
}

/** Where in the file: line and column, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Collects problems, so that all of them come in one run. */
export class ProblemList {
  readonly #file: string;
  readonly #problems: Problem[] = [];

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
    return this.#problems.some(({ severity }) => severity === "error");
  }

  /** In the order of the file. */
  list(): readonly Problem[] {
    return [...this.#problems].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(severity: Problem["severity"], { line, column }: Place, message: string, suggestion?: string): void {
    // One mistake may be met on several ways: a policy that every client inherits, for one.
    if (this.#problems.some((known) => known.message === message && known.line === line && known.column === column))
      return;
    const problem = { severity, message, file: this.#file, line, column };
    this.#problems.push(suggestion === undefined ? problem : { ...problem, suggestion });
  }
}
