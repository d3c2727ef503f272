import type { Place } from "./problem.js";

/** Brackets open at once. No configuration comes near; the YAML parser is slow and recursive far beyond. */
const maxBrackets = 200;
/** The same for nesting within one line without brackets: `- - - - x`. */
const manyIndicators = /(?:[-?:][ \t]+){40}/;

/**
 * Template actions outside comments (`{{ ... }}`, `{% ... %}`). Quoted ones count too: Dex would take the braces as they
 * are, and nobody means that.
 */
export function findTemplate(text: string): Place | undefined {
  return findRow(text, (code) => {
    const columns = [findPair(code, "{{", "}}"), findPair(code, "{%", "%}")].filter((column) => column !== -1);
    return columns.length === 0 ? -1 : Math.min(...columns);
  });
}

/** Where nesting goes deeper than any configuration; told from the text, before a parser has to find its way through. */
export function findDeepNesting(text: string): Place | undefined {
  let open = 0;
  let stray = 0;
  return findRow(text, (code) => {
    for (let column = 0; column < code.length; column++) {
      const character = code[column];
      if (character === "[" || character === "{") open += 1;
      else if (character === "]" || character === "}") {
        if (open > 0) open -= 1;
        else stray += 1;
      }
      if (open > maxBrackets || stray > maxBrackets) return column;
    }
    return code.search(manyIndicators);
  });
}

/** The first row in which `find` sees something: its column from 0, else -1. */
function findRow(text: string, find: (code: string) => number): Place | undefined {
  for (const [index, row] of text.split("\n").entries()) {
    const column = find(withoutComment(row));
    if (column !== -1) return { line: index + 1, column: column + 1 };
  }
  return undefined;
}

function withoutComment(row: string): string {
  const comment = row.search(/(?<![^ \t])#/);
  return comment === -1 ? row : row.slice(0, comment);
}

function findPair(code: string, opening: string, closing: string): number {
  const start = code.indexOf(opening);
  return start !== -1 && code.includes(closing, start + opening.length) ? start : -1;
}
