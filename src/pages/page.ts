import { contentSecurityPolicy, type FormsEnd } from "./content-security-policy.js";
import type { Html } from "./html.js";

/** A rendered page with the headers that belong to it: neither is sent without the other. */
class RenderedPage {
  readonly body: string;
  /** Lower-case names. Headers of every answer (`nosniff`, HSTS, ...) are the server's. */
  readonly headers: Readonly<Record<"content-type" | "content-security-policy" | "cache-control", string>>;

  constructor(body: string, headers: RenderedPage["headers"]) {
    this.body = body;
    this.headers = headers;
  }
}
export type Page = RenderedPage;

/** Makes a page of a whole document. Pages show sealed flows, names and addresses, so no cache keeps one. */
export function createPage(document: Html, forms: FormsEnd): Page {
  return new RenderedPage(document.toString(), {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": contentSecurityPolicy(forms),
    "cache-control": "no-store",
  });
}
