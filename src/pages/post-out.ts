import { renderHiddenFields } from "./hidden-fields.js";
import { html } from "./html.js";
import { renderIcon } from "./icons.js";
import { renderHead, renderLayout } from "./layout.js";
import type { Page } from "./page.js";
import type { Site } from "./site.js";

export interface PostOutView {
  readonly site: Site;
  /** The upstream's address. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const words = {
  title: "Taking you to your sign-in service",
  lead: html`If nothing happens, press the button.`,
  submit: "Continue",
} as const;

/** Sends the browser to an upstream that is asked by POST (SAML). */
export function renderPostOut({ site, action, fields }: PostOutView): Page {
  const tile = html`<span class="tile tile--big" aria-hidden="true">${renderIcon("clock")}</span>`;
  return renderLayout({
    site,
    title: words.title,
    forms: "elsewhere",
    card: html`${renderHead(tile, words.title, words.lead)}
    <form class="form" method="post" action="${action}" data-autosubmit>${renderHiddenFields(Object.entries(fields))}
      <button class="btn btn--primary" type="submit">${words.submit}</button>
    </form>`,
  });
}
