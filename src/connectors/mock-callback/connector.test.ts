import { describe, expect, it } from "vitest";
import { openMockCallback } from "./connector.js";

const scopes = { offlineAccess: true, groups: true };
const callbackUrl = "https://id.example.com/dex/callback";
const kilgore = {
  userId: "0-385-28089-0",
  username: "Kilgore Trout",
  preferredUsername: "",
  email: "kilgore@kilgore.trout",
  emailVerified: true,
  groups: ["authors"],
};

describe("mockCallback", () => {
  it("comes straight back with the state unchanged, and is Dex's invented person", async () => {
    const { login } = openMockCallback();
    if (login.kind !== "redirect") throw new Error("a redirect login expected");
    const derive = (): string => "";
    const { url } = await login.start({ scopes, callbackUrl, state: "a&b=c+d", derive });
    expect(url.startsWith(`${callbackUrl}?`)).toBe(true);
    const fields = new Map(new URL(url).searchParams);
    expect(fields.get("state")).toBe("a&b=c+d");
    expect(await login.finish({ scopes, callbackUrl, fields, derive })).toEqual({
      outcome: "ok",
      identity: kilgore,
      connectorData: "foobar",
    });
  });

  it("is the same person at every refresh", async () => {
    const { refresh } = openMockCallback();
    expect(await refresh?.({ scopes, identity: { ...kilgore, username: "old" } })).toEqual({
      outcome: "ok",
      identity: kilgore,
    });
  });
});
