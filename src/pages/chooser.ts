import { type RequestTrace, renderDetails, traceFacts } from "./details.js";
import { type Html, html } from "./html.js";
import { renderHead, renderLayout } from "./layout.js";
import { abbreviate, hueClass, renderAppTile } from "./monogram.js";
import { appName, displayName } from "./names.js";
import type { Page } from "./page.js";
import type { Site } from "./site.js";

export interface ChooserConnector {
  readonly id: string;
  readonly name: string;
  /** A hook for themes (`data-type`). */
  readonly type: string;
  /** Where choosing it leads. */
  readonly url: string;
  /** False: shown grey, without a link. */
  readonly reachable: boolean;
}

export interface ChooserView {
  readonly site: Site;
  readonly clientName: string;
  readonly clientId: string;
  /** In the order they are shown. */
  readonly connectors: readonly ChooserConnector[];
  /** This page again; offered where no connector is reachable. */
  readonly retryUrl?: string;
  /** The app; offered where no connector is reachable. */
  readonly backUrl?: string;
  readonly trace?: RequestTrace;
}

const words = {
  title: (app: string) => `Sign in to ${app}`,
  lead: html`Choose the account you want to use.`,
  list: "Ways to sign in",
  unreachable: "Not reachable just now. We keep trying.",
  noneTitle: "Sign-in is not available just now",
  noneLead: html`The account services behind this page are not answering. Your account is fine, and there is nothing you need to change.`,
  retry: "Try again",
  back: (app: string) => `Back to ${app}`,
  details: "For your help desk",
} as const;

/** The ways to sign in to an app; where none is reachable, a page that says so. */
export function renderChooser(view: ChooserView): Page {
  return view.connectors.some((connector) => connector.reachable) ? renderChoice(view) : renderNone(view);
}

function renderChoice(view: ChooserView): Page {
  const app = appName(view);
  const title = words.title(app);
  return renderLayout({
    site: view.site,
    title,
    forms: "here",
    card: html`${renderHead(renderAppTile(view.clientId, app), title, words.lead)}${renderRows(view.connectors)}`,
  });
}

function renderNone(view: ChooserView): Page {
  const app = appName(view);
  return renderLayout({
    site: view.site,
    title: words.noneTitle,
    forms: "here",
    card: html`${renderHead(renderAppTile(view.clientId, app), words.noneTitle, words.noneLead)}${renderRows(view.connectors)}${renderWaysOn(view, app)}${
      view.trace !== undefined && renderDetails(words.details, traceFacts(view.trace))
    }`,
  });
}

function renderWaysOn({ retryUrl, backUrl }: ChooserView, app: string): Html | false {
  const retry =
    retryUrl !== undefined &&
    html`
      <a class="btn btn--primary" href="${retryUrl}">${words.retry}</a>`;
  const back =
    backUrl !== undefined &&
    html`
      <a class="btn btn--secondary" href="${backUrl}">${words.back(app)}</a>`;
  return (
    (retry || back) &&
    html`
    <div class="actions">${retry}${back}
    </div>`
  );
}

function renderRows(connectors: readonly ChooserConnector[]): Html | false {
  if (connectors.length === 0) return false;
  return html`
    <ul class="rows" role="list" aria-label="${words.list}">${connectors.map(
      (connector) => html`
      <li>${connector.reachable ? renderLink(connector) : renderUnreachable(connector)}
      </li>`,
    )}
    </ul>`;
}

function renderLink(connector: ChooserConnector): Html {
  const name = nameOf(connector);
  return html`
        <a class="row" href="${connector.url}">
          <span class="tile ${hueClass(connector.id)}" data-type="${connector.type}" aria-hidden="true">${abbreviate(name)}</span>
          <span class="text"><span class="name">${name}</span></span>
        </a>`;
}

function renderUnreachable(connector: ChooserConnector): Html {
  const name = nameOf(connector);
  return html`
        <div class="row row--off">
          <span class="tile" data-type="${connector.type}" aria-hidden="true">${abbreviate(name)}</span>
          <span class="text"><span class="name">${name}</span><span class="note">${words.unreachable}</span></span>
        </div>`;
}

function nameOf(connector: ChooserConnector): string {
  return displayName(connector.name) || displayName(connector.id);
}
