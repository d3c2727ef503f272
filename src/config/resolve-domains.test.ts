import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../test/support/config-text.js";

const head = smallestConfig.split("\n").slice(0, 3).join("\n");

/** Connectors begin at line 5, one in each. */
function loadConnectors(...domains: readonly string[]) {
  const lines = domains.map((list, index) => `  - {type: mockCallback, id: c${index}, name: C, emailDomains: ${list}}`);
  return loadText(`${head}\nconnectors:\n${lines.join("\n")}\n`);
}

describe("emailDomains of a connector", () => {
  it("are compared in ASCII and lower case, each once", async () => {
    const { config, lines } = await loadConnectors(
      "[Example.com, example.com., bücher.example, xn--bcher-kva.example]",
    );
    expect(lines).toEqual([]);
    expect(config?.connectors[0]?.emailDomains).toEqual(["example.com", "xn--bcher-kva.example"]);
  });

  it("may be absent or empty: then no address leads to the connector", async () => {
    const { config, lines } = await loadConnectors("[]");
    expect(lines).toEqual([]);
    expect(config?.connectors[0]?.emailDomains).toBeUndefined();
  });

  it("belong to one connector: two with one domain are refused, however it is written", async () => {
    const { errors } = await loadConnectors("[bücher.example]", "[other.example, XN--BCHER-KVA.example]");
    expect(errors).toEqual([
      expect.stringMatching(/^6:\d+: error: the domain xn--bcher-kva\.example belongs to the connector c0 already$/),
    ]);
  });

  it.each(["robin@example.com", "@example.com", "https://example.com", "*.example.com"])(
    "are domains: %s is refused",
    async (text) => {
      const { errors } = await loadConnectors(`["${text}"]`);
      expect(errors).toEqual([expect.stringContaining(`"${text}" is no domain: write what stands behind the @`)]);
    },
  );
});
