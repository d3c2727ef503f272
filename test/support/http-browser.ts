/** A browser without a screen: keeps cookies per origin, follows redirects one at a time, fills in forms. */
export interface Visit {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface HttpBrowser {
  readonly cookies: Map<string, string>;
  /** One request, no redirect followed. `form`: a POST of these fields. */
  request(
    url: string,
    form?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Visit>;
  /** Follows redirects as long as they stay on the given origin; the last answer may redirect elsewhere. */
  follow(url: string, origin: string, form?: Readonly<Record<string, string>>): Promise<Visit>;
}

export function createHttpBrowser(): HttpBrowser {
  const cookies = new Map<string, string>();

  function store(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const split = pair.indexOf("=");
      const [name, value] = [pair.slice(0, split), pair.slice(split + 1)];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  const browser: HttpBrowser = {
    cookies,
    async request(url, form, headers = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, {
        redirect: "manual",
        headers: { ...(cookie !== "" && { cookie }), ...headers },
        ...(form !== undefined && { method: "POST", body: new URLSearchParams(form) }),
      });
      store(response.headers);
      return { url, status: response.status, headers: response.headers, body: await response.text() };
    },
    async follow(url, origin, form) {
      let visit = await browser.request(url, form);
      for (let hop = 0; hop < 20; hop++) {
        const location = visit.headers.get("location");
        if (location === null) return visit;
        const next = new URL(location, visit.url);
        if (next.origin !== origin) return visit;
        visit = await browser.request(next.href);
      }
      throw new Error(`too many redirects from ${url}`);
    },
  };
  return browser;
}

/** Value of a hidden field in a page. */
export function findField(body: string, name: string): string | undefined {
  const match = new RegExp(`name="${name}" value="([^"]*)"`).exec(body);
  return match?.[1]?.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
}

/** Where the form of a page posts to (the first one whose action matches). */
export function findAction(body: string, base: string): string {
  const match = /<form[^>]* action="([^"]*)"/.exec(body);
  return new URL((match?.[1] ?? "").replaceAll("&amp;", "&"), base).href;
}

/** The query of the redirect that leaves the provider. */
export function locationQuery(visit: Visit): URLSearchParams {
  return new URL(visit.headers.get("location") ?? "", visit.url).searchParams;
}
