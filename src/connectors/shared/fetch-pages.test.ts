import { describe, expect, it } from "vitest";
import { fetchPages, findNextLink, followingPage, type ListPage } from "./fetch-pages.js";

const first = "https://api.example.com/v1/teams?page=1";
const clock = () => 0;

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
    expect(await fetchPages(clock, first, fetchPage)).toEqual([1, 2, 3]);
    expect(asked[2]).toBe("https://api.example.com/v1/teams?page=3");
  });

  it("is never followed to another origin, where the token would go along", async () => {
    for (const next of ["https://evil.example/v1/teams?page=2", "//evil.example/v1/teams?page=2", "/v1/teams?page=2"]) {
      const { asked, fetchPage } = listOf(2, () => next);
      await fetchPages(clock, first, fetchPage);
      expect(asked[1]).toBe("https://api.example.com/v1/teams?page=2");
    }
  });

  it("is trouble where it does not end, and not a part of it", async () => {
    const endless = listOf(1_000);
    await expect(fetchPages(clock, first, endless.fetchPage)).rejects.toThrow("a list without end: 100 pages");
    expect(endless.asked).toHaveLength(100);
    const circle = listOf(1_000, () => first);
    await expect(fetchPages(clock, first, circle.fetchPage)).rejects.toThrow("a list without end");
    expect(circle.asked).toHaveLength(1);
  });

  it("is trouble where its pages take too long together", async () => {
    let now = 0;
    const { asked, fetchPage } = listOf(50);
    const slow = (url: string) => {
      now += 9_000;
      return fetchPage(url);
    };
    await expect(fetchPages(() => now, first, slow)).rejects.toThrow("a list without end");
    expect(asked).toHaveLength(3);
  });

  it("is trouble where the next page has no address", async () => {
    const { fetchPage } = listOf(2, () => "http://[");
    await expect(fetchPages(clock, first, fetchPage)).rejects.toThrow("next page");
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
