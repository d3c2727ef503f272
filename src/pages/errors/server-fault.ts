import type { RequestTrace } from "../details.js";
import { html } from "../html.js";
import type { Page } from "../page.js";
import type { Site } from "../site.js";
import { type Action, renderNotice } from "./notice.js";

export interface ServerFaultView extends RequestTrace {
  readonly site: Site;
  /** The same page again, where it is safe to ask for it again. */
  readonly retryUrl?: string;
}

const words = {
  title: "Something went wrong on our side",
  lead: html`You did nothing wrong, and your account is fine. It often works on the second try.`,
  goBack: html`Go back to the app and start from there. If it happens again, give your help desk the request id below.`,
  tryAgain: "Try again",
  detailsFor: "Details for the help desk",
} as const;

/** The page for a fault: nothing of its cause is shown, the log has it under the request id. */
export function renderServerFault({ site, retryUrl, ...trace }: ServerFaultView): Page {
  const actions: readonly Action[] = retryUrl === undefined ? [] : [{ label: words.tryAgain, url: retryUrl }];
  return renderNotice(site, trace, {
    title: words.title,
    icon: "warning",
    tone: "warn",
    lead: words.lead,
    text: words.goBack,
    actions,
    detailsFor: words.detailsFor,
  });
}
