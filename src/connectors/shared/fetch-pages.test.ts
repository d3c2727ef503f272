import { describe, expect, it } from "vitest";
import { fetchPages, findNextLink, followingPage, type ListPage } from "./fetch-pages.js";

const first = "https://api.example.com/v1/teams?page=1";

/** A list of `count` pages of one item, whose addresses are made by `next`. */
function listOf(count: number, next: (url: string) => string = followingPage) {
  const asked: string[] = [];
  async function fetchPage(url: string): Promise<ListPage<number>> {
    asked.push(url);
    return { items: [asked.length], next: asked.length < count ? next(url) : undefined };
  }
  return { asked, fetchPage };
}

describe("a list that comes in pages", () => {
  it("is read whole, in its order", async () => {
    const { asked, fetchPage } = listOf(3);
    expect(await fetchPages(first, fetchPage)).toEqual([1, 2, 3]);
    expect(asked[2]).toBe("https://api.example.com/v1/teams?page=3");
  });

  it("ends with an error where its pages are longer than anybody's list", async () => {
    const page = { items: Array.from({ length: 15_000 }, () => 1), next: followingPage(first) };
    await expect(fetchPages(first, async () => page)).rejects.toThrow("more than 20000 entries");
  });

  it("is never followed to another origin, where the token would go along", async () => {
    for (const next of ["https://evil.example/v1/teams?page=2", "//evil.example/v1/teams?page=2", "/v1/teams?page=2"]) {
      const { asked, fetchPage } = listOf(2, () => next);
      await fetchPages(first, fetchPage);
      expect(asked[1]).toBe("https://api.example.com/v1/teams?page=2");
    }
  });

  it("is trouble where it does not end, and not a part of it", async () => {
    const endless = listOf(1_000);
    await expect(fetchPages(first, endless.fetchPage)).rejects.toThrow("a list without end: 100 pages");
    expect(endless.asked).toHaveLength(100);
    const circle = listOf(1_000, () => first);
    await expect(fetchPages(first, circle.fetchPage)).rejects.toThrow("a list without end");
    expect(circle.asked).toHaveLength(1);
  });

  it("is trouble where the next page has no address", async () => {
    const { fetchPage } = listOf(2, () => "http://[");
    await expect(fetchPages(first, fetchPage)).rejects.toThrow("next page");
  });
});

describe("the next page in a Link header (RFC 8288)", () => {
  it.each([
    [
      '<https://a.example/t?page=2>; rel="next", <https://a.example/t?page=9>; rel="last"',
      "https://a.example/t?page=2",
    ],
    // Some servers leave out the last page: Dex ends there (O-54).
    ['<https://a.example/t?page=2>; rel="next"', "https://a.example/t?page=2"],
    ['<https://a.example/t?a=1,2;3>; title="x"; rel=next', "https://a.example/t?a=1,2;3"],
    ['</t?page=2>; REL="Next prefetch"', "/t?page=2"],
    ['<https://a.example/t?page=1>; rel="prev", <https://a.example/t?page=9>; rel="last"', undefined],
    ['<https://a.example/next>; rel="nextish"', undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%s", (header, next) => {
    expect(findNextLink(header)).toBe(next);
  });
});
