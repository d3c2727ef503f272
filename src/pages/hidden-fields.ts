import { type Html, html } from "./html.js";

/** Hidden fields of a form, in the order given; a name may come twice. */
export function renderHiddenFields(fields: Iterable<readonly [string, string]>): Html {
  return html`${[...fields].map(
    ([name, value]) => html`
      <input type="hidden" name="${name}" value="${value}">`,
  )}`;
}
