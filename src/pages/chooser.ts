import type { ConnectorIconName } from "../platform/connector-icon.js";
import { renderConnectorIcon } from "./connector-icons.js";
import { type RequestTrace, renderDetails, traceFacts } from "./details.js";
import { renderHiddenFields } from "./hidden-fields.js";
import { type Html, html } from "./html.js";
import { renderIcon } from "./icons.js";
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
  /** Absent: letters of its name. */
  readonly picture?: ConnectorPicture;
  /** Where choosing it leads. */
  readonly url: string;
  /** False: shown grey, without a link. */
  readonly reachable: boolean;
}

export type ConnectorPicture =
  | { readonly kind: "drawing"; readonly name: ConnectorIconName }
  | { readonly kind: "image"; readonly url: string };

export interface ChooserView {
  readonly site: Site;
  readonly clientName: string;
  readonly clientId: string;
  /** In the order they are shown. */
  readonly connectors: readonly ChooserConnector[];
  /** Asks for an e-mail address that leads to a connector. */
  readonly addressField?: AddressField;
  /** This page again; offered where no connector is reachable. */
  readonly retryUrl?: string;
  /** The app; offered where no connector is reachable. */
  readonly backUrl?: string;
  readonly trace?: RequestTrace;
}

export interface AddressField {
  /** Path that the form is sent to, by GET. */
  readonly action: string;
  /** The sealed flow. */
  readonly flow: string;
  /** What stands in the field already. */
  readonly address: string;
  /** True: it leads nowhere. The same for every such address. */
  readonly isUnknown: boolean;
}

const words = {
  title: (app: string) => `Sign in to ${app}`,
  errorTitle: (title: string) => `Error: ${title}`,
  lead: html`Choose the account you want to use.`,
  addressLead: html`Your email address tells us where to send you.`,
  address: "Email address",
  addressUnknown: "No account service is known for this address. Check it, or choose an account below.",
  continue: "Continue",
  or: "or choose an account",
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
  const field = view.addressField;
  const lead = field === undefined ? words.lead : words.addressLead;
  return renderLayout({
    site: view.site,
    title: field?.isUnknown ? words.errorTitle(title) : title,
    // The address leads on to the account service.
    forms: field === undefined ? "here" : "elsewhere",
    card: html`${renderHead(renderAppTile(view.clientId, app), title, lead)}${field && renderAddressForm(field)}${renderRows(view.connectors)}`,
  });
}

/** By GET, as the links of the rows: what follows is an ordinary step of the login. */
function renderAddressForm({ action, flow, address, isUnknown }: AddressField): Html {
  const problem =
    isUnknown &&
    html`
        <p class="error" id="login_hint-message">${renderIcon("alert")}${words.addressUnknown}</p>`;
  const state = isUnknown && html` aria-invalid="true" aria-describedby="login_hint-message"`;
  return html`
    <form class="form" method="get" action="${action}">${renderHiddenFields([["flow", flow]])}
      <div class="field">
        <label for="login_hint">${words.address}</label>${problem}
        <input class="input" id="login_hint" name="login_hint" type="email" value="${address}" autocomplete="username" autocapitalize="none" spellcheck="false" dir="ltr" required autofocus${state}>
      </div>
      <button class="btn btn--primary" type="submit">${words.continue}</button>
    </form>
    <p class="or">${words.or}</p>`;
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
          <span class="tile ${hueClass(connector.id)}" data-type="${connector.type}" aria-hidden="true">${renderPicture(connector)}</span>
          <span class="text"><span class="name">${name}</span></span>
        </a>`;
}

function renderUnreachable(connector: ChooserConnector): Html {
  const name = nameOf(connector);
  return html`
        <div class="row row--off">
          <span class="tile" data-type="${connector.type}" aria-hidden="true">${renderPicture(connector)}</span>
          <span class="text"><span class="name">${name}</span><span class="note">${words.unreachable}</span></span>
        </div>`;
}

/** The name stands beside it: without an alternative text it is passed over. */
function renderPicture(connector: ChooserConnector): Html | string {
  const { picture } = connector;
  if (picture === undefined) return abbreviate(nameOf(connector));
  return picture.kind === "drawing" ? renderConnectorIcon(picture.name) : html`<img src="${picture.url}" alt="">`;
}

function nameOf(connector: ChooserConnector): string {
  return displayName(connector.name) || displayName(connector.id);
}
