import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadText } from "../../test/support/config-text.js";
import { createTempFolder } from "../../test/support/temp-folder.js";

const head = `issuer: https://sso.example.com/dex
storage: {type: memory}
connectors: [{type: mockCallback, id: mock, name: Mock}]
`;

function loadWeb(web: string, flags = {}) {
  return loadText(`${head}${web}\n`, { flags });
}

describe("an address", () => {
  it.each([
    ["0.0.0.0:5556", { host: "0.0.0.0", port: 5556 }],
    ["[::]:5556", { host: "::", port: 5556 }],
    ["[::1]:80", { host: "::1", port: 80 }],
    ["localhost:5556", { host: "localhost", port: 5556 }],
    [":5556", { port: 5556 }],
    ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ])("%s", async (text, address) => {
    const { config, lines } = await loadWeb(`web: {http: "${text}"}\ntelemetry: {http: "${text}"}`);
    expect(lines).toEqual([]);
    expect([config?.web.http, config?.telemetry.http]).toEqual([address, address]);
  });

  it.each(["8000", "localhost", "::1:80", "[::1]", "a:b", ":65536", "http://x:80", "[x]:80", "[::1%]:80", "a b:1"])(
    "%j is none",
    async (text) => {
      const { errors } = await loadWeb(`web: {http: "${text}"}`);
      expect(errors).toEqual([
        expect.stringContaining(`web.http: ${JSON.stringify(text)} is no address of the form host:port`),
      ]);
    },
  );

  it("that is a bare number is told how to be one", async () => {
    expect((await loadWeb("web: {http: 8000}")).errors).toEqual([
      '4:13: error: web.http: "8000" is no address of the form host:port; write :8000',
    ]);
  });
});

describe("flags stand in place of keys", () => {
  it("also of ones that are wrong", async () => {
    const flags = { webHttpAddr: "127.0.0.1:1", telemetryAddr: ":2" };
    const { config, lines } = await loadWeb("web: {http: 8000}\ntelemetry: {http: x}", flags);
    expect(lines).toEqual([]);
    expect([config?.web.http?.port, config?.telemetry.http?.port]).toEqual([1, 2]);
  });

  it("and are named where they are wrong themselves", async () => {
    const flags = { webHttpAddr: "x", telemetryAddr: "y" };
    const { errors } = await loadWeb("web: {http: ':1'}", flags);
    expect(errors.join("\n")).toContain('--web-http-addr: "x" is no address');
    expect(errors.join("\n")).toContain('--telemetry-addr: "y" is no address');
  });

  it("make a listener where the file has none", async () => {
    expect((await loadWeb("")).errors).toEqual([
      expect.stringContaining("must supply a HTTP/HTTPS address to listen on"),
    ]);
    expect((await loadWeb("", { webHttpAddr: ":1" })).config?.web.http).toEqual({ port: 1 });
  });

  it("for gRPC have no effect yet", async () => {
    expect((await loadWeb("web: {http: ':1'}", { grpcAddr: ":2" })).warnings).toEqual([
      expect.stringContaining("--grpc-addr has no effect yet"),
    ]);
  });
});

