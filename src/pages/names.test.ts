import { describe, expect, it } from "vitest";
import { appName, cut, displayName, lowerLabel, showReceived } from "./names.js";

describe("names on pages", () => {
  it("takes direction marks, control characters and line ends out of a name (UAX #9)", () => {
    expect(displayName(" Photos\u202e\u2066 gro.elpmaxe\u0007\r\nApp\u2028 ")).toBe("Photos  gro.elpmaxe App");
  });

  it("cuts an endless name, never inside a character", () => {
    expect(displayName("😀".repeat(61))).toBe(`${"😀".repeat(60)}…`);
    expect(displayName("x".repeat(60))).toBe("x".repeat(60));
    expect(cut(`${"x".repeat(9)}😀y`, 10)).toBe(`${"x".repeat(9)}😀…`);
  });

  it("falls back to the id of an app without a name", () => {
    expect(appName({ clientName: "", clientId: "photos" })).toBe("photos");
    expect(appName({ clientName: "\u202e", clientId: "photos" })).toBe("photos");
  });

  it("shows received values cut at 200 characters, with what can't be seen spelled out", () => {
    expect(showReceived("x".repeat(100_000))).toBe(`${"x".repeat(200)}…`);
    expect(showReceived("a\u202eb\0\ud800")).toBe("a\\u{202E}b\\u{0000}\\u{D800}");
    expect(showReceived("")).toBe("(nothing)");
  });

  it("lowers the words of a label but not abbreviations", () => {
    expect(lowerLabel("Email Address")).toBe("email address");
    expect(lowerLabel("SSO ID")).toBe("SSO ID");
    expect(lowerLabel("Numéro d’Étudiant")).toBe("numéro d’étudiant");
    expect(lowerLabel("eMail")).toBe("eMail");
  });
});
