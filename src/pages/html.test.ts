import { describe, expect, it } from "vitest";
import { html } from "./html.js";

describe("html", () => {
  it("escapes text for element content and attributes alike", () => {
    const hostile = `<script>"&'`;
    expect(html`<p title="${hostile}">${hostile}</p>`.toString()).toBe(
      '<p title="&lt;script&gt;&quot;&amp;&#39;">&lt;script&gt;&quot;&amp;&#39;</p>',
    );
  });

  it("escapes what is escaped already once more: it can't know", () => {
    expect(html`<p>${"&lt;"}</p>`.toString()).toBe("<p>&amp;lt;</p>");
  });

  it("passes on what another template made", () => {
    const inner = html`<b>${"<"}</b>`;
    expect(html`<p>${inner}</p>`.toString()).toBe("<p><b>&lt;</b></p>");
  });

  it("escapes an object's text that only looks like a template's result", () => {
    const forged = { toString: () => "<b>" };
    expect(html`<p>${String(forged)}</p>`.toString()).toBe("<p>&lt;b&gt;</p>");
  });

  it("joins lists, also nested ones, without a gap", () => {
    expect(html`<ul>${[html`<li></li>`, ["<", [html`<li></li>`]]]}</ul>`.toString()).toBe(
      "<ul><li></li>&lt;<li></li></ul>",
    );
  });

  it("renders nothing for false and undefined, and zero as zero", () => {
    expect(html`<p>${false}${undefined}${[]}${0}${""}</p>`.toString()).toBe("<p>0</p>");
  });

  it("keeps line and paragraph separators: they end nothing in HTML", () => {
    expect(html`<p>${"a\u2028b\u2029c"}</p>`.toString()).toBe("<p>a\u2028b\u2029c</p>");
  });

  it("replaces control characters and lone surrogates, which no document may hold", () => {
    expect(html`<p>${"a\0b\u001bc\u007fd\u009be\ud800f\udc00g"}</p>`.toString()).toBe(
      "<p>a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg</p>",
    );
    expect(html`<p>${"tab\tline\nfeed 😀"}</p>`.toString()).toBe("<p>tab\tline\nfeed 😀</p>");
  });

  it("refuses an attribute without quotes", () => {
    expect(() => html`<p title=${"x onclick"}></p>`).toThrow("no quotes");
  });

  it("refuses a script in a link, and lets the app's own address through", () => {
    expect(() => html`<a href="${"javascript:alert(1)"}"></a>`).toThrow("javascript:");
    expect(() => html`<form action="${"data:text/html,x"}"></form>`).toThrow("data:");
    expect(html`<a href="${"https://photos.example.com/cb?a=1&b=2"}"></a>`.toString()).toBe(
      '<a href="https://photos.example.com/cb?a=1&amp;b=2"></a>',
    );
  });
});
