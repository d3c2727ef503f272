import { describeContract } from "./contract.js";
import { describeRotationInProduct } from "./in-product.js";
import { providerStands } from "./stands/stands.js";

for (const stand of providerStands) {
  describeContract(stand);
  describeRotationInProduct(stand);
}
