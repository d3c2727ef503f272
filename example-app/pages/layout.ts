import { type Html, html } from "../../src/pages/html.js";
import { paths } from "../paths.js";

export interface SiteFacts {
  readonly issuer: string;
  readonly clientId: string;
}

export interface Layout {
  readonly site: SiteFacts;
  readonly title: string;
  readonly main: Html;
  /** The wide pages of a person who is logged in, with this tab marked. */
  readonly tab?: "claims" | "refresh";
  /** Seconds after which the browser asks again. */
  readonly reloadAfter?: number;
}

/** The document around every page. */
export function renderLayout({ site, title, main, tab, reloadAfter }: Layout): Html {
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">${
    reloadAfter !== undefined &&
    html`
  <meta http-equiv="refresh" content="${reloadAfter}">`
  }
  <title>${title} – Example App</title>
  <link rel="icon" type="image/svg+xml" href="${paths.icon}">
  <link rel="stylesheet" href="${paths.stylesheet}">
  <link rel="stylesheet" href="${paths.ownStylesheet}">
</head>
<body${tab !== undefined && html` class="wide"`}>
  <header class="top">
    <a class="brand" href="${paths.start}"><span class="mark"></span>Example App</a>${
      tab !== undefined &&
      html`
    <form method="post" action="${paths.logout}"><button class="btn btn--secondary" type="submit">Log out</button></form>`
    }
  </header>${tab !== undefined && renderTabs(tab)}
  <main class="${tab === undefined ? "card" : "form"}">${main}
  </main>
  <footer class="foot note">
    <span>A sample application. It keeps tokens in memory only.</span>
    <span>Client <bdi dir="ltr">${site.clientId}</bdi> of <bdi dir="ltr">${site.issuer}</bdi></span>
  </footer>
</body>
</html>
`;
}

function renderTabs(current: "claims" | "refresh"): Html {
  const tabs = [
    { id: "claims", href: paths.claims, text: "Claims" },
    { id: "refresh", href: paths.refresh, text: "Refresh tokens" },
  ];
  return html`
  <nav class="tabs" aria-label="Pages">${tabs.map(
    ({ id, href, text }) => html`
    <a href="${href}"${id === current && html` aria-current="page"`}>${text}</a>`,
  )}
  </nav>`;
}

export type AlertKind = "danger" | "warn" | "ok" | "plain";

/** A message with its headline. */
export function renderAlert(kind: AlertKind, icon: Html, title: string, text: Html): Html {
  return html`
    <div class="alert alert--${kind}" role="status">${icon}
      <div><p class="name">${title}</p><p>${text}</p></div>
    </div>`;
}
