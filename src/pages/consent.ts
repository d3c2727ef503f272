import { type ConsentScope, renderConsentScopes } from "./consent-scopes.js";
import { renderHiddenFields } from "./hidden-fields.js";
import { type Html, html } from "./html.js";
import { renderLayout } from "./layout.js";
import { findLocalPath } from "./link.js";
import { abbreviate, hueClass, initials } from "./monogram.js";
import { appName, cut } from "./names.js";
import type { Page } from "./page.js";
import type { Site } from "./site.js";

export interface ConsentView {
  readonly site: Site;
  readonly clientName: string;
  readonly clientId: string;
  /** The host that either answer leads to; empty where the app has none (a scheme of its own, out of band). */
  readonly redirectHost: string;
  readonly person: { readonly name: string; readonly email: string };
  /** What the app would get; empty: nothing personal. */
  readonly scopes: readonly ConsentScope[];
  /** Path and query of the page itself. */
  readonly action: string;
  /** The sealed flow, posted as `req`. */
  readonly flow: string;
  readonly otherAccountUrl: string;
}

const words = {
  title: (app: string) => `Allow ${app} to use your account?`,
  minimalTitle: (app: string) => `Continue to ${app}?`,
  minimalText: (app: string) =>
    `${app} asks for no personal details. It only learns that it is you, by a number that means nothing elsewhere.`,
  signedInAs: "Signed in as",
  notYou: "Not you?",
  scopes: (app: string) => `${app} will be able to`,
  allow: "Allow",
  minimalAllow: "Continue",
  cancel: "Cancel",
  outcome: (where: Html) => html`Either way you go back to ${where}. Cancel shares nothing.`,
} as const;

/** What the app would learn, with the person's own values, and two forms as Dex has them (`approval=approve`, `rejected`). */
export function renderConsent(view: ConsentView): Page {
  const app = appName(view);
  const isMinimal = view.scopes.length === 0;
  const title = isMinimal ? words.minimalTitle(app) : words.title(app);
  return renderLayout({
    site: view.site,
    title,
    forms: "elsewhere",
    card: html`${renderTop(view, app, title)}${renderPerson(view)}${isMinimal ? renderMinimal(app) : renderScopes(view, app)}
    <div class="head">
      <div class="actions">${renderAnswer(view, "approve", "btn--primary", isMinimal ? words.minimalAllow : words.allow)}${renderAnswer(view, "rejected", "btn--secondary", words.cancel)}
      </div>
      <p class="note">${words.outcome(html`<bdi>${view.redirectHost || app}</bdi>`)}</p>
    </div>`,
  });
}

function renderTop(view: ConsentView, app: string, title: string): Html {
  const { person, redirectHost } = view;
  return html`
    <div class="head">
      <div class="handoff" aria-hidden="true"><span class="tile tile--big ${hueClass(view.clientId)}">${abbreviate(app)}</span><span class="dots"></span><span class="tile tile--big tile--person ${hueClass(person.email || person.name)}">${initials(person.name || person.email)}</span></div>
      <h1>${title}</h1>${
        redirectHost !== "" &&
        html`
      <p class="lead"><bdi>${redirectHost}</bdi></p>`
      }
    </div>`;
}

function renderPerson({ person, otherAccountUrl }: ConsentView): Html {
  const [name, email] = person.name === "" ? [person.email, ""] : [person.name, person.email];
  return html`
    <div class="row">
      <span class="text"><span class="note">${words.signedInAs}</span><bdi class="name">${cut(name, 100)}</bdi>${
        email !== "" && email !== name && html`<bdi class="note">${cut(email, 100)}</bdi>`
      }</span>
      <a class="btn btn--quiet" href="${otherAccountUrl}">${words.notYou}</a>
    </div>`;
}

function renderScopes(view: ConsentView, app: string): Html {
  return html`
    <section class="head" aria-labelledby="scopes">
      <h2 id="scopes">${words.scopes(app)}</h2>${renderConsentScopes(view.scopes)}
    </section>`;
}

function renderMinimal(app: string): Html {
  return html`
    <p>${words.minimalText(app)}</p>`;
}

function renderAnswer(view: ConsentView, approval: "approve" | "rejected", style: string, label: string): Html {
  const action = findLocalPath(view.action);
  return html`
        <form method="post"${action !== undefined && html` action="${action}"`}>${renderHiddenFields([
          ["req", view.flow],
          ["approval", approval],
        ])}
          <button class="btn ${style}" type="submit">${label}</button>
        </form>`;
}
