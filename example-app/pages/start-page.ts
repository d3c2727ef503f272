import { type Html, html } from "../../src/pages/html.js";
import { paths } from "../paths.js";
import { renderLayout, type SiteFacts } from "./layout.js";

const scopes = [
  { name: "profile", text: "Name and username" },
  { name: "email", text: "Email address" },
  { name: "groups", text: "Groups" },
  { name: "offline_access", text: "Stay logged in" },
] as const;

/** Where everything begins. */
export function renderStartPage(site: SiteFacts): Html {
  const main = html`
    <div class="head">
      <h1>See a login from the inside</h1>
      <p class="lead">This application logs you in with OpenID Connect and shows what it gets: the claims about you, the
        tokens, and what happens when they are refreshed.</p>
    </div>
    <form class="form" method="post" action="${paths.login}">
      <button class="btn btn--primary" type="submit">Log in</button>
      <p class="note hint">You will be sent to <bdi dir="ltr">${site.issuer}</bdi></p>
      <fieldset class="asks">
        <legend>What to ask for</legend>${scopes.map(renderScope)}
      </fieldset>
      <details>
        <summary>More options</summary>
        <div class="field">
          <label for="more">More scopes</label>
          <p class="note" id="more-note">Separated by blanks, such as <code>federated:id</code></p>
          <input class="input" id="more" name="scope" maxlength="1000" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="more-note">
        </div>
        <div class="field">
          <label for="connector_id">Connector</label>
          <p class="note" id="connector-note">Its id, such as <code>local</code>. Skips the choice of how to log in</p>
          <input class="input" id="connector_id" name="connector_id" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="connector-note">
        </div>
      </details>
    </form>`;
  return renderLayout({ site, title: "Log in", main });
}

function renderScope({ name, text }: (typeof scopes)[number]): Html {
  return html`
        <div class="check">
          <input type="checkbox" id="${name}" name="scope" value="${name}" checked>
          <label for="${name}">${text}<code>${name}</code></label>
        </div>`;
}
