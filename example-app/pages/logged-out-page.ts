import { type Html, html } from "../../src/pages/html.js";
import { renderIcon } from "../../src/pages/icons.js";
import { failureDetail } from "../failure.js";
import { paths } from "../paths.js";
import type { LogoutReceipt } from "../use-tokens.js";
import { renderLayout, type SiteFacts } from "./layout.js";

/** The end, with what was done to the tokens. */
export function renderLoggedOutPage(site: SiteFacts, receipt: LogoutReceipt): Html {
  const main = html`
    <div class="head">
      <span class="tile tile--big tile--ok" aria-hidden="true">${renderIcon("tick")}</span>
      <h1>You are logged out</h1>
      <p class="lead">This application has forgotten you and your tokens.</p>
    </div>
    <ul class="list" role="list">${describe(receipt).map(
      (text) => html`
      <li>${text}</li>`,
    )}
    </ul>
    <div class="actions"><a class="btn btn--primary" href="${paths.start}">Log in again</a></div>`;
  return renderLayout({ site, title: "Logged out", main });
}

function describe({ token, kind, result, check }: LogoutReceipt): readonly Html[] {
  const name = html`${kind} <code>${token}</code>`;
  if (result === "unsupported")
    return [html`<span>The provider has no revocation endpoint: the ${name} lives on until it expires.</span>`];
  if (result !== "revoked") return [html`<span>The ${name} could not be revoked. ${failureDetail(result)}</span>`];
  const revoked = html`<span>The ${name} was revoked, and the access tokens of this login with it.</span>`;
  if (kind === "access token") return [html`<span>The ${name} was revoked.</span>`];
  if (check === undefined) return [revoked];
  if (check === "still-works") return [revoked, html`<span>Sent once more to check, it still worked.</span>`];
  return check.type === "refused"
    ? [revoked, html`<span>Sent once more to check, it was refused: <code>${check.error}</code>.</span>`]
    : [revoked];
}
