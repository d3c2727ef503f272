import * as z from "zod";

/** How an upstream's refresh token is kept in `connectorData`. */
export interface RefreshData {
  format(refreshToken: string): string;
  /** Undefined: none is kept. */
  find(data: string | undefined): string | undefined;
}

const Stored = z.object({ RefreshToken: z.string() });

/** As Dex's `oidc` keeps it: JSON, with the bytes of the token in base64. */
export const jsonRefreshData: RefreshData = {
  format: (token) => JSON.stringify({ RefreshToken: Buffer.from(token).toString("base64") }),
  find(data) {
    try {
      const { RefreshToken } = Stored.parse(JSON.parse(data ?? ""));
      return Buffer.from(RefreshToken, "base64").toString("utf8") || undefined;
    } catch {
      return undefined;
    }
  },
};

/** As Dex's `google` keeps it: the token itself. */
export const bareRefreshData: RefreshData = {
  format: (token) => token,
  find: (data) => data || undefined,
};
