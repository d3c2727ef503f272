import type { PageProblem } from "../../oidc/page-error.js";
import { html } from "../html.js";
import { appName, displayName, showReceived } from "../names.js";
import type { Notice } from "./notice.js";

type Problem<Kind extends PageProblem["kind"]> = Extract<PageProblem, { readonly kind: Kind }>;

const words = {
  helpDesk: "Details for the help desk",
  otherAccount: "Use another account",
  tryAgain: "Try again",
  back: (app: string) => `Back to ${app}`,
  notAllowed: {
    title: (app: string) => `Your account can’t open ${app}`,
    lead: (app: string) => html`Your account is not on the list for ${app}. Nothing was shared.`,
    text: (app: string) =>
      html`Do you need it? Ask the people who run ${app}, or your help desk, to add you. If you were added only now, sign in again so that we see it.`,
    account: "Account",
  },
  denied: {
    title: (connector: string) => `${connector} did not sign you in`,
    lead: (app: string) =>
      html`It was cancelled there, or your account there can’t be used for ${app}. Nothing was shared.`,
  },
  ticket: {
    title: (connector: string) => `${connector} did not recognise this computer`,
    lead: html`It signs people in by the account of their computer, and this browser sent none that counts here.`,
    text: html`Sign in to your computer with your work account, then try again. If you have, ask your help desk whether this browser may use it for this site.`,
  },
} as const;

/** The rule that said no is for the log: whoever is turned away does not learn which group would do. */
export function notAllowed(problem: Omit<Problem<"not-allowed">, "rule">): Notice {
  const app = appName(problem);
  const { title, lead, text, account } = words.notAllowed;
  return {
    title: title(app),
    icon: "barred",
    lead: lead(app),
    text: text(app),
    actions: [
      { label: words.otherAccount, url: problem.otherAccountUrl },
      { label: words.back(app), url: problem.backUrl },
    ],
    detailsFor: words.helpDesk,
    facts: [[account, showReceived(problem.account)]],
  };
}

export function deniedUpstream(problem: Problem<"denied-upstream">): Notice {
  const app = appName(problem);
  const { title, lead } = words.denied;
  return {
    title: title(displayName(problem.connectorName)),
    icon: "barred",
    lead: lead(app),
    actions: [
      { label: words.tryAgain, url: problem.retryUrl },
      { label: words.otherAccount, url: problem.otherAccountUrl },
    ],
    quiet: { label: words.back(app), url: problem.backUrl },
    detailsFor: words.helpDesk,
  };
}

export function ticketNeeded(problem: Problem<"ticket-needed">): Notice {
  const { title, lead, text } = words.ticket;
  const { otherAccountUrl, retryUrl, backUrl } = problem;
  return {
    title: title(displayName(problem.connectorName)),
    icon: "barred",
    lead,
    text,
    actions: [
      { label: words.tryAgain, url: retryUrl },
      ...(otherAccountUrl === undefined ? [] : [{ label: words.otherAccount, url: otherAccountUrl }]),
    ],
    quiet: { label: words.back(appName(problem)), url: backUrl },
    detailsFor: words.helpDesk,
  };
}
