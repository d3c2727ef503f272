import { hashSync } from "@node-rs/bcrypt";
import { describe, expect, it } from "vitest";
import { createConnectorContext } from "../../../test/support/connector-context.js";
import { type BoundedQueue, createBoundedQueue, QueueFullError } from "../../platform/bounded-queue.js";
import type { Identity } from "../../records/identity.js";
import type { Connector, LoginResult } from "../port.js";
import type { LocalOptions } from "./config.js";
import { openLocal } from "./connector.js";

type Person = LocalOptions["passwords"][number];

const jane: Person = {
  email: "jane@example.com",
  emailClaim: "Jane@Example.com",
  hash: hashSync("correct horse", 4),
  userId: "u1",
  username: "Jane Doe",
  preferredUsername: "jane",
  emailVerified: true,
  groups: ["b", "a"],
};
const scopes = { offlineAccess: true, groups: true };
const queue = createBoundedQueue({ atOnce: 2, waiting: 100 });
const bad = { outcome: "bad-credentials" };

function open(passwords: Person[] = [jane], passwordQueue: BoundedQueue = queue): Promise<Connector> {
  return openLocal({ passwords }, createConnectorContext({ passwordQueue }));
}

async function check(connector: Connector, username: string, password: string): Promise<LoginResult> {
  if (connector.login.kind !== "password") throw new Error("a password login expected");
  return connector.login.check({ scopes, username, password });
}

async function logIn(connector: Connector, username = jane.email, password = "correct horse"): Promise<Identity> {
  const result = await check(connector, username, password);
  if (result.outcome !== "ok") throw new Error(result.outcome);
  return result.identity;
}

describe("a login with a static password", () => {
  it("gives the claims of the config, the e-mail address as it is written there", async () => {
    expect(await logIn(await open())).toEqual({
      userId: "u1",
      username: "Jane Doe",
      preferredUsername: "jane",
      email: "Jane@Example.com",
      emailVerified: true,
      groups: ["b", "a"],
    });
  });

  it("takes the address in any letters and the password only in its own (security case 47)", async () => {
    const connector = await open();
    expect((await logIn(connector, "JANE@example.COM")).userId).toBe("u1");
    expect(await check(connector, jane.email, "Correct horse")).toEqual(bad);
  });

  it.each(["$2a$", "$2b$", "$2y$"])("takes hashes that begin with %s, as Go's bcrypt does", async (prefix) => {
    expect((await logIn(await open([{ ...jane, hash: prefix + jane.hash.slice(4) }]))).userId).toBe("u1");
  });

  it("gives one answer to an unknown user, a wrong, an empty and an endless password (security case 38)", async () => {
    const connector = await open();
    for (const [username, password] of [
      ["nobody@example.com", "correct horse"],
      ["", ""],
      ["__proto__", "x"],
      [jane.email, "wrong"],
      [jane.email, ""],
      [jane.email, "correct horse\0"],
      [jane.email, "x".repeat(1_000_000)],
      ["x".repeat(1_000_000), "x"],
    ] as const) {
      expect(await check(connector, username, password)).toEqual(bad);
    }
  });

  it("does not take a password that only begins with the right 72 bytes", async () => {
    const long = "é".repeat(36);
    const connector = await open([{ ...jane, hash: hashSync(long, 4) }]);
    expect((await logIn(connector, jane.email, long)).userId).toBe("u1");
    expect(await check(connector, jane.email, `${long}x`)).toEqual(bad);
    const careless = await open([{ ...jane, hash: hashSync("", 4) }]);
    expect(await check(careless, jane.email, "x".repeat(73))).toEqual(bad);
  });

  it("works where nobody is configured", async () => {
    expect(await check(await open([]), jane.email, "x")).toEqual(bad);
  });
});

describe("the cost of a login", () => {
  it("is one check in the queue, whoever asks and whatever is wrong", async () => {
    let checks = 0;
    const counting: BoundedQueue = {
      run: (work) => {
        checks += 1;
        return work();
      },
    };
    const connector = await open([jane], counting);
    for (const username of [jane.email, "nobody@example.com"]) {
      for (const password of ["correct horse", "wrong", "x".repeat(100)]) await check(connector, username, password);
    }
    expect(checks).toBe(6);
  });

  it("is as high for unknown users and endless passwords as for a wrong password (security case 38)", async () => {
    const people = [{ ...jane, hash: hashSync("correct horse", 10) }];
    const connector = await open(people);
    async function measure(username: string, password: string): Promise<number> {
      const times: number[] = [];
      for (let round = 0; round < 3; round++) {
        const started = performance.now();
        await check(connector, username, password);
        times.push(performance.now() - started);
      }
      return Math.min(...times);
    }
    const wrong = await measure(jane.email, "wrong");
    // Wide bounds: a check that is skipped costs a hundredth, not a third.
    for (const time of [await measure("nobody@example.com", "wrong"), await measure(jane.email, "x".repeat(100))]) {
      expect(time).toBeGreaterThan(wrong / 3);
      expect(time).toBeLessThan(wrong * 3);
    }
  });

  it("is refused when too many checks wait already", async () => {
    const connector = await open([jane], createBoundedQueue({ atOnce: 0, waiting: 0 }));
    await expect(check(connector, jane.email, "correct horse")).rejects.toThrow(QueueFullError);
  });
});

describe("a refresh of a static user (dex-behaviour §6.7)", () => {
  it("reads name, groups and verification again and keeps the address", async () => {
    const identity = await logIn(await open());
    const changed = { ...jane, username: "Jane Roe", groups: [], emailVerified: false, emailClaim: "JANE@example.com" };
    const { refresh } = await open([changed]);
    expect(await refresh?.({ scopes, identity })).toEqual({
      outcome: "ok",
      identity: { ...identity, username: "Jane Roe", groups: [], emailVerified: false },
    });
  });

  it("is denied once the user is gone or is somebody else (security case 49)", async () => {
    const identity = await logIn(await open());
    for (const people of [[], [{ ...jane, userId: "u2" }], [{ ...jane, email: "jim@example.com" }]]) {
      const { refresh } = await open(people);
      expect(await refresh?.({ scopes, identity })).toMatchObject({ outcome: "denied" });
    }
  });
});
