import { createHttpBrowser, findAction, type HttpBrowser, type Visit } from "./http-browser.js";

/** A browser that walks from site to site, with cookies of its own for each origin. */
export interface SiteBrowser {
  /** Follows redirects over all sites, up to a page, or to an address that begins with `end`, which is not asked for. */
  open(url: string, form?: Readonly<Record<string, string>>): Promise<Visit>;
  /** Sends the form of a page, hidden fields included. */
  submit(page: Visit, fields: Readonly<Record<string, string>>): Promise<Visit>;
}

export function createSiteBrowser(end: string): SiteBrowser {
  const sites = new Map<string, HttpBrowser>();

  function siteOf(url: string): HttpBrowser {
    const { origin } = new URL(url);
    const site = sites.get(origin) ?? createHttpBrowser();
    sites.set(origin, site);
    return site;
  }

  async function open(url: string, form?: Readonly<Record<string, string>>): Promise<Visit> {
    let visit = await siteOf(url).request(url, form);
    for (let hop = 0; hop < 30; hop++) {
      const location = visit.headers.get("location");
      if (location === null) return visit;
      const next = new URL(location, visit.url).href;
      if (next.startsWith(end)) return visit;
      visit = await siteOf(next).request(next);
    }
    throw new Error(`too many redirects from ${url}`);
  }

  return {
    open,
    submit: (page, fields) => open(findAction(page.body, page.url), { ...findHidden(page.body), ...fields }),
  };
}

function findHidden(body: string): Readonly<Record<string, string>> {
  const inputs = [...body.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => tag);
  const read = (tag: string, name: string): string => new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return Object.fromEntries(inputs.map((tag) => [read(tag, "name"), read(tag, "value").replaceAll("&amp;", "&")]));
}
