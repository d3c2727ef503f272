import { expect, it } from "vitest";
import { plainHttp } from "../../../test/support/connector-context.js";
import { addTrust } from "./trust.js";

it("a type's own certificate settings add to those of http, and never take from them", () => {
  const http = { ...plainHttp, ca: ["A"] };
  expect(addTrust(http, {})).toEqual(http);
  expect(addTrust(http, { rootCAs: ["B", "C"], insecureSkipVerify: false })).toEqual({ ...http, ca: ["A", "B", "C"] });
  expect(addTrust(http, { insecureSkipVerify: true }).verifyCertificates).toBe(false);
  const careless = { ...http, verifyCertificates: false };
  expect(addTrust(careless, { insecureSkipVerify: false }).verifyCertificates).toBe(false);
});
