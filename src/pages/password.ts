import { formatSeconds } from "./durations.js";
import { type Html, html } from "./html.js";
import { renderIcon } from "./icons.js";
import { renderHead, renderLayout } from "./layout.js";
import { findLocalPath } from "./link.js";
import { renderAppTile } from "./monogram.js";
import { appName, displayName, lowerLabel } from "./names.js";
import type { Page } from "./page.js";
import { renderPasswordAlert } from "./password-alert.js";
import type { Site } from "./site.js";

/** Why the form came back. The same for known and unknown user names. */
export type PasswordProblem =
  | { readonly kind: "mismatch" }
  /** True for each field that was left empty. */
  | { readonly kind: "missing"; readonly username: boolean; readonly password: boolean }
  /** Nothing was checked: too many others wait. */
  | { readonly kind: "busy"; readonly seconds: number };

export interface PasswordView {
  readonly site: Site;
  readonly clientName: string;
  readonly clientId: string;
  readonly connectorName: string;
  /** Path and query of the page itself. */
  readonly action: string;
  /** The sealed flow, posted as `req`. */
  readonly flow: string;
  /** Empty: "Username". */
  readonly usernameLabel: string;
  readonly username: string;
  readonly problem?: PasswordProblem;
  readonly otherAccountUrl?: string;
}

const words = {
  heading: (app: string) => `Sign in to ${app}`,
  errorTitle: (heading: string) => `Error: ${heading}`,
  waitTitle: (heading: string, seconds: string) => `Wait ${seconds}: ${heading}`,
  lead: (connector: string) => html`With your ${connector} account.`,
  username: "Username",
  usernameMissing: (label: string) => `Type your ${label}.`,
  password: "Password",
  passwordMissing: "Type your password.",
  show: "Show",
  hide: "Hide",
  showPassword: "Show password",
  hidePassword: "Hide password",
  submit: "Sign in",
  otherAccount: "Use another account",
} as const;

/** The password form. Names and ids (`login`, `password`, `#submit-login`, `#login-error`) are Dex's: automation relies on them. */
export function renderPassword(view: PasswordView): Page {
  const app = appName(view);
  const heading = words.heading(app);
  return renderLayout({
    site: view.site,
    title: titleOf(heading, view.problem),
    forms: "elsewhere",
    card: html`${renderHead(renderAppTile(view.clientId, app), heading, words.lead(displayName(view.connectorName)))}${renderAlert(view)}${renderForm(view)}${
      view.otherAccountUrl !== undefined &&
      html`
    <div class="more">
      <a class="btn btn--quiet" href="${view.otherAccountUrl}">${words.otherAccount}</a>
    </div>`
    }`,
  });
}

function titleOf(heading: string, problem: PasswordProblem | undefined): string {
  if (problem === undefined) return heading;
  return problem.kind === "busy" ? words.waitTitle(heading, formatSeconds(problem.seconds)) : words.errorTitle(heading);
}

function labelOf(view: PasswordView): string {
  return displayName(view.usernameLabel) || words.username;
}

function missingUsername(view: PasswordView): string {
  return words.usernameMissing(lowerLabel(labelOf(view)));
}

function renderAlert(view: PasswordView): Html | false {
  const { problem } = view;
  if (problem === undefined) return false;
  if (problem.kind === "missing") {
    const fields = [
      ...(problem.username ? [{ id: "login", message: missingUsername(view) }] : []),
      ...(problem.password ? [{ id: "password", message: words.passwordMissing }] : []),
    ];
    return renderPasswordAlert({ kind: "missing", fields });
  }
  return renderPasswordAlert(
    problem.kind === "busy" ? problem : { kind: "mismatch", label: lowerLabel(labelOf(view)) },
  );
}

/** How a field is marked: with its own message where several are wrong, with the alert where it is the only one. */
interface FieldState {
  readonly invalid: boolean;
  readonly describedBy?: string;
  /** Shown above the field as well. */
  readonly message?: string;
  readonly focus: boolean;
}

function fieldStates(view: PasswordView): { readonly login: FieldState; readonly password: FieldState } {
  const { problem } = view;
  if (problem?.kind === "missing" && problem.username && problem.password) {
    return {
      login: { invalid: true, describedBy: "login-message", message: missingUsername(view), focus: false },
      password: { invalid: true, describedBy: "password-message", message: words.passwordMissing, focus: false },
    };
  }
  if (problem?.kind === "missing") {
    const described = { invalid: true, describedBy: "login-error", focus: true };
    const fine = { invalid: false, focus: false };
    return problem.username ? { login: described, password: fine } : { login: fine, password: described };
  }
  const described = problem === undefined ? {} : { describedBy: "login-error" };
  const typesPassword = problem !== undefined || view.username !== "";
  return {
    login: { invalid: false, ...described, focus: !typesPassword },
    password: { invalid: problem?.kind === "mismatch", ...described, focus: typesPassword },
  };
}

function renderForm(view: PasswordView): Html {
  const { login, password } = fieldStates(view);
  const action = findLocalPath(view.action);
  return html`
    <form class="form" method="post"${action !== undefined && html` action="${action}"`}>
      <input type="hidden" name="req" value="${view.flow}">
      <div class="field">
        <label for="login">${labelOf(view)}</label>${renderMessage(login)}
        <input class="input" id="login" name="login" type="text" value="${view.username}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required${renderState(login)}>
      </div>
      <div class="field">
        <label for="password">${words.password}</label>${renderMessage(password)}
        <div class="group">
          <input class="input" id="password" name="password" type="password" autocomplete="current-password" required${renderState(password)}>
          <button class="btn btn--secondary" type="button" hidden data-reveal="password" data-show="${words.show}" data-hide="${words.hide}" data-show-label="${words.showPassword}" data-hide-label="${words.hidePassword}" aria-label="${words.showPassword}" aria-controls="password">${words.show}</button>
        </div>
      </div>
      <button class="btn btn--primary" id="submit-login" type="submit">${words.submit}</button>
    </form>`;
}

function renderState({ invalid, describedBy, focus }: FieldState): Html {
  return html`${invalid && html` aria-invalid="true"`}${describedBy !== undefined && html` aria-describedby="${describedBy}"`}${focus && html` autofocus`}`;
}

function renderMessage({ message, describedBy }: FieldState): Html | false {
  if (message === undefined || describedBy === undefined) return false;
  return html`
        <p class="error" id="${describedBy}">${renderIcon("alert")}${message}</p>`;
}