describe("HTTPS", () => {
  it("needs a certificate and a key that can be read", async () => {
    const folder = createTempFolder();
    writeFileSync(join(folder, "tls.crt"), "x");
    mkdirSync(join(folder, "tls.key"));
    const web = (cert: string, key: string) =>
      `web: {https: ":1"${cert && `, tlsCert: ${cert}`}${key && `, tlsKey: ${key}`}}`;
    expect((await loadWeb(web("", ""))).errors).toEqual([
      expect.stringContaining("no cert specified for HTTPS"),
      expect.stringContaining("no private key specified for HTTPS"),
    ]);
    const { errors } = await loadWeb(web(`${folder}/none.crt`, `${folder}/tls.key`));
    expect(errors).toEqual([
      expect.stringContaining(`web.tlsCert: the file ${folder}/none.crt can't be read`),
      expect.stringContaining(`web.tlsKey: the file ${folder}/tls.key can't be read`),
    ]);
    const { config } = await loadWeb(web(`${folder}/tls.crt`, `${folder}/tls.crt`));
    expect(config?.web.https).toEqual({
      port: 1,
      certFile: `${folder}/tls.crt`,
      keyFile: `${folder}/tls.crt`,
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
    });
  });

  it("files are not looked at where only HTTP is served", async () => {
    expect((await loadWeb("web: {http: ':1', tlsCert: none.crt, tlsKey: none.key}")).lines).toEqual([]);
  });

  it("versions are 1.2 and 1.3, in order", async () => {
    const { errors } = await loadWeb(
      "web: {https: ':1', tlsMinVersion: 1.3, tlsMaxVersion: 1.2, tlsCert: /dev/null, tlsKey: /dev/null}",
    );
    expect(errors).toEqual([expect.stringContaining("tlsMinVersion is greater than tlsMaxVersion")]);
    expect((await loadWeb("web: {http: ':1', tlsMinVersion: 1.1}")).errors).toEqual([
      expect.stringContaining("web.tlsMinVersion: must be one of 1.2, 1.3"),
    ]);
  });
});

describe("web", () => {
  it("takes origins, and warns of those that never match", async () => {
    const { config, warnings } = await loadWeb(
      "web: {http: ':1', allowedOrigins: ['*', 'https://a.example', 'http://localhost:3000', 'localhost:8005', 'https://b.example/', 'https://c.example/x']}",
    );
    expect(config?.web.allowedOrigins).toHaveLength(6);
    expect(warnings.map((line) => line.slice(line.indexOf("web.")))).toEqual([
      "web.allowedOrigins.3: localhost:8005 has no scheme, so it never matches an origin; write https://localhost:8005",
      "web.allowedOrigins.4: https://b.example/ is no origin (scheme, host and port alone), so it never matches",
      "web.allowedOrigins.5: https://c.example/x is no origin (scheme, host and port alone), so it never matches",
    ]);
  });

  it("allows the header Authorization unless others are named", async () => {
    expect((await loadWeb("web: {http: ':1', allowedHeaders: []}")).config?.web.allowedHeaders).toEqual([
      "Authorization",
    ]);
    expect((await loadWeb("web: {http: ':1', allowedHeaders: [X-A]}")).config?.web.allowedHeaders).toEqual(["X-A"]);
  });

  it("takes Dex's five response headers, whatever their case, and no line ends in them", async () => {
    const { config, lines } = await loadWeb(
      "web: {http: ':1', headers: {x-frame-options: SAMEORIGIN, Strict-Transport-Security: max-age=1, X-XSS-Protection: ''}}",
    );
    expect(lines).toEqual([]);
    expect(config?.web.headers).toEqual({ "x-frame-options": "SAMEORIGIN", "strict-transport-security": "max-age=1" });
    expect(
      (await loadWeb('web: {http: ":1", headers: {X-Frame-Options: "a\\r\\nSet-Cookie: b"}}')).errors,
    ).toHaveLength(1);
  });

  it("takes addresses and CIDRs as trusted proxies", async () => {
    const { config } = await loadWeb(
      "web: {http: ':1', clientRemoteIP: {header: X-Forwarded-For, trustedProxies: [10.0.0.0/8, 192.0.2.1, 'fd00::/8', '::1']}}",
    );
    expect(config?.web.clientRemoteIP).toEqual({
      header: "X-Forwarded-For",
      trustedProxies: ["10.0.0.0/8", "192.0.2.1", "fd00::/8", "::1"],
    });
    const { errors } = await loadWeb(
      "web: {http: ':1', clientRemoteIP: {trustedProxies: [10.0.0.0/33, proxy, 10.0.0/8, '::1/129', 1.2.3.4/]}}",
    );
    expect(errors).toHaveLength(5);
  });
});
