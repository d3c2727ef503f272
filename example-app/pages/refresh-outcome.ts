import { type Html, html } from "../../src/pages/html.js";
import { renderIcon } from "../../src/pages/icons.js";
import { type HistoryEntry, type Login, lastCharacters } from "../login.js";
import { renderAlert } from "./layout.js";

/** What just happened, in plain words; nothing before the first refresh. */
export function explainLatest({ history }: Login): Html | false {
  const latest = history.at(-1);
  if (latest === undefined || latest.kind === "login") return false;
  if (latest.outcome.type === "received") return explainReceived(latest, latest.outcome);
  if (latest.outcome.type === "failed") {
    return renderAlert(
      "warn",
      renderIcon("warning"),
      "The provider did not answer as it should",
      html`Nothing is lost: the refresh token stays valid. Try again in a moment. <span class="note">${latest.outcome.detail}</span>`,
    );
  }
  return explainRefused(latest, latest.outcome);
}

type Received = Extract<HistoryEntry["outcome"], { readonly type: "received" }>;
type Refused = Extract<HistoryEntry["outcome"], { readonly type: "refused" }>;

function explainReceived({ kind, sent = "" }: HistoryEntry, { isSame, tokens }: Received): Html {
  const now = html`<code>${lastCharacters(tokens.refreshToken ?? "")}</code>`;
  const tick = renderIcon("tick");
  if (kind === "replay" && isSame) {
    return renderAlert(
      "ok",
      tick,
      "You got the current token again",
      html`The token sent, <code>${lastCharacters(sent)}</code>, was superseded only a moment ago: this could be an
        application that lost the answer. So the provider repeated it, ${now}, and rotated nothing. The login goes on.`,
    );
  }
  if (isSame) {
    return renderAlert(
      "ok",
      tick,
      "New tokens, the same refresh token",
      html`This provider does not rotate the refresh token of this application: ${now} stays in use.`,
    );
  }
  return renderAlert(
    "ok",
    tick,
    "New tokens",
    html`The refresh token <code>${lastCharacters(sent)}</code> is superseded, ${now} is the current one. The ID token and the
        access token are new, too.`,
  );
}

function explainRefused({ kind }: HistoryEntry, { error, description }: Refused): Html {
  const said = html`<span class="note">The provider said: ${description === "" ? error : `${error}, ${description}`}</span>`;
  const icon = renderIcon("barred");
  if (error !== "invalid_grant") {
    return renderAlert(
      "danger",
      icon,
      "The refresh was refused",
      html`The provider does not accept the request. ${said}`,
    );
  }
  if (kind === "replay") {
    return renderAlert(
      "danger",
      icon,
      "Refused: this token was superseded too long ago",
      html`No honest application sends it any more, so Latchkey takes it for stolen and ends the whole login. Press Refresh:
        the current token is refused as well. ${said}`,
    );
  }
  return renderAlert(
    "danger",
    icon,
    "The refresh token was refused",
    html`It has expired or was revoked, or an old one was used again. The login has ended; log in again to go on. ${said}`,
  );
}
