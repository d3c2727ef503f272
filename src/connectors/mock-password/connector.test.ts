import { describe, expect, it } from "vitest";
import type { LoginResult } from "../port.js";
import { MockPasswordOptions } from "./config.js";
import { openMockPassword } from "./connector.js";

const scopes = { offlineAccess: true, groups: true };
const connector = openMockPassword(MockPasswordOptions.parse({ username: "kilgore", password: "trout" }));

async function check(username: string, password: string): Promise<LoginResult> {
  if (connector.login.kind !== "password") throw new Error("a password login expected");
  return connector.login.check({ scopes, username, password });
}

describe("mockPassword", () => {
  it("lets one user in, as Dex's invented person without groups", async () => {
    expect(await check("kilgore", "trout")).toMatchObject({
      outcome: "ok",
      identity: { userId: "0-385-28089-0", email: "kilgore@kilgore.trout", groups: [] },
    });
  });

  it("lets nobody else in, wherever name and password are cut", async () => {
    for (const [username, password] of [
      ["kilgore", "Trout"],
      ["Kilgore", "trout"],
      ["kilgoret", "rout"],
      ["", ""],
    ] as const) {
      expect(await check(username, password)).toEqual({ outcome: "bad-credentials" });
    }
  });

  it("keeps the person at a refresh", async () => {
    const login = await check("kilgore", "trout");
    if (login.outcome !== "ok") throw new Error(login.outcome);
    const { identity } = login;
    expect(await connector.refresh?.({ scopes, identity })).toEqual({ outcome: "ok", identity });
  });

  it("needs both settings", () => {
    for (const options of [{}, { username: "a" }, { username: "", password: "b" }]) {
      expect(MockPasswordOptions.safeParse(options).success).toBe(false);
    }
  });
});
