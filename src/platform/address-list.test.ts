import { describe, expect, it } from "vitest";
import { createAddressList, isCidr } from "./address-list.js";

describe("a list of addresses", () => {
  const isListed = createAddressList(["10.0.0.0/8", "192.0.2.1", "fd00::/8", "::1"]);

  it.each(["10.255.0.1", "::ffff:10.1.2.3", "192.0.2.1", "fd12::1", "::1"])("holds %s", (address) => {
    expect(isListed(address)).toBe(true);
  });

  it.each(["11.0.0.1", "192.0.2.2", "fe80::1", "::2", "::ffff:11.0.0.1", "", "10.0.0.1:80", "10.0.0.1 ", "x"])(
    "does not hold %j",
    (address) => {
      expect(isListed(address)).toBe(false);
    },
  );

  it("may be empty, and holds nothing then", () => {
    expect(createAddressList([])("127.0.0.1")).toBe(false);
  });

  it("is made of addresses and CIDRs alone", () => {
    expect(["10.0.0.0/8", "::1", "::/0", "1.2.3.4/32"].filter((text) => !isCidr(text))).toEqual([]);
    expect(["10.0.0.0/33", "10.0.0/8", "::/129", "1.2.3.4/", "1.2.3.4/8/8", "proxy", ""].filter(isCidr)).toEqual([]);
  });
});
