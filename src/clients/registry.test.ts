import { describe, expect, it } from "vitest";
import type { Client } from "../records/client.js";
import { createStaticRegistry, findPeerTrust } from "./registry.js";

function createClient(id: string, trustedPeers: readonly string[] = []): Client {
  const refreshPolicy = { rotation: true, reuseIntervalMs: 30_000, maxPerUserAndClient: 50 };
  return { id, name: id, isPublic: false, redirectUris: [], trustedPeers, refreshPolicy };
}

const registry = createStaticRegistry([createClient("app"), createClient("peer", ["app"])]);

describe("the configured clients", () => {
  it("are found by their exact id", async () => {
    expect((await registry.find("app"))?.id).toBe("app");
    for (const id of ["App", "", "constructor", "__proto__"]) expect(await registry.find(id)).toBeUndefined();
  });
});

describe("findPeerTrust", () => {
  it("knows whom each peer trusts, and nothing of peers that do not exist or were not asked for", async () => {
    const trustedBy = await findPeerTrust(registry, ["peer", "nobody"]);
    expect(trustedBy("peer")).toEqual(["app"]);
    expect(trustedBy("nobody")).toBeUndefined();
    expect(trustedBy("app")).toBeUndefined();
  });
});
