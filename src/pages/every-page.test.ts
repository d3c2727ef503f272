import { describe, expect, it } from "vitest";
import { type WalkedElement, walkHtml } from "../../test/support/walk-html.js";
import type { PageProblem } from "../oidc/page-error.js";
import { renderChooser } from "./chooser.js";
import { renderCode } from "./code.js";
import { renderConsent } from "./consent.js";
import { renderPageError } from "./errors/page-error.js";
import { renderServerFault } from "./errors/server-fault.js";
import { renderHome } from "./home.js";
import type { Page } from "./page.js";
import { type PasswordProblem, renderPassword } from "./password.js";
import { renderPostOut } from "./post-out.js";
import { renderRepost } from "./repost.js";

const hostileTexts = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "' onmouseover='alert(1)",
  "--><!--<svg/onload=alert(1)>",
  "</title></main><h1>",
  "&lt;script&gt;",
  "javascript:alert(1)",
  "\u202egro.live\u2066\u2028\0\ud800",
  "{{7*7}}<%= 7*7 %>",
];

const url = "https://photos.example.com/?a=1&b=\"'<x>";
const trace = { requestId: "req-1", occurredAt: Date.UTC(2026, 2, 14, 9, 26, 53) };

function siteOf(text: string) {
  return {
    productName: text,
    assets: {
      stylesheetUrl: "/dex/static/latchkey.css",
      scriptUrl: "/dex/static/latchkey.js",
      iconUrl: "/dex/static/icon.svg",
    },
  };
}

function chooserPages(text: string): readonly Page[] {
  const base = { site: siteOf(text), clientName: text, clientId: text, retryUrl: url, backUrl: url, trace };
  const connector = { id: text, name: text, type: text, url };
  return [
    renderChooser({
      ...base,
      connectors: [
        { ...connector, reachable: true },
        { ...connector, reachable: false },
      ],
    }),
    renderChooser({ ...base, connectors: [{ ...connector, reachable: false }] }),
    renderChooser({ ...base, connectors: [] }),
  ];
}

function passwordPages(text: string): readonly Page[] {
  const problems: readonly (PasswordProblem | undefined)[] = [
    undefined,
    { kind: "mismatch" },
    { kind: "missing", username: true, password: true },
    { kind: "missing", username: true, password: false },
    { kind: "missing", username: false, password: true },
    { kind: "busy", seconds: 5 },
  ];
  return problems.map((problem) =>
    renderPassword({
      site: siteOf(text),
      clientName: text,
      clientId: text,
      connectorName: text,
      action: `/dex/auth/x/login?flow=${text}`,
      flow: text,
      usernameLabel: text,
      username: text,
      otherAccountUrl: url,
      ...(problem !== undefined && { problem }),
    }),
  );
}

function consentPages(text: string): readonly Page[] {
  const values = [text, text, text, text, text];
  const base = {
    site: siteOf(text),
    clientName: text,
    clientId: text,
    redirectHost: text,
    person: { name: text, email: text },
    action: `/dex/approval?req=${text}`,
    flow: text,
    otherAccountUrl: url,
  };
  const kinds = ["profile", "email", "groups", "offline", "audience", "other"] as const;
  return [
    renderConsent({ ...base, scopes: kinds.map((kind) => ({ kind, values })) }),
    renderConsent({ ...base, redirectHost: "", person: { name: "", email: text }, scopes: [] }),
  ];
}

function errorPages(text: string): readonly Page[] {
  const startAgain = { url, host: text };
  const app = {
    clientName: text,
    clientId: text,
    connectorName: text,
    retryUrl: url,
    otherAccountUrl: url,
    backUrl: url,
  };
  const problems: readonly PageProblem[] = [
    { kind: "expired" },
    { kind: "expired", startAgain },
    { kind: "other-browser", startAgain: { url } },
    { kind: "already-done", clientName: text, startAgain },
    { kind: "already-done", clientName: text, startAgain: { url } },
    { kind: "unknown-app", received: text },
    { ...app, kind: "bad-redirect", received: text },
    { kind: "invalid-request", reason: text },
    { ...app, kind: "not-allowed", account: text },
    { ...app, kind: "not-allowed", account: text, backUrl: "" },
    { ...app, kind: "denied-upstream" },
    { ...app, kind: "ticket-needed", challenge: text },
    { ...app, kind: "connector-unavailable", startAgain },
    { kind: "busy", retryAfter: 5 },
    { kind: "busy", retryAfter: 5, retryUrl: url },
    { kind: "not-found" },
    { kind: "method-not-allowed", allow: text },
  ];
  const site = siteOf(text);
  return [
    ...problems.map((problem) => renderPageError({ site, problem, ...trace })),
    renderServerFault({ site, ...trace }),
    renderServerFault({ site, ...trace, retryUrl: url }),
  ];
}

