import type { Environment } from "./expand-env.js";
import { type Place, type ProblemList, startPlace } from "./problem.js";
import { readSmallFile } from "./read-small-file.js";

const goTrue = ["1", "t", "T", "TRUE", "true", "True"];

/** `LATCHKEY_RENDER_TEMPLATES=true` (a Go boolean, as `DEX_EXPAND_ENV` is) switches rendering on; the image sets it. */
export function isRenderingOn(env: Environment): boolean {
  return goTrue.includes(env["LATCHKEY_RENDER_TEMPLATES"] ?? "");
}

/** As large as a file may be that is no template; the values could make it any size. */
const maxRenderedLength = 512 * 1024;
/** A template in another language has one error an action. */
const maxErrors = 20;
const blanks = " \t\r\n";

/** `"text"` with Go's escapes, or `` `text` `` without any. */
const quoted = String.raw`("(?:[^"\\\n]|\\.)*"|\`[^\`]*\`)`;
const envAction = /^\.Env\.([A-Za-z_]\w*)$/;
const getenvAction = new RegExp(String.raw`^getenv\s+${quoted}(?:\s+${quoted})?$`);
const token = new RegExp(String.raw`${quoted}|\}\}`, "g");

const understood = 'only {{ .Env.NAME }}, {{ getenv "NAME" }} and {{ getenv "NAME" "default" }} are understood';

/**
 * Replaces the two actions by which configurations of Dex's image read the environment, with gomplate's meaning of both
 * (docs/adr/0013-templates-in-the-image.md). Values go in as they are. Undefined when an action is something else or a
 * value is missing; the problems tell where, and never a value.
 */
export function renderTemplate(text: string, env: Environment, problems: ProblemList): string | undefined {
  const places = new PlaceCounter(text);
  let rendered = "";
  let at = 0;
  let errors = 0;
  for (let start = text.indexOf("{{"); start !== -1; start = text.indexOf("{{", at)) {
    const action = readAction(text, start);
    const result = action === undefined ? { error: "{{ is never closed" } : evaluate(action.code, env);
    if ("error" in result) {
      problems.error(places.at(start), result.error);
      errors += 1;
    }
    rendered += text.slice(at, action?.trimsBefore ? findTextEnd(text, at, start) : start);
    rendered += "value" in result ? result.value : "";
    at = action?.end ?? text.length;
    if (errors === maxErrors) return undefined;
    if (rendered.length > maxRenderedLength) {
      problems.error(startPlace, "the rendered file is too large for a configuration");
      return undefined;
    }
  }
  return errors === 0 ? rendered + text.slice(at) : undefined;
}

interface Action {
  readonly code: string;
  readonly trimsBefore: boolean;
  /** Behind the action, and behind the white space that it trims. */
  readonly end: number;
}

/** The action that begins at `start` (text/template, "Text and spaces"). Undefined when it never ends. */
function readAction(text: string, start: number): Action | undefined {
  const close = findClose(text, start + 2);
  if (close === undefined) return undefined;
  const trimsBefore = /^-[ \t\r\n]/.test(text.slice(start + 2, start + 4));
  const trimsAfter = close - start > 4 && /^[ \t\r\n]-$/.test(text.slice(close - 2, close));
  const code = text.slice(start + (trimsBefore ? 4 : 2), trimsAfter ? close - 2 : close).trim();
  let end = close + 2;
  while (trimsAfter && end < text.length && blanks.includes(text.charAt(end))) end += 1;
  return { code, trimsBefore, end };
}

/** Where text ends without the white space before `end`. */
function findTextEnd(text: string, from: number, end: number): number {
  let at = end;
  while (at > from && blanks.includes(text.charAt(at - 1))) at -= 1;
  return at;
}

/** Where the `}}` stands that is in no quoted text. */
function findClose(text: string, from: number): number | undefined {
  token.lastIndex = from;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === "}}") return match.index;
  }
  return undefined;
}

type Result = { readonly value: string } | { readonly error: string };

function evaluate(code: string, env: Environment): Result {
  const [, name] = envAction.exec(code) ?? [];
  if (name !== undefined) {
    const value = env[name];
    return value === undefined ? { error: `the variable ${name} is not set` } : { value };
  }
  const [, key, fallback] = getenvAction.exec(code) ?? [];
  if (key === undefined) return { error: `a template action that is not supported: ${understood}` };
  const [variable, instead] = [unquote(key), fallback === undefined ? "" : unquote(fallback)];
  if (variable === undefined || instead === undefined) {
    return { error: 'an escape that is not supported: only \\" \\\\ \\n \\t are' };
  }
  return getenv(variable, instead, env);
}

/** An empty variable counts as none; then the file that `NAME_FILE` names, without white space around; then the default. */
function getenv(name: string, fallback: string, env: Environment): Result {
  const value = env[name];
  if (value) return { value };
  const file = env[`${name}_FILE`];
  if (!file) return { value: fallback };
  const read = readSmallFile(file);
  // gomplate takes the default here: a secret that could not be read would go unseen.
  return "problem" in read ? { error: `${name}_FILE: ${read.problem}` } : { value: read.text.trim() || fallback };
}

const escapes = new Map([
  ["\\n", "\n"],
  ["\\t", "\t"],
  ['\\"', '"'],
  ["\\\\", "\\"],
]);

/** The text of a Go literal. Undefined where it holds an escape that no configuration was seen to use. */
function unquote(literal: string): string | undefined {
  const inside = literal.slice(1, -1);
  if (literal.startsWith("`")) return inside;
  const found = inside.match(/\\./g) ?? [];
  if (!found.every((each) => escapes.has(each))) return undefined;
  return inside.replace(/\\./g, (each) => escapes.get(each) ?? "");
}

/** Line and column of places that only go forward, so that many of them cost one pass. */
class PlaceCounter {
  readonly #text: string;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  at(index: number): Place {
    for (;;) {
      const end = this.#text.indexOf("\n", this.#lineStart);
      if (end === -1 || end >= index) return { line: this.#line, column: index - this.#lineStart + 1 };
      this.#line += 1;
      this.#lineStart = end + 1;
    }
  }
}
