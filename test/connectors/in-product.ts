import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodePair, encodePair } from "../../src/platform/encoding.js";
import { grantKey } from "../../src/records/grant.js";
import { openStores } from "../../src/server/open-stores.js";
import { createHttpBrowser, findAction, findField, locationQuery, type Visit } from "../support/http-browser.js";
import {
  answerConsent,
  authorizeUrl,
  photosYaml,
  post,
  readClaims,
  redeem,
  refresh,
  submitPassword,
} from "../support/relying-party.js";
import { findFreePort, startTestServer, type TestServer } from "../support/test-server.js";
import { casey } from "./contract.js";
import type { ConnectorStand, LoginWay, RunningStand } from "./stand.js";

const albums = { id: "albums", secret: "albums-secret-0123456789" };

const clientsYaml = `${photosYaml}  - { id: ${albums.id}, name: Albums, secret: ${albums.secret}, redirectURIs: ["https://albums.example.com/cb"] }
`;

/** What only the whole product can show of a connector: one suite for each stand whose upstream rotates its credential. */
export function describeRotationInProduct(stand: ConnectorStand): void {
  if (stand.skips.rotation !== undefined) return;
  const describeStand = stand.describe ?? describe;
  describeStand(`an upstream that rotates its credential, in the whole product: ${stand.type}`, () => {
    let running: RunningStand;
    let server: TestServer;
    let elapsedMs = 0;
    const clock = (): number => Date.now() + elapsedMs;
    const wait = (ms: number): void => {
      elapsedMs += stand.realTime === true ? 31_000 : ms;
    };

    beforeEach(async () => {
      const port = await findFreePort();
      running = await stand.start({ clock, callbackUrl: `http://127.0.0.1:${port}/dex/callback` });
      await running.setPerson(casey);
      server = await startWith(stand, running, { clock, port });
    });

    afterEach(async () => {
      await server.stop();
      await running.stop();
    });

    it("keeps two apps of one login alive that refresh at once, several times over (DESIGN wall 5)", async () => {
      const first = await logIn(server, running.way);
      const second = await addApp(server, first.body["refresh_token"]);
      let tokens: [unknown, unknown] = [first.body["refresh_token"], second];
      for (let round = 0; round < 3; round++) {
        wait(2 * 86_400_000);
        const [photosReply, albumsReply] = await Promise.all([
          refresh(server, tokens[0]),
          post(server, "/token", { grant_type: "refresh_token", refresh_token: String(tokens[1]) }, albums),
        ]);
        expect([photosReply.status, albumsReply.status]).toEqual([200, 200]);
        const subjects = [photosReply, albumsReply].map(({ body }) => readClaims(body["id_token"])["sub"]);
        expect(subjects).toEqual(Array(2).fill(readClaims(first.body["id_token"])["sub"]));
        tokens = [photosReply.body["refresh_token"], albumsReply.body["refresh_token"]];
      }
    });

    it("keeps one login alive over many refreshes, and over an upstream that is down meanwhile", async () => {
      let token = (await logIn(server, running.way)).body["refresh_token"];
      for (let round = 0; round < 3; round++) {
        wait(86_400_000);
        const [place = ""] = stand.refreshPlaces ?? stand.places;
        await running.setBehaviour({ kind: "down", place });
        expect((await refresh(server, token)).status).toBe(503);
        await running.setBehaviour({ kind: "well" });
        const reply = await refresh(server, token);
        expect(reply.status).toBe(200);
        token = reply.body["refresh_token"];
      }
    });
  });
}

async function startWith(
  stand: ConnectorStand,
  running: RunningStand,
  { clock, port }: { readonly clock: () => number; readonly port: number },
): Promise<TestServer> {
  const settings = await running.settings({ restricted: false });
  const { connectorType } = stand;
  // The config knows no test types: such a type is put in the place of a mock, behind it.
  const type = connectorType === undefined ? stand.type : "mockCallback";
  const replaced = connectorType && {
    connectorTypes: new Map([["mockCallback", { ...connectorType, open: openWith(connectorType, settings) }]]),
  };
  const entry = { type, id: "up", name: "Upstream", ...(connectorType === undefined && { config: settings }) };
  return startTestServer({
    port,
    yaml: `
storage: { type: sqlite3, config: { file: "{folder}/latchkey.db" } }
connectors:
  - ${JSON.stringify({ ...entry, http: { rootCAs: running.http?.ca ?? [] } })}
${clientsYaml}`,
    parts: { clock, ...replaced },
  });
}

type TestType = NonNullable<ConnectorStand["connectorType"]>;

function openWith(type: TestType, settings: object): TestType["open"] {
  return (_options, context) => type.open(settings, context);
}

/** A whole login, at the upstream as well. */
async function logIn(server: TestServer, way: LoginWay) {
  const browser = createHttpBrowser();
  const out = await browser.follow(authorizeUrl(server), server.origin);
  const consent = await comeBack(out);
  const done = await answerConsent(browser, server, consent, "approve");
  return redeem(server, locationQuery(done).get("code") ?? "");

  async function comeBack(visit: Visit): Promise<Visit> {
    const callback = `${server.issuer}/callback`;
    const location = visit.headers.get("location") ?? "";
    if (way.kind === "redirect") {
      const fields = await way.visit(location);
      return browser.follow(`${callback}?${new URLSearchParams([...fields])}`, server.origin);
    }
    if (way.kind === "formPost") {
      const start = location === "" ? readForm(visit) : { url: location };
      const fields = { ...Object.fromEntries(await way.visit(start)), latchkey_reposted: "1" };
      return browser.follow(callback, server.origin, fields);
    }
    if (way.kind === "password") {
      const { username, password } = way.credentials();
      return submitPassword(browser, server, visit, username, password);
    }
    throw new Error("a proxy gives no credential that could rotate");
  }
}

function readForm(visit: Visit) {
  const names = [...visit.body.matchAll(/type="hidden" name="([^"]*)"/g)].map(([, name = ""]) => name);
  const fields = Object.fromEntries(names.map((name) => [name, findField(visit.body, name) ?? ""]));
  return { action: findAction(visit.body, visit.url), fields };
}

/**
 * A second app at the same login of the upstream, as a browser session gives it: another grant that names the same
 * upstream grant. Returns its refresh token.
 */
async function addApp(server: TestServer, refreshToken: unknown): Promise<string> {
  const pair = decodePair(String(refreshToken));
  if (pair === undefined) throw new Error("the login gave no refresh token");
  const stores = await openStores(
    { type: "sqlite3", file: join(server.folder, "latchkey.db"), encryptionKeys: [] },
    Date.now,
  );
  try {
    const entry = await stores.grants.find(grantKey(pair.first));
    if (entry?.record.upstream === undefined) throw new Error("the grant names no upstream grant");
    const id = randomUUID();
    await stores.grants.insert(grantKey(id), { ...entry.record, clientId: albums.id });
    return encodePair({ first: id, second: pair.second });
  } finally {
    await stores.driver.close();
  }
}
