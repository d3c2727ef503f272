import { describe, expect, it } from "vitest";
import { connectorTypes } from "../../src/connectors/catalogue.js";
import { describeContract } from "./contract.js";
import { describeRotationInProduct } from "./in-product.js";
import { providerStands, stands, standsWithoutRedirect } from "./stands/stands.js";

for (const stand of stands) {
  describeContract(stand);
  describeRotationInProduct(stand);
}

describe("the stands", () => {
  it("are there for every type of the catalogue", () => {
    const stood = new Set([...stands, ...providerStands, ...standsWithoutRedirect].map(({ type }) => type));
    expect([...connectorTypes.keys()].filter((type) => !stood.has(type))).toEqual([]);
  });
});
