import { type Html, html } from "../../src/pages/html.js";
import { type IconName, renderIcon } from "../../src/pages/icons.js";
import { type Answer, createPageAnswer } from "../answer.js";
import { type Failure, failureDetail } from "../failure.js";
import { paths } from "../paths.js";
import { renderLayout, type SiteFacts } from "./layout.js";

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly lead: Html;
  readonly icon?: IconName;
  /** For whoever set this up. */
  readonly detail?: string;
  readonly wayOn?: string;
  readonly reloadAfter?: number;
}

/** Answers to `GET /` and to the start of a login where the provider can't be used. */
export function renderProviderPage(site: SiteFacts, failure: Failure): Answer {
  const issuer = html`<bdi dir="ltr">${site.issuer}</bdi>`;
  const detail = failureDetail(failure);
  if (failure.type === "unreachable") {
    return renderProblem(site, {
      status: 503,
      icon: "clock",
      title: "Waiting for the provider",
      lead: html`Nothing answers as a provider at ${issuer} yet. Start Latchkey in another terminal with
        <code>npm start</code>. This page looks again every three seconds.`,
      detail,
      wayOn: "Look again now",
      reloadAfter: 3,
    });
  }
  if (failure.type === "other-issuer") {
    return renderProblem(site, {
      status: 502,
      title: "This is another issuer",
      lead: html`The provider at ${issuer} calls itself <bdi dir="ltr">${failure.found}</bdi>. An application must not go on
        then. Start this one with <code>--issuer</code> and exactly that value.`,
      detail,
      wayOn: "Try again",
    });
  }
  return renderProblem(site, {
    status: 502,
    title: "The provider can't be used",
    lead: html`What ${issuer} answers is not what this application expects of an OpenID provider.`,
    detail,
    wayOn: "Try again",
  });
}

/** Answers to a callback that belongs to a login of this browser and brought no tokens. */
export function renderLoginFailurePage(site: SiteFacts, failure: Failure): Answer {
  const detail = failureDetail(failure);
  const wayOn = "Back to the start";
  if (failure.type === "unreachable") {
    return renderProblem(site, {
      status: 502,
      icon: "plug",
      title: "The provider went away",
      lead: html`It did not answer when this application asked for the tokens. Your account is fine. Start the login again.`,
      detail,
      wayOn,
    });
  }
  if (failure.type !== "refused") {
    return renderProblem(site, {
      status: 400,
      title: "The answer can't be trusted",
      lead: html`What came back does not belong to this login or does not come from the expected provider. Nobody was logged
        in.`,
      detail,
      wayOn,
    });
  }
  return renderRefusalPage(site, failure.error, detail);
}

function renderRefusalPage(site: SiteFacts, error: string, detail: string): Answer {
  if (error === "access_denied") {
    return renderProblem(site, {
      status: 403,
      icon: "barred",
      title: "You did not log in",
      lead: html`The login was cancelled, or the provider does not let you in here. This application has learned nothing about
        you.`,
      detail,
      wayOn: "Try again",
    });
  }
  if (error === "invalid_client") {
    return renderProblem(site, {
      status: 400,
      title: "The provider does not know this application",
      lead: html`Its client id or secret is wrong. Compare the flags that this application was started with to the
        provider's configuration.`,
      detail,
      wayOn: "Back to the start",
    });
  }
  return renderProblem(site, {
    status: 400,
    title: "The provider refused the login",
    lead: html`It did not like what this application asked for. The details say why; a scope or a connector may be wrong.`,
    detail,
    wayOn: "Back to the start",
  });
}

/** Answers to a callback that belongs to no login of this browser. */
export function renderExpiredPage(site: SiteFacts): Answer {
  return renderProblem(site, {
    status: 400,
    icon: "clock",
    title: "This login is no longer open",
    lead: html`It was started too long ago, in another browser, or it has been finished already. Nothing was lost.`,
    wayOn: "Start again",
  });
}

export function renderTooLongPage(site: SiteFacts): Answer {
  return renderProblem(site, {
    status: 414,
    title: "That was too much",
    lead: html`The address or the form is longer than anything this application needs.`,
    wayOn: "Back to the start",
  });
}

export function renderForeignFormPage(site: SiteFacts): Answer {
  return renderProblem(site, {
    status: 403,
    title: "That came from another site",
    lead: html`This application takes forms from its own pages only.`,
    wayOn: "Back to the start",
  });
}

export function renderUnknownPage(site: SiteFacts): Answer {
  return renderProblem(site, {
    status: 404,
    title: "There is no such page",
    lead: html`The address may be misspelt.`,
    wayOn: "Back to the start",
  });
}

export function renderBrokenPage(site: SiteFacts): Answer {
  return renderProblem(site, {
    status: 500,
    title: "Something broke in this application",
    lead: html`That should not happen. The terminal in which it runs shows what it was.`,
    wayOn: "Back to the start",
  });
}

function renderProblem(site: SiteFacts, problem: Problem): Answer {
  const { status, title, lead, icon = "warning", detail, wayOn = "Back to the start", reloadAfter } = problem;
  const main = html`
    <div class="head">
      <span class="tile tile--big tile--warn" aria-hidden="true">${renderIcon(icon)}</span>
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
    </div>
    <div class="actions"><a class="btn btn--primary" href="${paths.start}">${wayOn}</a></div>${
      detail !== undefined &&
      html`
    <details>
      <summary>For the person who set this up</summary>
      <p class="note">${detail.slice(0, 500)}</p>
    </details>`
    }`;
  return createPageAnswer(
    status,
    renderLayout({ site, title, main, ...(reloadAfter !== undefined && { reloadAfter }) }),
  );
}
