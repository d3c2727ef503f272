import { renderHiddenFields } from "./hidden-fields.js";
import { html } from "./html.js";
import { renderIcon } from "./icons.js";
import { renderHead, renderLayout } from "./layout.js";
import { findLocalPath } from "./link.js";
import type { Page } from "./page.js";
import type { Site } from "./site.js";

export interface RepostView {
  readonly site: Site;
  /** Path and query on this host. */
  readonly action: string;
  readonly fields: Iterable<readonly [string, string]>;
}

const words = {
  title: "Finishing sign-in",
  lead: html`If nothing happens, press the button.`,
  submit: "Continue",
} as const;

/**
 * Sends a cross-site POST once more, from a page of ours: only then does the browser's `SameSite=Lax` cookie come
 * along. By itself where there is JavaScript, with the button elsewhere.
 */
export function renderRepost({ site, action, fields }: RepostView): Page {
  const path = findLocalPath(action);
  const tile = html`<span class="tile tile--big" aria-hidden="true">${renderIcon("clock")}</span>`;
  return renderLayout({
    site,
    title: words.title,
    forms: "elsewhere",
    card: html`${renderHead(tile, words.title, words.lead)}
    <form class="form" method="post"${path !== undefined && html` action="${path}"`} data-autosubmit>${renderHiddenFields(fields)}
      <button class="btn btn--primary" type="submit">${words.submit}</button>
    </form>`,
  });
}
