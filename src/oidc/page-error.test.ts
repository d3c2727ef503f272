import { describe, expect, it } from "vitest";
import { PageError, type PageProblem } from "./page-error.js";

describe("a PageError", () => {
  it.each<[PageProblem, number]>([
    [{ kind: "expired" }, 400],
    [{ kind: "other-browser" }, 403],
    [{ kind: "unknown-app", received: "x" }, 400],
    [{ kind: "busy", retryAfter: 5 }, 503],
    [{ kind: "not-found" }, 404],
    [{ kind: "method-not-allowed", allow: "GET" }, 405],
  ])("%j is answered with %d", (problem, status) => {
    expect(new PageError(problem).status).toBe(status);
  });

  it("has a message without anything that was received", () => {
    const error = new PageError({ kind: "unknown-app", received: "<script>" }, "detail");
    expect(error.message).toBe("page: unknown-app");
    expect(error.detail).toBe("detail");
  });
});
