import { BlockList, isIP } from "node:net";

/** Whether an IP address is one of a list of addresses and CIDRs. What is no address is none of them. */
export type IsListed = (address: string) => boolean;

/** Takes addresses and CIDRs that `isCidr` takes. */
export function createAddressList(cidrs: readonly string[]): IsListed {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits] = cidr.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return (written) => {
    const address = normaliseAddress(written);
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
  };
}

/** A v4 peer of a v6 socket counts as v4. */
export function normaliseAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** An address, or one with the number of bits that count. */
export function isCidr(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}
