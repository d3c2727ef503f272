import type { PageProblem, WayOn } from "../../oidc/page-error.js";
import { formatSeconds } from "../durations.js";
import { type Html, html } from "../html.js";
import { displayName } from "../names.js";
import type { Action, Notice } from "./notice.js";

type Problem<Kind extends PageProblem["kind"]> = Extract<PageProblem, { readonly kind: Kind }>;

const words = {
  details: "Details",
  helpDesk: "For your help desk",
  startAgain: "Start again",
  tryAgain: "Try again",
  goBack: html`Go back to the app and start from there. It opens a fresh page.`,
  leadsTo: (host: Html) => html`This takes you to ${host}, which opens a fresh page.`,
  expired: {
    title: "This sign-in page has expired",
    lead: html`It was open for a while, or came from a bookmark. Nothing is wrong with your account.`,
    bookmark: (host: Html) =>
      html`This takes you to ${host}, which opens a fresh page. To save a bookmark, save that address.`,
  },
  otherBrowser: {
    title: "This sign-in began in another browser",
    lead: html`Or this browser does not keep cookies, which signing in needs. To keep your account safe, it can’t go on here. Nothing is wrong with your account.`,
  },
  alreadyDone: {
    title: "You have already signed in",
    lead: html`This step was finished a moment ago, perhaps by a double click or in another tab. There is nothing left to do here.`,
    back: (app: string) => `Continue to ${app}`,
    goBack: (app: string) => html`You can close this page. If ${app} still waits for you, start again.`,
  },
  unavailable: {
    title: (connector: string) => `${connector} is not reachable just now`,
    lead: html`It is not answering us. Your account is fine, and there is nothing you need to change.`,
  },
  busy: {
    title: "Many people are signing in just now",
    lead: (wait: Html) => html`Wait ${wait}, then try again.`,
    hint: html`Nothing was changed, and your account is fine.`,
    over: "You can try again now.",
  },
} as const;

export function expired({ startAgain }: Problem<"expired">): Notice {
  const { title, lead, bookmark } = words.expired;
  return { title, icon: "clock", lead, ...waysOn(startAgain, bookmark), detailsFor: words.details };
}

export function otherBrowser({ startAgain }: Problem<"other-browser">): Notice {
  const { title, lead } = words.otherBrowser;
  return { title, icon: "barred", lead, ...waysOn(startAgain, words.leadsTo), detailsFor: words.details };
}

export function alreadyDone({ clientName, startAgain }: Problem<"already-done">): Notice {
  const { title, lead, back, goBack } = words.alreadyDone;
  const app = displayName(clientName);
  const notice: Notice = { title, icon: "tick", tone: "ok", lead, actions: [], detailsFor: words.details };
  // An app without a site has no address to continue at: a link could only begin a second sign-in.
  if (startAgain?.host === undefined) return { ...notice, text: goBack(app), ...quietStart(startAgain) };
  return { ...notice, actions: [{ label: back(app), url: startAgain.url }] };
}

export function connectorUnavailable({
  connectorName,
  retryUrl,
  startAgain,
}: Problem<"connector-unavailable">): Notice {
  return {
    title: words.unavailable.title(displayName(connectorName)),
    icon: "warning",
    tone: "warn",
    lead: words.unavailable.lead,
    actions: [{ label: words.tryAgain, url: retryUrl }, ...(startAgain === undefined ? [] : [startAction(startAgain)])],
    detailsFor: words.helpDesk,
  };
}

export function busy({ retryUrl, retryAfter }: Problem<"busy">): Notice {
  const { title, lead, hint, over } = words.busy;
  const clock = html`<span data-countdown="${retryAfter}" data-done-in="wait-text" data-done="${over}">${formatSeconds(retryAfter)}</span>`;
  return {
    title,
    icon: "clock",
    tone: "warn",
    lead: lead(clock),
    text: html`<span id="wait-text" role="status">${hint}</span>`,
    actions: [{ label: words.tryAgain, url: retryUrl ?? "" }],
    detailsFor: words.helpDesk,
  };
}

function waysOn(
  startAgain: WayOn | undefined,
  leadsTo: (host: Html) => Html,
): Pick<Notice, "actions" | "text" | "note"> {
  if (startAgain === undefined) return { actions: [], text: words.goBack };
  const actions = [startAction(startAgain)];
  return startAgain.host === undefined ? { actions } : { actions, note: leadsTo(html`<bdi>${startAgain.host}</bdi>`) };
}

function quietStart(startAgain: WayOn | undefined): Pick<Notice, "quiet"> {
  return startAgain === undefined ? {} : { quiet: startAction(startAgain) };
}

function startAction(startAgain: WayOn): Action {
  return { label: words.startAgain, url: startAgain.url };
}
