import { UpstreamError } from "./upstream-error.js";

export interface ListPage<T> {
  readonly items: readonly T[];
  /** Address of the page behind this one; undefined: this is the last. */
  readonly next: string | undefined;
}

/** Ten thousand groups, where a page holds a hundred. Whoever has more would not fit into a token either. */
const maxPages = 100;
/** Of pages that are longer than their API makes them. */
const maxItems = 20_000;

/**
 * Reads a list that comes in pages. A list without end is an `UpstreamError`, and never a part of the list: what is
 * missing could be the group that somebody must not lose. The address of the next page comes from the upstream, and a
 * token goes with the request: it is taken as a path at the origin of the first one.
 */
export async function fetchPages<T>(
  first: string,
  fetchPage: (url: string) => Promise<ListPage<T>>,
): Promise<readonly T[]> {
  const { origin, pathname } = new URL(first);
  const seen = new Set<string>();
  const items: T[] = [];
  for (let url: string | undefined = first; url !== undefined; ) {
    if (seen.has(url) || seen.size >= maxPages) {
      throw new UpstreamError(`${origin}${pathname} is a list without end: ${seen.size} pages were read`);
    }
    seen.add(url);
    const page: ListPage<T> = await fetchPage(url);
    if (items.length + page.items.length > maxItems)
      throw new UpstreamError(`${origin}${pathname} is a list of more than ${maxItems} entries`);
    items.push(...page.items);
    url = page.next === undefined ? undefined : moveToOrigin(page.next, url);
  }
  return items;
}

function moveToOrigin(next: string, from: string): string {
  if (!URL.canParse(next, from)) throw new UpstreamError("the address of the next page is none");
  const { pathname, search } = new URL(next, from);
  return new URL(from).origin + pathname + search;
}

/** The target of `rel="next"` in a `Link` header (RFC 8288 section 3). */
export function findNextLink(header: string | undefined): string | undefined {
  for (const [, target = "", parameters = ""] of (header ?? "").matchAll(/<([^<>]*)>([^<>]*)/g)) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))/i.exec(parameters);
    const names = (relations?.[1] ?? relations?.[2] ?? "").toLowerCase().split(/\s+/);
    if (names.includes("next")) return target;
  }
  return undefined;
}

/** The address with `page` one higher. */
export function followingPage(address: string): string {
  const url = new URL(address);
  url.searchParams.set("page", String(Number(url.searchParams.get("page") ?? "1") + 1));
  return url.href;
}
