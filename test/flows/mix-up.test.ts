import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConnectorType } from "../../src/connectors/catalogue.js";
import { createHttpBrowser, type HttpBrowser, locationQuery, type Visit } from "../support/http-browser.js";
import { authorizeUrl, photosYaml } from "../support/relying-party.js";
import { createTestUpstream, type TestUpstream, withTestConnectors } from "../support/test-connectors.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

// RFC 9700 section 4.4: an upstream that sends its people on to another one must not get the code that comes of it.

let server: TestServer;
let upstream: TestUpstream;

beforeEach(async () => {
  upstream = createTestUpstream();
  const plain = withTestConnectors(upstream).get("testRedirect");
  if (plain === undefined) throw new Error("no test connector");
  const open: ConnectorType["open"] = async (options, context) => ({
    ...(await plain.open(options, context)),
    issuers: () => ["https://honest.example"],
  });
  server = await startTestServer({
    yaml: `
storage: { type: memory }
connectors:
  - { type: mockCallback, id: other, name: Other }
  - type: oidc
    id: honest
    name: Honest
    config: { issuer: "https://honest.example", clientID: a, clientSecret: b, redirectURI: "{origin}/dex/callback/honest" }
${photosYaml}`,
    parts: {
      connectorTypes: new Map([
        ["mockCallback", plain],
        ["oidc", { ...plain, open }],
      ]),
    },
  });
});

afterEach(() => server.stop());

async function leaveFor(browser: HttpBrowser, connectorId: string): Promise<URLSearchParams> {
  const url = authorizeUrl(server, { extra: { connector_id: connectorId } });
  return locationQuery(await browser.follow(url, server.origin));
}

function comeBack(browser: HttpBrowser, path: string, fields: Record<string, string>): Promise<Visit> {
  return browser.follow(`${server.issuer}${path}?${new URLSearchParams(fields)}`, server.origin);
}

describe("an answer that is another upstream's", () => {
  it("is refused where it says so (iss, RFC 9207 section 2.4), before its code is sent anywhere", async () => {
    const browser = createHttpBrowser();
    const state = (await leaveFor(browser, "other")).get("state") ?? "";
    const answer = await comeBack(browser, "/callback", { code: "c", state, iss: "https://honest.example" });
    expect([answer.status, upstream.finished]).toEqual([400, []]);
    const own = await comeBack(browser, "/callback", { code: "c", state, iss: "https://other.example" });
    expect([own.status, upstream.finished.length]).toEqual([200, 1]);
  });

  it("is refused on the common address where the connector has one of its own", async () => {
    const browser = createHttpBrowser();
    const query = await leaveFor(browser, "honest");
    expect(query.get("redirect_uri")).toBe(`${server.issuer}/callback/honest`);
    const fields = { code: "c", state: query.get("state") ?? "" };
    expect([(await comeBack(browser, "/callback", fields)).status, upstream.finished]).toEqual([400, []]);
    expect((await comeBack(browser, "/callback/honest", fields)).status).toBe(200);
  });
});
