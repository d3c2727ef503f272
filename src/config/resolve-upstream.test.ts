import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../test/support/config-text.js";

const head = smallestConfig.split("\n").slice(0, 3).join("\n");

function loadConnector(more: string, env: Record<string, string> = {}) {
  return loadText(`${head}\nconnectors: [{type: mockCallback, id: m, name: M, ${more}}]\n`, { env });
}

async function httpOf(more: string, env: Record<string, string> = {}) {
  const { config, lines } = await loadConnector(more, env);
  return { http: config?.connectors[0]?.http, lines };
}

describe("http of a connector", () => {
  it("is ten seconds, the system's certificates and the environment's proxy by default", async () => {
    expect(await httpOf("config: {}", { https_proxy: "http://proxy:3128", NO_PROXY: "localhost" })).toEqual({
      http: {
        timeoutMs: 10_000,
        ca: [],
        verifyCertificates: true,
        proxy: { http: "", https: "http://proxy:3128", exceptions: "localhost" },
      },
      lines: [],
    });
  });

  it("names another time, and one proxy for all or none", async () => {
    const env = { HTTPS_PROXY: "http://other:1" };
    expect((await httpOf("http: {timeout: 3s, proxy: 'http://p:1'}", env)).http).toMatchObject({
      timeoutMs: 3_000,
      proxy: { http: "http://p:1", https: "http://p:1", exceptions: "" },
    });
    expect((await httpOf("http: {proxy: none}", env)).http?.proxy).toEqual({ http: "", https: "", exceptions: "" });
    expect((await httpOf("http: {timeout: 10m}")).http?.timeoutMs).toBe(60_000);
  });

  it("warns where certificates are not checked", async () => {
    const { http, lines } = await httpOf("http: {insecureSkipVerify: true}");
    expect(http?.verifyCertificates).toBe(false);
    expect(lines).toEqual([expect.stringContaining("warning: insecureSkipVerify")]);
  });

  it.each([
    ["http: {timeout: 3}", "connectors.0.http.timeout"],
    ["http: {proxy: 'socks://x'}", "connectors.0.http.proxy: must be an http or https URL, or none"],
    ["http: {rootCAs: [/none.pem]}", "there is no file /none.pem"],
    ["http: {rootCAs: [package.json]}", "holds no certificate in PEM format"],
    ["refresh: {onUnavailable: lastknown}", "must be deny or lastKnown (did you mean"],
    ["refresh: {maxAge: soon}", "connectors.0.refresh.maxAge"],
  ])("is refused: %s", async (more, message) => {
    expect((await loadConnector(more)).errors).toEqual([expect.stringContaining(message)]);
  });
});

describe("refresh of a connector", () => {
  it("gives nothing while the upstream is down, or what it last said for a while", async () => {
    expect((await loadConnector("config: {}")).config?.connectors[0]).not.toHaveProperty("lastKnownForMs");
    const { config } = await loadConnector("refresh: {onUnavailable: lastKnown, maxAge: 2h}");
    expect(config?.connectors[0]?.lastKnownForMs).toBe(7_200_000);
  });
});
