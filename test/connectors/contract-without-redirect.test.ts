import { describeContract } from "./contract.js";
import { describeRotationInProduct } from "./in-product.js";
import { standsWithoutRedirect } from "./stands/stands.js";

for (const stand of standsWithoutRedirect) {
  describeContract(stand);
  describeRotationInProduct(stand);
}
