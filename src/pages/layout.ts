import type { FormsEnd } from "./content-security-policy.js";
import { type Html, html } from "./html.js";
import { createPage, type Page } from "./page.js";
import type { Site } from "./site.js";

export interface Layout {
  readonly site: Site;
  /** What happened or what to do; the product name is added. A form that came back says "Error: " first. */
  readonly title: string;
  readonly card: Html;
  readonly forms: FormsEnd;
}

/** The document around every page. Names in `title` come through `displayName`: a title can't isolate them. */
export function renderLayout({ site, title, card, forms }: Layout): Page {
  const { productName, assets } = site;
  const document = html`<!doctype html>
<html lang="en" dir="ltr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <title>${title} – ${productName}</title>
  <link rel="icon" type="image/svg+xml" href="${assets.iconUrl}">
  <link rel="stylesheet" href="${assets.stylesheetUrl}">
  <script src="${assets.scriptUrl}" defer></script>
</head>
<body>
  <header class="top">
    <span class="brand"><span class="mark"></span>${productName}</span>
  </header>
  <main class="card">${card}
  </main>
  <footer class="foot"></footer>
</body>
</html>
`;
  return createPage(document, forms);
}

/** The block at the top of the card. The heading stands at the same height on every page. */
export function renderHead(tile: Html, title: string, lead?: Html): Html {
  return html`
    <div class="head">
      ${tile}
      <h1>${title}</h1>${
        lead !== undefined &&
        html`
      <p class="lead">${lead}</p>`
      }
    </div>`;
}
