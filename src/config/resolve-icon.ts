import { connectorIconNames, findConnectorIconName } from "../platform/connector-icon.js";
import type { ConnectorIcon } from "./config.js";
import { readSmallBytes } from "./read-small-file.js";
import type { ResolveContext } from "./resolve-context.js";
import { findNearMiss } from "./spelling.js";

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** `icon` of a connector: the name of a drawing, or the path of an SVG or PNG file. */
export function resolveIcon(context: ResolveContext, path: string, written: string): ConnectorIcon | undefined {
  if (written === "") return undefined;
  const name = findConnectorIconName(written);
  if (name !== undefined) return { kind: "drawing", name };
  if (/[./\\]/.test(written)) return readIcon(context, path, written);
  context.error(path, `icon: there is no drawing "${written}"`, findNearMiss(written, connectorIconNames));
  return undefined;
}

function readIcon(context: ResolveContext, path: string, file: string): ConnectorIcon | undefined {
  const read = readSmallBytes(file);
  if ("problem" in read) {
    context.error(path, `icon can't be read: ${read.problem}`);
    return undefined;
  }
  const { bytes } = read;
  const isPng = bytes.subarray(0, pngSignature.length).equals(pngSignature);
  if (!isPng && !isSvg(bytes)) {
    context.error(path, `icon: the file ${file} is neither SVG (without a DOCTYPE) nor PNG`);
    return undefined;
  }
  return { kind: "file", mediaType: isPng ? "image/png" : "image/svg+xml", base64: bytes.toString("base64") };
}

/** Whether the first element is `svg`. A DOCTYPE can define entities that grow without bound. */
function isSvg(bytes: Buffer): boolean {
  const text = bytes.toString("utf8");
  if (/<!DOCTYPE/i.test(text)) return false;
  let rest = text.replace(/^\ufeff/, "").trimStart();
  while (rest.startsWith("<!--") || rest.startsWith("<?")) {
    const mark = rest.startsWith("<?") ? "?>" : "-->";
    const end = rest.indexOf(mark);
    if (end === -1) return false;
    rest = rest.slice(end + mark.length).trimStart();
  }
  return /^<svg[\s/>]/.test(rest);
}
