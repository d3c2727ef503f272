import { describe, expect, it } from "vitest";
import { connectorPath, issuerUrl, routes } from "./routes.js";

describe("routes", () => {
  it("join an issuer with or without a path, and with a slash at its end", () => {
    expect(issuerUrl("https://id.example.com", routes.token)).toBe("https://id.example.com/token");
    expect(issuerUrl("https://id.example.com/dex", routes.token)).toBe("https://id.example.com/dex/token");
    expect(issuerUrl("https://id.example.com/dex/", routes.token)).toBe("https://id.example.com/dex/token");
  });

  it("hold a connector id as one segment, whatever letters it has", () => {
    expect(connectorPath("github")).toBe("/auth/github");
    expect(connectorPath("a/b?c#d é")).toBe("/auth/a%2Fb%3Fc%23d%20%C3%A9");
  });
});
