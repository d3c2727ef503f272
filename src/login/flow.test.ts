import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createSealingCollection } from "../../test/support/key-store.js";
import { createStaticRegistry } from "../clients/registry.js";
import { openSealer, type RotatingSealer } from "../keys/sealing-keys.js";
import type { AuthorizeRequest } from "../oidc/authorize-request.js";
import { PageError } from "../oidc/page-error.js";
import { promptValues } from "../oidc/prompt.js";
import { present } from "../platform/present.js";
import { createSystemRandom } from "../platform/random.js";
import type { Client } from "../records/client.js";
import { createFlows, type Flows } from "./flow.js";

const start = Date.UTC(2026, 10, 1);
const lifetimeMs = 3_600_000;
const redirectUri = "https://app.example/callback";
const secret = "b".repeat(43);
const client: Client = {
  id: "app",
  name: "App",
  isPublic: false,
  redirectUris: [redirectUri],
  trustedPeers: [],
  refreshPolicy: { rotation: true, reuseIntervalMs: 30_000, maxPerUserAndClient: 50 },
};

let now = start;
let sealer: RotatingSealer;
let flows: Flows;

beforeAll(async () => {
  const shared = { clock: () => now, random: createSystemRandom(), lifetimeMs };
  const collection = createSealingCollection();
  sealer = await openSealer({ ...shared, collection, rotationPeriodMs: lifetimeMs, onFailure: () => undefined });
  flows = createFlows({ ...shared, sealer, clients: createStaticRegistry([client]), issuer: "https://id.example/dex" });
});

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const request: fc.Arbitrary<AuthorizeRequest> = fc
  .record({
    scopes: fc.uniqueArray(fc.constantFrom("openid", "email", "groups"), { maxLength: 3 }),
    state: maybe(text),
    nonce: maybe(text),
    codeChallenge: maybe(fc.record({ challenge: text, method: fc.constantFrom("S256" as const, "plain" as const) })),
    prompt: fc.uniqueArray(fc.constantFrom(...promptValues)),
    maxAge: maybe(fc.nat()),
    forceApproval: fc.boolean(),
    loginHint: maybe(text),
    connectorId: maybe(text),
  })
  .map(({ scopes, prompt, forceApproval, ...optional }) => ({
    clientId: client.id,
    redirectUri,
    scopes,
    prompt,
    forceApproval,
    ...present(optional),
  }));

const small: AuthorizeRequest = { clientId: "app", redirectUri, scopes: ["openid"], prompt: [], forceApproval: false };

function seal(asked: AuthorizeRequest): string {
  const sealed = flows.create(asked, secret);
  if (sealed === undefined) throw new Error("too long");
  return sealed;
}

async function problemOf(opened: Promise<unknown>): Promise<unknown> {
  return opened.then(
    () => "opened",
    (error) => (error instanceof PageError ? error.problem.kind : error),
  );
}

describe("a sealed flow", () => {
  it("gives back the request that it was made of, to its own browser, also by way of an upstream", async () => {
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const { flow } = await flows.open(seal(asked), secret);
        expect(flow.request).toEqual(asked);
        const back = await flows.openState(flows.sealState(flow, "github"), secret);
        expect([back.flow, back.sentTo]).toEqual([flow, "github"]);
        expect(await flows.openRequest(flows.sealRequest(asked) ?? "")).toEqual(asked);
      }),
    );
  });

  it("opens for no other browser (CVE-2022-39222)", async () => {
    const other = maybe(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{43}$/)));
    const sealed = seal(small);
    await fc.assert(
      fc.asyncProperty(other, async (browser) => {
        fc.pre(browser !== secret);
        expect(await problemOf(flows.open(sealed, browser))).toBe("other-browser");
      }),
    );
  });

  it("is refused as expired with any character changed, left out or added: it has one spelling", async () => {
    const sealed = seal(small);
    const letter = fc.constantFrom(..."AQgw_-09azZ+/=. %\u00e9");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sealed.length),
        fc.nat(2),
        fc.array(letter, { maxLength: 2 }),
        async (at, dropped, added) => {
          const altered = sealed.slice(0, at) + added.join("") + sealed.slice(at + dropped);
          fc.pre(altered !== sealed);
          expect(await problemOf(flows.open(altered, secret))).toBe("expired");
        },
      ),
      { numRuns: 400 },
    );
  });

  it("opens for its own purpose alone: not as the state of an upstream, nor as a posted request", async () => {
    const sealed = seal(small);
    const { flow } = await flows.open(sealed, secret);
    const others = [flows.sealState(flow, "github"), flows.sealRequest(small) ?? ""];
    for (const other of others) expect(await problemOf(flows.open(other, secret))).toBe("expired");
    expect(await problemOf(flows.openState(sealed, secret))).toBe("expired");
    expect(await problemOf(flows.openRequest(sealed))).toBe("expired");
  });

  it("throws nothing but a PageError for any text, also where another version has sealed it with the same key", async () => {
    const foreign = fc.oneof(fc.json(), fc.string()).map((plain) => ({
      flow: sealer.seal("flow", plain),
      state: sealer.seal("upstream state", plain),
      posted: sealer.seal("posted request", plain),
    }));
    const any = fc.string({ unit: "binary" }).map((plain) => ({ flow: plain, state: plain, posted: plain }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(foreign, any), async (texts) => {
        expect(await problemOf(flows.open(texts.flow, secret))).toBe("expired");
        expect(await problemOf(flows.openState(texts.state, secret))).toBe("expired");
        expect(await problemOf(flows.openRequest(texts.posted))).toBe("expired");
      }),
    );
  });

  it("is never longer than a request line may be: a request that does not fit is told so at its start", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12_000 }), async (length) => {
        const sealed = flows.create({ ...small, state: "s".repeat(length) }, secret);
        if (sealed === undefined) expect(length).toBeGreaterThan(3_500);
        else expect(sealed.length).toBeLessThanOrEqual(6_000);
      }),
      { numRuns: 50 },
    );
  });

  it("expires, and says where to start again", async () => {
    const sealed = seal(small);
    now += lifetimeMs + 1;
    const error = await flows.open(sealed, secret).catch((thrown) => thrown);
    now = start;
    expect(error.problem).toMatchObject({ kind: "expired" });
  });
});
