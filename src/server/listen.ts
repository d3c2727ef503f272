import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Address } from "../config/config.js";

/**
 * Starts to listen and returns the address as people write it, with the port that was really taken. Rejects with an error
 * that names the `key` of the config.
 */
export async function listen(app: FastifyInstance, address: Address, key: string): Promise<string> {
  // Without a host Node takes all addresses of both families.
  const host = address.host ?? "::";
  try {
    await app.listen({ port: address.port, host });
  } catch (error) {
    throw new Error(`${key}: ${describeFailure(error)} (${host}, port ${address.port})`, { cause: error });
  }
  return formatAddress(app.server.address());
}

function describeFailure(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return "another program listens there already";
    case "EADDRNOTAVAIL":
      return "this machine does not have that address";
    case "EACCES":
      return "no permission to listen there";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function formatAddress(address: AddressInfo | string | null): string {
  if (address === null || typeof address === "string") return address ?? "";
  return address.family === "IPv6" ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}
