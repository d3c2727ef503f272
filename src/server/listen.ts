import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Address } from "../config/config.js";

/** Starts to listen and returns the address as people write it, with the port that was really taken. */
export async function listen(app: FastifyInstance, address: Address): Promise<string> {
  // Without a host Node takes all addresses of both families.
  await app.listen({ port: address.port, host: address.host ?? "::" });
  return formatAddress(app.server.address());
}

function formatAddress(address: AddressInfo | string | null): string {
  if (address === null || typeof address === "string") return address ?? "";
  return address.family === "IPv6" ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}
