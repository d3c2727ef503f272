import { describe, expect, it } from "vitest";
import type { Connector } from "../../src/connectors/port.js";
import { logInAt, type Person, refreshAt, requireLogin } from "./connector-login.js";
import type { ReceivedRequest, UpstreamReply } from "./http-upstream.js";

/** What these tests need of a simulator; any forge has it. */
export interface Troubled {
  disturb: (request: ReceivedRequest) => UpstreamReply | undefined;
  consents: boolean;
}

export interface TroubleSetup {
  readonly forge: () => Troubled;
  readonly open: () => Connector;
  /** Path where the API tells who somebody is. */
  readonly personPath: string;
  readonly tokenPath: string;
  /** What the API says of the person, without the id. */
  readonly personWithoutId: object;
  /** Ends what the forge gave to the person. */
  readonly revoke: () => void;
}

const json = { "content-type": "application/json" };

/** What every forge may do, and what must follow from it. */
export function describeTrouble({ forge, open, personPath, tokenPath, personWithoutId, revoke }: TroubleSetup): void {
  function disturb(path: string, reply: UpstreamReply): void {
    forge().disturb = ({ url }) => (url.pathname === path ? reply : undefined);
  }

  const nonsense: readonly (readonly [string, UpstreamReply])[] = [
    ["500", { status: 500, body: { message: "oops" } }],
    ["502 with a page", { status: 502, headers: { "content-type": "text/html" }, body: "<html>Bad gateway</html>" }],
    ["a page in place of JSON", { headers: { "content-type": "text/html" }, body: "<html>Maintenance</html>" }],
    ["broken JSON", { headers: json, body: '{"id": 1, "login":' }],
    ["JSON of another kind", { body: [] }],
    ["a rate limit", { status: 429, headers: { "retry-after": "3600" }, body: { message: "Too many requests" } }],
    ["a permission that we lack", { status: 403, body: { message: "Resource not accessible" } }],
  ];

  describe("trouble at the forge", () => {
    it.each(nonsense)("is no answer to a login: %s", async (_name, reply) => {
      const connector = open();
      for (const path of [personPath, tokenPath]) {
        disturb(path, reply);
        await expect(logInAt(connector)).rejects.toThrow();
      }
    });

    it.each(nonsense)("changes nothing at a refresh: %s", async (_name, reply) => {
      const connector = open();
      const login = await requireLogin(connector);
      disturb(personPath, reply);
      await expect(refreshAt(connector, login)).rejects.toThrow();
      forge().disturb = () => undefined;
      expect(await refreshAt(connector, login)).toMatchObject({ outcome: "ok", identity: login.identity });
    });

    it("lets nobody in without an id, or with one that is none", async () => {
      const connector = open();
      for (const reply of [personWithoutId, { ...personWithoutId, id: null, uuid: null }]) {
        disturb(personPath, { body: reply });
        await expect(logInAt(connector)).rejects.toThrow("unexpected form");
      }
    });

    it("is not waited for without end: a limit that is soon over is waited for once", async () => {
      const connector = open();
      let asked = 0;
      forge().disturb = ({ url }) => {
        if (url.pathname !== personPath) return undefined;
        asked += 1;
        return asked === 1 ? { status: 429, headers: { "retry-after": "1" } } : undefined;
      };
      expect((await logInAt(connector)).outcome).toBe("ok");
      expect(asked).toBe(2);
    });
  });

  describe("a no of the forge", () => {
    it("is a denied login where the person says no to the application", async () => {
      const connector = open();
      forge().consents = false;
      expect(await logInAt(connector)).toMatchObject({ outcome: "denied" });
    });

    it("is a denied refresh where the person took the access back", async () => {
      const connector = open();
      const login: Person = await requireLogin(connector);
      revoke();
      expect(await refreshAt(connector, login)).toMatchObject({ outcome: "denied" });
    });
  });
}
