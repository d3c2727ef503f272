import { requireSafeUrl } from "./link.js";

/** Text that is HTML already. Only `html` makes it, so whatever else is put into a template is escaped. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}
export type Html = Markup;

/** What may stand in a template. Nothing is rendered for `false` and `undefined`; lists are joined without a gap. */
export type Interpolation = string | number | Html | false | undefined | readonly Interpolation[];

/**
 * Template tag for HTML. Every text is escaped for element content and for quoted attributes alike; attributes without
 * quotes are refused, and what stands alone in `href`, `action` or `src` must be a harmless URL (`requireSafeUrl`).
 */
export function html(literals: TemplateStringsArray, ...values: readonly Interpolation[]): Html {
  let text = literals[0] ?? "";
  values.forEach((value, index) => {
    text += renderAfter(literals[index] ?? "", value) + (literals[index + 1] ?? "");
  });
  return new Markup(text);
}

function renderAfter(literal: string, value: Interpolation): string {
  if (literal.endsWith("=")) throw new Error("an attribute in a template has no quotes");
  if (typeof value === "string" && /\s(?:href|src|action|formaction)="$/.test(literal))
    return escapeText(requireSafeUrl(value));
  return render(value);
}

function render(value: Interpolation): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.toString();
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return value.map(render).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Control characters and lone surrogates have no place in an HTML document (HTML §13.1.4): browsers and the UTF-8
 * encoder would each replace them in their own way.
 */
function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character] ?? "")
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}]/gu, "\ufffd");
}
