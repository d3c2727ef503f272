import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpBrowser } from "../support/http-browser.js";
import { authorizeUrl, photosYaml, robinYaml } from "../support/relying-party.js";
import { createTempFolder } from "../support/temp-folder.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;

afterEach(() => server.stop());

/** The tiles of the chooser, by the type that themes see. */
async function tilesOf(connectors: string): Promise<ReadonlyMap<string, string>> {
  server = await startTestServer({
    yaml: `storage: { type: memory }\nconnectors:\n${connectors}${photosYaml}${robinYaml}`,
  });
  const { body } = await createHttpBrowser().follow(authorizeUrl(server), server.origin);
  const rows = [
    ...body.matchAll(
      /data-type="\w+" aria-hidden="true">((?:(?!<\/span>).)*)<\/span>\s*<span class="text"><span class="name">([^<]*)/gs,
    ),
  ];
  return new Map(rows.map(([, tile = "", name = ""]) => [name, tile]));
}

describe("the icon of a connector on the chooser", () => {
  it("is the drawing of its type, or of the name in the configuration", async () => {
    const tiles = await tilesOf(`
  - { type: mockCallback, id: a, name: Alpha }
  - { type: mockPassword, id: b, name: Beta, icon: keycloak, config: { username: a, password: b } }
`);
    expect(tiles.get("Alpha")).toMatch(/^<svg .*<\/svg>$/);
    expect(tiles.get("Beta")).toContain(">Kc</text>");
    expect(tiles.get("Email")).toContain("<svg");
  });

  it("is made of letters where several of a type would look alike", async () => {
    const tiles = await tilesOf(`
  - { type: mockCallback, id: a, name: Alpha }
  - { type: mockCallback, id: b, name: Beta }
`);
    expect([tiles.get("Alpha"), tiles.get("Beta")]).toEqual(["Al", "Be"]);
  });

  it("may be a file, which can run no script even when it is opened by itself", async () => {
    const file = join(createTempFolder(), "partner.svg");
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.cookie)</script></svg>';
    await writeFile(file, svg);
    const tiles = await tilesOf(`
  - { type: mockCallback, id: a, name: Alpha, icon: "${file}" }
  - { type: mockCallback, id: b, name: Beta, icon: "${file}" }
`);
    const [, src = ""] =
      /^<img src="(\/dex\/static\/connector\.[\w-]{12}\.svg)" alt="">$/.exec(tiles.get("Alpha") ?? "") ?? [];
    expect(tiles.get("Beta")).toBe(tiles.get("Alpha"));
    const reply = await fetch(new URL(src, server.origin));
    expect([reply.status, await reply.text()]).toEqual([200, svg]);
    expect(reply.headers.get("content-type")).toBe("image/svg+xml");
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
    expect(reply.headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/);
  });
});
