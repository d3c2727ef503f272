import { html } from "./html.js";
import { renderHead, renderLayout } from "./layout.js";
import { renderAppTile } from "./monogram.js";
import { appName } from "./names.js";
import type { Page } from "./page.js";
import type { Site } from "./site.js";

export interface CodeView {
  readonly site: Site;
  readonly clientName: string;
  readonly clientId: string;
  readonly code: string;
}

const words = {
  title: "Copy this code",
  heading: (app: string) => `Copy this code into ${app}`,
  lead: html`Go back to where you started and paste it there. It works once, for a few minutes.`,
  copy: "Copy code",
  copied: "Copied",
  warning: (app: string) => `Give this code to nobody: it lets them into ${app} as you.`,
} as const;

/** The code for an app that has no address to send the browser to (out of band). */
export function renderCode(view: CodeView): Page {
  const app = appName(view);
  return renderLayout({
    site: view.site,
    title: words.title,
    forms: "here",
    card: html`${renderHead(renderAppTile(view.clientId, app), words.heading(app), words.lead)}
    <div class="form">
      <p class="code" id="code" dir="ltr">${view.code}</p>
      <button class="btn btn--primary" type="button" hidden data-copy="code" data-copied="${words.copied}">${words.copy}</button>
    </div>
    <p class="note">${words.warning(app)}</p>`,
  });
}
