import fc from "fast-check";
import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addCors } from "./cors.js";

const allowed = "https://app.example";
const app = Fastify();

beforeAll(async () => {
  addCors(app, { allowedOrigins: [allowed, "http://localhost:3000"], allowedHeaders: [] });
  app.get("/", () => "ok");
  await app.ready();
});
afterAll(() => app.close());

describe("the origin of a cross-origin call (RFC 9700 §2.6)", () => {
  it("is allowed where it is configured to the letter, and in no other spelling (CVE-2024-41657)", async () => {
    const part = fc.constantFrom(
      "https://",
      "http://",
      "app",
      ".",
      "example",
      "localhost",
      ":3000",
      ":443",
      "/",
      "null",
      "*",
      "A",
    );
    const spliced = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(""));
    const nearly = fc
      .tuple(fc.nat(allowed.length), fc.constantFrom("", "a", ".", "/", " ", "@"))
      .map(([at, letter]) => allowed.slice(0, at) + letter + allowed.slice(at));
    await fc.assert(
      fc.asyncProperty(fc.oneof(spliced, nearly), async (origin) => {
        const { headers, statusCode } = await app.inject({ url: "/", headers: { origin } });
        const isAllowed = [allowed, "http://localhost:3000"].includes(origin);
        expect(headers["access-control-allow-origin"]).toBe(isAllowed ? origin : undefined);
        expect([statusCode, headers["vary"]]).toEqual([200, "Origin"]);
      }),
    );
  });
});
