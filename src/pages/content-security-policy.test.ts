import { describe, expect, it } from "vitest";
import { contentSecurityPolicy } from "./content-security-policy.js";

describe("contentSecurityPolicy", () => {
  it("allows nothing that is not named, no frame and no other base", () => {
    for (const policy of [contentSecurityPolicy("here"), contentSecurityPolicy("elsewhere")]) {
      const directives = policy.split("; ");
      expect(directives).toContain("default-src 'none'");
      expect(directives).toContain("frame-ancestors 'none'");
      expect(directives).toContain("base-uri 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
    }
  });

  it("holds no form-action where a form can end at a client: browsers apply it to the redirects that follow", () => {
    expect(contentSecurityPolicy("elsewhere")).not.toContain("form-action");
    expect(contentSecurityPolicy("here")).toContain("form-action 'self'");
  });
});
