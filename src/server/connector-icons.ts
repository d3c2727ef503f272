import type { ConnectorConfig } from "../config/config.js";
import type { ConnectorPicture } from "../pages/chooser.js";
import { findConnectorIconName } from "../platform/connector-icon.js";
import { sha256 } from "../platform/hashing.js";

/** A picture of an operator, under a name that holds its hash. */
export interface ServedPicture {
  readonly url: string;
  readonly type: string;
  readonly body: Buffer;
}

export interface ConnectorIcons {
  /** By connector id. Absent: letters of its name. */
  readonly pictures: ReadonlyMap<string, ConnectorPicture>;
  readonly files: readonly ServedPicture[];
}

/**
 * What stands beside the name of each connector. Without an `icon` it is the drawing of its type, unless several are of
 * that type: letters tell those apart.
 */
export function createConnectorIcons(connectors: readonly ConnectorConfig[], issuerPath: string): ConnectorIcons {
  const pictures = new Map<string, ConnectorPicture>();
  const files = new Map<string, ServedPicture>();
  for (const { id, type, icon } of connectors) {
    if (icon?.kind === "file") {
      const file = toServed(icon, issuerPath);
      files.set(file.url, file);
      pictures.set(id, { kind: "image", url: file.url });
    } else if (icon !== undefined) pictures.set(id, icon);
    else {
      const name = findConnectorIconName(type);
      const isAlone = connectors.filter((other) => other.type === type && other.icon === undefined).length === 1;
      if (name !== undefined && isAlone) pictures.set(id, { kind: "drawing", name });
    }
  }
  return { pictures, files: [...files.values()] };
}

function toServed(icon: { readonly mediaType: string; readonly base64: string }, issuerPath: string): ServedPicture {
  const extension = icon.mediaType === "image/png" ? "png" : "svg";
  return {
    url: `${issuerPath}/static/connector.${sha256(icon.base64).slice(0, 12)}.${extension}`,
    type: icon.mediaType,
    body: Buffer.from(icon.base64, "base64"),
  };
}
