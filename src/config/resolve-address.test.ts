import { isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProblemList } from "./problem.js";
import { resolveAddress } from "./resolve-address.js";
import { ResolveContext } from "./resolve-context.js";

function resolve(text: string) {
  const problems = new ProblemList("config.yaml");
  return { address: resolveAddress(new ResolveContext(problems, new Map(), {}), "web.http", text), problems };
}

describe("an address of the form host:port", () => {
  it("is read as it was written, whatever host and port", () => {
    const host = fc.oneof(fc.ipV4(), fc.domain(), fc.constant(""));
    fc.assert(
      fc.property(host, fc.ipV6(), fc.integer({ min: 0, max: 65_535 }), (plain, v6, port) => {
        expect(resolve(`${plain}:${port}`).address).toEqual(plain === "" ? { port } : { host: plain, port });
        expect(resolve(`[${v6}]:${port}`).address).toEqual({ host: v6, port });
      }),
    );
  });

  it("has a port that exists and a host without brackets, or is an error on one line", () => {
    const part = fc.constantFrom(
      "[",
      "]",
      ":",
      "::1",
      "127.0.0.1",
      "80",
      "65536",
      "99999",
      "localhost",
      " ",
      "\n",
      "/",
      "http",
    );
    const nearly = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: "binary" })), (text) => {
        const { address, problems } = resolve(text);
        expect(problems.hasErrors).toBe(address === undefined && text !== "");
        if (address === undefined) return;
        expect(address.port).toBeLessThanOrEqual(65_535);
        if (address.host?.includes(":")) expect(isIPv6(address.host)).toBe(true);
        else expect(address.host ?? "").not.toMatch(/[[\]\s]/);
      }),
      { numRuns: 500 },
    );
  });
});
