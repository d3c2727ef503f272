import { formatSeconds } from "./durations.js";
import { type Html, html } from "./html.js";
import { renderIcon } from "./icons.js";

export type PasswordAlert =
  | { readonly kind: "mismatch"; readonly label: string }
  | { readonly kind: "missing"; readonly fields: readonly { readonly id: string; readonly message: string }[] }
  | { readonly kind: "busy"; readonly seconds: number };

const words = {
  mismatch: (label: string) => `That ${label} and password don’t match.`,
  mismatchHint: "Check for caps lock, then type the password again.",
  severalMissing: "Two things are missing",
  busy: (wait: Html) => html`Many people are signing in just now. Wait ${wait}, then try again.`,
  busyHint: "Your password was not checked. Your account is fine.",
  busyOver: "You can try again now.",
} as const;

/** The message above the form, `#login-error` as in Dex. */
export function renderPasswordAlert(alert: PasswordAlert): Html {
  if (alert.kind === "busy") return renderBusy(alert.seconds);
  if (alert.kind === "mismatch") {
    return renderDanger(html`
        <p><strong>${words.mismatch(alert.label)}</strong></p>
        <p>${words.mismatchHint}</p>`);
  }
  const [first, ...others] = alert.fields;
  if (others.length === 0) {
    return renderDanger(html`
        <p><strong>${first?.message}</strong></p>`);
  }
  // With several fields wrong no field can take the focus for all: the list of them does.
  return renderDanger(
    html`
        <h2>${words.severalMissing}</h2>
        <ul>${alert.fields.map(
          ({ id, message }) => html`
          <li><a href="#${id}">${message}</a></li>`,
        )}
        </ul>`,
    html` tabindex="-1" autofocus`,
  );
}

function renderDanger(content: Html, attributes?: Html): Html {
  return html`
    <div class="alert alert--danger" id="login-error" role="alert"${attributes}>
      ${renderIcon("alert")}
      <div>${content}
      </div>
    </div>`;
}

function renderBusy(seconds: number): Html {
  const clock = html`<span data-countdown="${seconds}" data-done-in="wait-text" data-done="${words.busyOver}">${formatSeconds(seconds)}</span>`;
  return html`
    <div class="alert alert--warn" id="login-error">
      ${renderIcon("clock")}
      <div>
        <p><strong>${words.busy(clock)}</strong></p>
        <p id="wait-text" role="status">${words.busyHint}</p>
      </div>
    </div>`;
}