function otherPages(text: string): readonly Page[] {
  const site = siteOf(text);
  return [
    renderRepost({
      site,
      action: "/dex/callback",
      fields: [
        [text, text],
        ["SAMLResponse", text],
      ],
    }),
    renderPostOut({ site, action: url, fields: { [text]: text } }),
    renderCode({ site, clientName: text, clientId: text, code: text }),
    renderHome({ site, discoveryUrl: url }),
  ];
}

function everyPage(text: string): readonly Page[] {
  return [chooserPages, passwordPages, consentPages, errorPages, otherPages].flatMap((pages) => pages(text));
}

function named(elements: readonly WalkedElement[], name: string): readonly WalkedElement[] {
  return elements.filter((element) => element.name === name);
}

describe.each(hostileTexts)("every page, with %j in every place", (text) => {
  const pages = everyPage(text).map((page) => ({ page, elements: walkHtml(page.body) }));

  it("holds the elements of our templates alone: one script, by address", () => {
    for (const { elements } of pages) {
      expect(named(elements, "script").map((script) => script.attributes.get("src"))).toEqual([
        "/dex/static/latchkey.js",
      ]);
      expect(named(elements, "style")).toEqual([]);
      expect(named(elements, "img")).toEqual([]);
    }
  });

  it("has no attribute that runs script or style", () => {
    for (const { elements } of pages) {
      const names = elements.flatMap((element) => [...element.attributes.keys()]);
      expect(names.filter((name) => name.startsWith("on") || name === "style")).toEqual([]);
    }
  });

  it("links to where it was told, and to no script", () => {
    for (const { elements } of pages) {
      for (const { attributes } of elements) {
        const link = attributes.get("href") ?? attributes.get("action");
        if (link !== undefined) expect(link).toMatch(/^(\/dex\/|https:\/\/photos\.example\.com\/|#(login|password)$)/);
      }
    }
  });
});

describe("every page", () => {
  const pages = everyPage("Photos").map((page) => ({ page, elements: walkHtml(page.body) }));

  it("has one title, one h1 and its landmarks", () => {
    for (const { elements } of pages) {
      for (const name of ["title", "h1", "header", "main", "footer"]) expect(named(elements, name)).toHaveLength(1);
      expect(named(elements, "title")[0]?.text).toMatch(/^.+ – Photos$/);
    }
  });

  it("uses each id once, and every label, description and control leads to one", () => {
    for (const { elements } of pages) {
      const ids = elements.flatMap(({ attributes }) => attributes.get("id") ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const references = [
        "for",
        "aria-describedby",
        "aria-labelledby",
        "aria-controls",
        "data-reveal",
        "data-copy",
        "data-done-in",
      ];
      const wanted = elements.flatMap(({ attributes }) => references.flatMap((name) => attributes.get(name) ?? []));
      expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  it("has a label for every field that can be seen", () => {
    for (const { elements } of pages) {
      const labelled = named(elements, "label").map((label) => label.attributes.get("for"));
      const fields = named(elements, "input").filter((input) => input.attributes.get("type") !== "hidden");
      for (const field of fields) expect(labelled).toContain(field.attributes.get("id"));
    }
  });

  it("puts the focus in one place at most", () => {
    for (const { elements } of pages) {
      expect(elements.filter(({ attributes }) => attributes.has("autofocus")).length).toBeLessThanOrEqual(1);
    }
  });

  it("is never cached and comes with its policy", () => {
    for (const { page } of pages) {
      expect(page.headers["cache-control"]).toBe("no-store");
      expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    }
  });

  it("keeps its forms here, unless one of them can end at a client or an upstream", () => {
    for (const { page, elements } of pages) {
      const posts = named(elements, "form").length > 0;
      expect(page.headers["content-security-policy"].includes("form-action 'self'")).toBe(!posts);
    }
  });

  it("refuses to render a link that would run script, even when it is handed in as checked", () => {
    const site = siteOf("Photos");
    const link = "javascript:alert(1)";
    const app = { clientName: "Photos", clientId: "photos", connectorName: "Staff" };
    expect(() => renderPostOut({ site, action: link, fields: {} })).toThrow("javascript:");
    expect(() =>
      renderChooser({ site, ...app, connectors: [{ id: "a", name: "a", type: "oidc", url: link, reachable: true }] }),
    ).toThrow("javascript:");
    expect(() => renderPageError({ site, ...trace, problem: { kind: "expired", startAgain: { url: link } } })).toThrow(
      "javascript:",
    );
  });
});
