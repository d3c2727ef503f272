import { type Html, html } from "../../src/pages/html.js";
import { initials } from "../../src/pages/monogram.js";
import { listClaims, type ShownClaim } from "../claim-meanings.js";
import { type Failure, failureDetail } from "../failure.js";
import type { Claims, Login } from "../login.js";
import { paths } from "../paths.js";
import { findClaims } from "../read-claims.js";
import { formatDate, formatDistance } from "../times.js";
import { renderLayout, type SiteFacts } from "./layout.js";

export type UserInfo = { readonly claims: Claims } | { readonly failure: Failure };

export interface ClaimsPage {
  readonly site: SiteFacts;
  readonly login: Login;
  /** Asked for this page. */
  readonly userInfo: UserInfo;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Who is logged in, and everything the provider said. */
export function renderClaimsPage({ site, login, userInfo, now }: ClaimsPage): Html {
  const { claims, accessToken } = login.current;
  const accessClaims = findClaims(accessToken);
  const main = html`${renderPerson(site, claims)}
    ${renderSection(
      "id-token",
      "ID token",
      "Tells this application who logged in. Its signature, issuer, audience, nonce and times have been checked.",
      renderClaims(claims, now),
    )}
    ${renderSection(
      "access-token",
      "Access token",
      "For APIs, and for the UserInfo endpoint. This application only looks into it to show it to you.",
      accessClaims === undefined
        ? html`<p>This provider's access token is not a JWT: only the provider can read it.</p>`
        : renderClaims(accessClaims, now),
    )}
    ${renderSection("userinfo", "UserInfo", "What the provider answered just now to the access token.", renderUserInfo(userInfo, now))}
    ${renderRawTokens(login)}`;
  return renderLayout({ site, title: "Logged in", main, tab: "claims" });
}

function renderPerson(site: SiteFacts, claims: Claims): Html {
  const text = (name: string) => (typeof claims[name] === "string" ? claims[name] : undefined);
  const name = text("name") ?? text("preferred_username") ?? text("email") ?? text("sub") ?? "";
  return html`
    <div class="person">
      <span class="tile tile--big tile--person m2" aria-hidden="true">${initials(name)}</span>
      <div class="text">
        <h1>You are logged in as <bdi>${name}</bdi></h1>
        <p class="lead">This is what <bdi dir="ltr">${site.issuer}</bdi> says about you.</p>
      </div>
      <form method="post" action="${paths.refresh}"><button class="btn btn--primary" type="submit">Refresh</button></form>
    </div>`;
}

function renderSection(id: string, title: string, note: string, content: Html): Html {
  return html`<section class="card sheet" aria-labelledby="${id}">
      <div class="head">
        <h2 id="${id}">${title}</h2>
        <p class="note">${note}</p>
      </div>
      ${content}
    </section>`;
}

function renderClaims(claims: Claims, now: number): Html {
  return html`<table class="claims">
        <thead><tr><th scope="col">Claim</th><th scope="col">Value</th><th scope="col">What it means</th></tr></thead>
        <tbody>${listClaims(claims).map(
          (claim) => html`
          <tr><th scope="row"><code>${claim.name}</code></th><td>${renderValue(claim, now)}</td><td class="note">${claim.meaning}</td></tr>`,
        )}
        </tbody>
      </table>`;
}

function renderValue({ value, time }: ShownClaim, now: number): Html {
  if (time !== undefined)
    return html`<time datetime="${new Date(time).toISOString()}">${formatDate(time)}</time> <span class="note">${formatDistance(time, now)}</span>`;
  if (typeof value === "string") return value.length > 32 ? html`<code>${value}</code>` : html`<bdi>${value}</bdi>`;
  if (typeof value === "boolean") return html`${value ? "yes" : "no"}`;
  if (Array.isArray(value) && value.every((each) => typeof each === "string"))
    return html`${value.map((each: string) => html`<bdi class="badge">${each}</bdi> `)}`;
  return html`<code>${JSON.stringify(value)}</code>`;
}

function renderUserInfo(userInfo: UserInfo, now: number): Html {
  if ("claims" in userInfo) return renderClaims(userInfo.claims, now);
  return html`<p class="error">No answer about you. The access token may have been revoked or have expired, or the provider
        is not reachable.</p>
      <p class="note">${failureDetail(userInfo.failure)}</p>`;
}

function renderRawTokens({ current }: Login): Html {
  const tokens = [
    { name: "ID token", text: current.idToken },
    { name: "Access token", text: current.accessToken },
    { name: "Refresh token", text: current.refreshToken },
  ];
  return html`<section class="card sheet" aria-label="Raw tokens">
      <details class="raw">
        <summary>Raw tokens</summary>
        <p class="note">A click selects a whole token; copy it with Ctrl-C or ⌘C. Whoever holds them can act as you.</p>${tokens.map(
          ({ name, text }) => html`
        <h3>${name}</h3>
        ${text === undefined ? html`<p class="note">There is none. A refresh token needs the scope offline_access.</p>` : html`<pre class="token" dir="ltr" tabindex="0">${text}</pre>`}`,
        )}
      </details>
    </section>`;
}
