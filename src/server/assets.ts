import type { FastifyInstance } from "fastify";
import type { ConnectorConfig } from "../config/config.js";
import type { ConnectorPicture } from "../pages/chooser.js";
import { sha256 } from "../platform/hashing.js";
import { createConnectorIcons, type ServedPicture } from "./connector-icons.js";

const forEver = "public, max-age=31536000, immutable";

export interface AssetFiles {
  readonly stylesheet: string;
  readonly script: string;
  readonly icon: string;
}

export interface ServedAssets {
  readonly stylesheetUrl: string;
  readonly scriptUrl: string;
  readonly iconUrl: string;
  /** Of connectors, by id. */
  readonly pictures: ReadonlyMap<string, ConnectorPicture>;
  register(app: FastifyInstance): void;
}

/** Serves the page's files under names that hold their hash: they may be cached for ever, and a new version is a new name. */
export function createAssets(
  files: AssetFiles,
  connectors: readonly ConnectorConfig[],
  issuerPath: string,
): ServedAssets {
  const { pictures, files: pictureFiles } = createConnectorIcons(connectors, issuerPath);
  const served = [
    { name: "latchkey", extension: "css", type: "text/css; charset=utf-8", text: files.stylesheet },
    { name: "latchkey", extension: "js", type: "text/javascript; charset=utf-8", text: files.script },
    { name: "icon", extension: "svg", type: "image/svg+xml", text: files.icon },
  ].map(({ name, extension, type, text }) => ({
    url: `${issuerPath}/static/${name}.${sha256(text).slice(0, 12)}.${extension}`,
    type,
    body: Buffer.from(text),
  }));
  const [stylesheet, script, icon] = served;
  return {
    stylesheetUrl: stylesheet?.url ?? "",
    scriptUrl: script?.url ?? "",
    iconUrl: icon?.url ?? "",
    pictures,
    register(app) {
      for (const picture of pictureFiles) servePicture(app, picture);
      for (const { url, type, body } of served) {
        app.get(url, (_request, reply) => reply.headers({ "content-type": type, "cache-control": forEver }).send(body));
      }
    },
  };
}

/**
 * An SVG is a document: opened by its own address it could run script in our origin, with our cookies. In a sandbox it has
 * an origin of its own, and no script, whatever stands in it (inside `img` browsers run none: SVG 2, secure animated mode).
 */
function servePicture(app: FastifyInstance, { url, type, body }: ServedPicture): void {
  const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
  app.get(url, (_request, reply) =>
    reply.headers({ "content-type": type, "cache-control": forEver, "content-security-policy": policy }).send(body),
  );
}
