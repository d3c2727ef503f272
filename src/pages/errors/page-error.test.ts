import { describe, expect, it } from "vitest";
import { type WalkedElement, walkHtml } from "../../../test/support/walk-html.js";
import type { PageProblem } from "../../oidc/page-error.js";
import { renderPageError } from "./page-error.js";

const site = {
  productName: "Example Works",
  assets: { stylesheetUrl: "/s/latchkey.css", scriptUrl: "/s/latchkey.js", iconUrl: "/s/icon.svg" },
};
const trace = { requestId: "req-1", occurredAt: Date.UTC(2026, 2, 14, 9, 26, 53) };
const notAllowed = {
  kind: "not-allowed",
  clientName: "Payroll",
  clientId: "payroll",
  account: "robin@example.com, Staff directory",
  rule: "finance",
  otherAccountUrl: "/dex/auth?flow=x&prompt=select_account",
  backUrl: "https://payroll.example.com/cb?error=access_denied",
} as const;

function bodyOf(problem: PageProblem): string {
  return renderPageError({ site, problem, ...trace }).body;
}

function links(problem: PageProblem): readonly WalkedElement[] {
  return walkHtml(bodyOf(problem)).filter(({ name }) => name === "a");
}

describe("error pages", () => {
  it("keeps request id and time in closed details", () => {
    const elements = walkHtml(bodyOf({ kind: "not-found" }));
    expect(elements.find(({ name }) => name === "details")?.attributes.size).toBe(0);
    expect(elements.filter(({ name }) => name === "dd").map(({ text }) => text)).toEqual([
      "req-1",
      "2026-03-14 09:26:53 UTC",
    ]);
  });

  it("offers to start again at the app's own site, and says where that is", () => {
    const problem: PageProblem = {
      kind: "expired",
      startAgain: { url: "https://photos.example.com/", host: "photos.example.com" },
    };
    const [start] = links(problem);
    expect([start?.text, start?.attributes.get("href")]).toEqual(["Start again", "https://photos.example.com/"]);
    expect(bodyOf(problem)).toContain("<bdi>photos.example.com</bdi>");
  });

  it("names the next step also where nothing is known of the app", () => {
    expect(links({ kind: "expired" })).toEqual([]);
    expect(bodyOf({ kind: "expired" })).toContain("Go back to the app and start from there.");
  });

  it("does not tell whoever is turned away which group would do", () => {
    expect(bodyOf(notAllowed)).not.toContain("finance");
    expect(bodyOf(notAllowed)).toContain("robin@example.com");
  });

  it("leaves out the way back where the app has no address", () => {
    expect(links(notAllowed).map(({ text }) => text)).toEqual(["Use another account", "Back to Payroll"]);
    expect(links({ ...notAllowed, backUrl: "" }).map(({ text }) => text)).toEqual(["Use another account"]);
  });

  it("shows a refused redirect URI as text, never as a link", () => {
    const problem: PageProblem = {
      kind: "bad-redirect",
      clientName: "Photos",
      clientId: "photos",
      received: "https://evil.example.com/cb",
    };
    expect(links(problem)).toEqual([]);
    expect(bodyOf(problem)).toContain("https://evil.example.com/cb");
  });

  it("cuts received values at 200 characters", () => {
    const body = bodyOf({ kind: "unknown-app", received: "x".repeat(5_000) });
    expect(body).toContain(`${"x".repeat(200)}…`);
    expect(body).not.toContain("x".repeat(201));
  });
});
