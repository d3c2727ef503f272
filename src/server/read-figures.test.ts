import { describe, expect, it } from "vitest";
import { createBoundedQueue } from "../platform/bounded-queue.js";
import { StorageUnavailableError } from "../storage/driver.js";
import { openMemory } from "../storage/drivers/memory/driver.js";
import { createFigureReader, type FigureSources } from "./read-figures.js";

const outlook = { active: 1, pending: 0, retired: 0, nextRotationAt: 9 };

function createReader(changes: Partial<FigureSources> = {}) {
  return createFigureReader({
    driver: openMemory(),
    keys: { outlook: () => outlook },
    connectors: {
      list: () => [{ id: "ldap", type: "ldap", name: "LDAP", state: { unavailable: "refused" } }],
    },
    passwordQueue: createBoundedQueue({ atOnce: 1, waiting: 1 }),
    checkHealth: async () => ({ ready: true, parts: {} }),
    ...changes,
  });
}

describe("figures for metrics", () => {
  it("come from the store, the keys, the connectors and the password queue", async () => {
    const driver = openMemory();
    await driver.insert({ kind: "grant", key: "a", value: "{}", expiresAt: null, indexes: [] });
    expect(await createReader({ driver })()).toEqual({
      isReady: true,
      rows: new Map([["grant", 1]]),
      passwords: { running: 0, waiting: 0, refused: 0 },
      keys: outlook,
      connectors: [{ id: "ldap", isUp: false }],
    });
  });

  it("are told without rows where the store is down, or its driver can't count", async () => {
    const down = { countByKind: () => Promise.reject(new StorageUnavailableError("down")) };
    for (const driver of [down, {}]) {
      const figures = await createReader({ driver, checkHealth: async () => ({ ready: false, parts: {} }) })();
      expect(figures).toMatchObject({ isReady: false, keys: outlook });
      expect(figures).not.toHaveProperty("rows");
    }
  });
});
