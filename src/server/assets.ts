import type { FastifyInstance } from "fastify";
import { sha256 } from "../platform/hashing.js";

export interface AssetFiles {
  readonly stylesheet: string;
  readonly script: string;
  readonly icon: string;
}

export interface ServedAssets {
  readonly stylesheetUrl: string;
  readonly scriptUrl: string;
  readonly iconUrl: string;
  register(app: FastifyInstance): void;
}

/** Serves the page's files under names that hold their hash: they may be cached for ever, and a new version is a new name. */
export function createAssets(files: AssetFiles, issuerPath: string): ServedAssets {
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
    register(app) {
      for (const { url, type, body } of served) {
        app.get(url, (_request, reply) =>
          reply.headers({ "content-type": type, "cache-control": "public, max-age=31536000, immutable" }).send(body),
        );
      }
    },
  };
}
