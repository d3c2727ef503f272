import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createConnectorContext, plainHttp } from "../../test/support/connector-context.js";
import type { ConnectorType } from "./catalogue.js";
import { type ConnectorPool, openConnectorPool, type PoolOptions } from "./pool.js";
import type { Connector } from "./port.js";

const context = () => createConnectorContext();

function createConnector(close?: () => Promise<void>): Connector {
  return {
    login: { kind: "password", check: () => Promise.resolve({ outcome: "bad-credentials" }) },
    ...(close && { close }),
  };
}

function createType(open: (options: unknown) => Promise<Connector>): ConnectorType {
  return { options: z.unknown(), open };
}

function openPool(types: Record<string, ConnectorType>, more: Partial<PoolOptions> = {}): Promise<ConnectorPool> {
  const specs = Object.keys(types).map((type) => ({
    id: `${type}-id`,
    type,
    name: `The ${type}`,
    http: plainHttp,
    options: { of: type },
  }));
  return openConnectorPool({ specs, types: new Map(Object.entries(types)), context, report: () => undefined, ...more });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the connector pool", () => {
  it("opens every connector with its own options and lists them in the order of the config", async () => {
    const seen: unknown[] = [];
    const open = async (options: unknown): Promise<Connector> => {
      seen.push(options);
      return createConnector();
    };
    const pool = await openPool({ b: createType(open), a: createType(open) });
    expect(pool.list().map(({ id, name }) => [id, name])).toEqual([
      ["b-id", "The b"],
      ["a-id", "The a"],
    ]);
    expect(seen).toEqual([{ of: "b" }, { of: "a" }]);
    expect(pool.find("nobody")).toBeUndefined();
  });

  it("does not show the options, which hold secrets", async () => {
    const pool = await openPool({ a: createType(async () => createConnector()) });
    expect(pool.find("a-id")).not.toHaveProperty("options");
  });

  it("keeps one that fails as unavailable with its reason, beside those that work (DESIGN wall 8)", async () => {
    const reported: string[][] = [];
    const pool = await openPool(
      {
        bad: createType(() => Promise.reject(new Error("no route to host"))),
        good: createType(async () => createConnector()),
      },
      { report: (...event) => reported.push(event) },
    );
    expect(pool.find("bad-id")?.state).toEqual({ unavailable: "no route to host" });
    expect(pool.find("good-id")?.state).toHaveProperty("connector");
    expect(reported).toEqual([["bad-id", "no route to host"]]);
    await pool.close();
  });

  it("keeps one of an unknown type as unavailable", async () => {
    const specs = [{ id: "x", type: "x", name: "X", http: plainHttp, options: {} }];
    const pool = await openPool({}, { specs });
    expect(pool.find("x")?.state).toEqual({ unavailable: "unknown connector type x" });
    await pool.close();
  });

  it("tries again in the background, with a pause that doubles up to its limit, until it works", async () => {
    vi.useFakeTimers({ now: 0 });
    const tries: number[] = [];
    const open = async (): Promise<Connector> => {
      tries.push(Date.now());
      if (tries.length < 6) throw new Error("down");
      return createConnector();
    };
    const pool = await openPool({ a: createType(open) }, { retryMs: 1_000, retryMaxMs: 5_000 });
    expect(pool.find("a-id")?.state).toEqual({ unavailable: "down" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toEqual([0, 1_000, 3_000, 7_000, 12_000, 17_000]);
    expect(pool.find("a-id")?.state).toHaveProperty("connector");
  });

  it("stops trying once it is closed, and closes what it has opened", async () => {
    vi.useFakeTimers();
    let tries = 0;
    const close = vi.fn(() => Promise.resolve());
    const pool = await openPool({
      bad: createType(() => {
        tries += 1;
        return Promise.reject(new Error("down"));
      }),
      good: createType(async () => createConnector(close)),
    });
    await pool.close();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(tries).toBe(1);
    expect(close).toHaveBeenCalledOnce();
  });

  it("closes a connector that opens only after the pool was closed", async () => {
    vi.useFakeTimers();
    const close = vi.fn(() => Promise.resolve());
    let finish: ((connector: Connector) => void) | undefined;
    let tries = 0;
    const open = (): Promise<Connector> => {
      tries += 1;
      if (tries === 1) return Promise.reject(new Error("down"));
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const pool = await openPool({ a: createType(open) }, { retryMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    await pool.close();
    finish?.(createConnector(close));
    await vi.advanceTimersByTimeAsync(0);
    expect(close).toHaveBeenCalledOnce();
  });
});
