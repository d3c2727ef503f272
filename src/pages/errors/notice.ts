import { type Fact, type RequestTrace, renderDetails, traceFacts } from "../details.js";
import { type Html, html } from "../html.js";
import { type IconName, renderIcon } from "../icons.js";
import { renderHead, renderLayout } from "../layout.js";
import type { Page } from "../page.js";
import type { Site } from "../site.js";

export interface Action {
  readonly label: string;
  /** Empty: there is nowhere to go, and no button. */
  readonly url: string;
}

/** The content of a page that ends a way: what happened, why, whether the account is fine, and what to do next. */
export interface Notice {
  readonly title: string;
  readonly icon: IconName;
  readonly tone?: "ok" | "warn";
  readonly lead: Html;
  readonly text?: Html;
  /** The first one is the primary button. */
  readonly actions: readonly Action[];
  /** A lesser way on, as a plain link. */
  readonly quiet?: Action;
  readonly note?: Html;
  /** To whom the closed details are addressed. */
  readonly detailsFor: string;
  readonly facts?: readonly Fact[];
}

export function renderNotice(site: Site, trace: RequestTrace, notice: Notice): Page {
  const { title, icon, tone, lead, text, note } = notice;
  const tile = html`<span class="tile tile--big${tone !== undefined && ` tile--${tone}`}" aria-hidden="true">${renderIcon(icon)}</span>`;
  return renderLayout({
    site,
    title,
    forms: "here",
    card: html`${renderHead(tile, title, lead)}${paragraph(text, false)}${renderActions(notice.actions)}${renderQuiet(notice.quiet)}${paragraph(note, true)}${renderDetails(
      notice.detailsFor,
      [...(notice.facts ?? []), ...traceFacts(trace)],
    )}`,
  });
}

function renderActions(actions: readonly Action[]): Html | false {
  const possible = actions.filter((action) => action.url !== "");
  if (possible.length === 0) return false;
  return html`
    <div class="actions">${possible.map(
      ({ label, url }, index) => html`
      <a class="btn ${index === 0 ? "btn--primary" : "btn--secondary"}" href="${url}">${label}</a>`,
    )}
    </div>`;
}

function renderQuiet(action: Action | undefined): Html | false {
  if (action === undefined || action.url === "") return false;
  return html`
    <div class="more"><a class="btn btn--quiet" href="${action.url}">${action.label}</a></div>`;
}

function paragraph(text: Html | undefined, isNote: boolean): Html | false {
  if (text === undefined) return false;
  return isNote
    ? html`
    <p class="note">${text}</p>`
    : html`
    <p>${text}</p>`;
}
