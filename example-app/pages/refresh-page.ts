import { type Html, html } from "../../src/pages/html.js";
import { isPersonal } from "../claim-meanings.js";
import { type ClaimChanges, type HistoryEntry, type Login, lastCharacters } from "../login.js";
import { paths } from "../paths.js";
import { formatClock, formatDate, formatDistance } from "../times.js";
import { renderLayout, type SiteFacts } from "./layout.js";
import { explainLatest } from "./refresh-outcome.js";

export interface RefreshPage {
  readonly site: SiteFacts;
  readonly login: Login;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Refreshing, repeating a refresh, and what came of each. */
export function renderRefreshPage({ site, login, now }: RefreshPage): Html {
  const main = html`
    <div class="head">
      <h1>Refresh tokens</h1>
      <p class="lead">A refresh token gets new tokens without asking you to log in again. Each refresh replaces it.</p>
    </div>${explainLatest(login)}
    <section class="card sheet" aria-label="Actions">${renderActions(login, now)}
    </section>
    <section class="card sheet" aria-labelledby="history">
      <h2 id="history">History</h2>
      <table class="history">
        <thead><tr><th scope="col">Time</th><th scope="col">What</th><th scope="col">Refresh token</th><th scope="col">Access until</th><th scope="col">ID token</th></tr></thead>
        <tbody>${login.history.map((entry) => renderEntry(entry, login)).reverse()}
        </tbody>
      </table>
    </section>`;
  return renderLayout({ site, title: "Refresh tokens", main, tab: "refresh" });
}

function renderActions({ current, previous, hasEnded }: Login, now: number): Html {
  if (hasEnded)
    return html`
      <p>This login has ended at the provider. Nothing that came from it can be used any more.</p>
      <form method="post" action="${paths.logout}"><button class="btn btn--primary" type="submit">Log out and start again</button></form>`;
  if (current.refreshToken === undefined)
    return html`
      <p>There is no refresh token: this login did not ask for the scope <code>offline_access</code>, or the provider did not
        grant it. Log out, and log in with “Stay logged in”.</p>`;
  return html`
      <div class="action">
        <form method="post" action="${paths.refresh}"><button class="btn btn--primary" type="submit">Refresh</button></form>
        <p class="note">Sends the current token, <code>${lastCharacters(current.refreshToken)}</code></p>
      </div>${
        previous !== undefined &&
        html`
      <div class="action">
        <form method="post" action="${paths.replay}"><button class="btn btn--secondary" type="submit">Send the previous refresh token again</button></form>
        <p class="note">Sends <code>${lastCharacters(previous.token)}</code>, superseded at ${formatClock(previous.supersededAt)}
          (${formatDistance(previous.supersededAt, now)}). Within the reuse window, by default 30 seconds, Latchkey answers
          with the current token. Later it ends the login.</p>
      </div>`
      }`;
}

const kinds = { login: "Login", refresh: "Refresh", replay: "Previous token" } as const;

function renderEntry({ kind, at, sent, outcome }: HistoryEntry, { current }: Login): Html {
  const when = html`<td><time datetime="${new Date(at).toISOString()}">${formatClock(at)}</time></td>`;
  const what = html`<td>${kinds[kind]}${sent !== undefined && html`<br><span class="note">sent <code>${lastCharacters(sent)}</code></span>`}</td>`;
  if (outcome.type !== "received") {
    const [badge, detail] =
      outcome.type === "refused" ? ["refused", outcome.description || outcome.error] : ["no answer", outcome.detail];
    return html`
          <tr>${when}${what}<td><span class="badge badge--danger">${badge}</span></td><td colspan="2" class="note">${detail}</td></tr>`;
  }
  const { refreshToken, expiresAt } = outcome.tokens;
  return html`
          <tr>${when}${what}<td>${refreshToken === undefined ? "none" : html`<code>${lastCharacters(refreshToken)}</code>`}${renderBadge(
            refreshToken,
            current.refreshToken,
          )}</td><td data-label="Access until">${expiresAt === undefined ? "not told" : formatDate(expiresAt)}</td><td>${
            kind === "login" ? html`<span class="note">first tokens</span>` : renderChanges(outcome.changes)
          }</td></tr>`;
}

function renderBadge(token: string | undefined, current: string | undefined): Html | false {
  if (token === undefined) return false;
  return token === current
    ? html` <span class="badge badge--ok">current</span>`
    : html` <span class="badge">superseded</span>`;
}

function renderChanges({ added, changed, gone }: ClaimChanges): Html {
  const lists = [
    { word: "new value", names: changed },
    { word: "added", names: added },
    { word: "not repeated", names: gone },
  ].filter(({ names }) => names.length > 0);
  if (lists.length === 0) return html`<span class="note">none</span>`;
  const isAboutPerson = [...added, ...changed, ...gone].some(isPersonal);
  return html`${lists.map(({ word, names }) => html`<span class="note">${word}: <code>${names.join(" ")}</code></span><br>`)}<span class="note">${
    isAboutPerson ? "The facts about you have changed" : "About you: no change"
  }</span>`;
}
