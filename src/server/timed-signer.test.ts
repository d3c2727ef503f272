import { expect, it } from "vitest";
import { generateSigningKeyPair } from "../keys/generate-key-pair.js";
import { importKey } from "../keys/imported-key.js";
import type { SigningKey } from "../keys/signer.js";
import { timeSigner } from "./timed-signer.js";

async function createKey(): Promise<SigningKey> {
  const times = { createdAt: 0, activeFrom: 0, outputLifeMs: 1, leadMs: 1 };
  const { signing } = importKey({ ...(await generateSigningKeyPair("ES256")), ...times });
  if (signing === undefined) throw new Error("the key has no private half");
  return signing;
}

it("tells the time of each signature, and signs with the same key under the same name", async () => {
  const key = await createKey();
  const times: [string, number][] = [];
  const signer = timeSigner({ current: () => key }, (...time) => times.push(time));
  const { keyId, algorithm, sign } = signer.current();
  expect([keyId, algorithm]).toEqual([key.keyId, "ES256"]);
  expect((await sign({ sub: "a" })).split(".")[1]).toBe(Buffer.from('{"sub":"a"}').toString("base64url"));
  expect(times).toEqual([["ES256", expect.any(Number)]]);
  expect(times[0]?.[1]).toBeGreaterThan(0);
});

it("follows a rotation, and makes no new object for each token", async () => {
  const [first, second] = [await createKey(), await createKey()];
  let current = first;
  const signer = timeSigner({ current: () => current }, () => undefined);
  expect(signer.current()).toBe(signer.current());
  current = second;
  expect(signer.current().keyId).toBe(second.keyId);
});

it("tells the time of a signature that failed, and lets the failure through", async () => {
  const key: SigningKey = { keyId: "k", algorithm: "ES256", sign: () => Promise.reject(new Error("no")) };
  const times: unknown[] = [];
  const signer = timeSigner({ current: () => key }, (...time) => times.push(time));
  await expect(signer.current().sign({})).rejects.toThrow("no");
  expect(times).toHaveLength(1);
});
