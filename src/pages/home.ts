import { html } from "./html.js";
import { renderIcon } from "./icons.js";
import { renderHead, renderLayout } from "./layout.js";
import type { Page } from "./page.js";
import type { Site } from "./site.js";

export interface HomeView {
  readonly site: Site;
  readonly discoveryUrl: string;
}

const words = {
  title: "Sign-in service",
  lead: html`Apps send you here when you sign in. To start, open the app you want to use.`,
  summary: "For the person who sets up an app",
  discovery: "OpenID Connect discovery",
} as const;

/** The page at the issuer's own address. */
export function renderHome({ site, discoveryUrl }: HomeView): Page {
  const tile = html`<span class="tile tile--big" aria-hidden="true">${renderIcon("person")}</span>`;
  return renderLayout({
    site,
    title: words.title,
    forms: "here",
    card: html`${renderHead(tile, words.title, words.lead)}
    <details>
      <summary>${words.summary}</summary>
      <dl class="facts">
        <dt>${words.discovery}</dt><dd dir="ltr"><a href="${discoveryUrl}">${discoveryUrl}</a></dd>
      </dl>
    </details>`,
  });
}
