import { X509Certificate } from "node:crypto";
import * as z from "zod";
import type { ConfigNode, MapEntry, MapNode } from "./config-node.js";
import { join } from "./key-path.js";
import { unwrap } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";
import type { SecretSourceContext } from "./secret-sources.js";

/**
 * The settings of a connector as its schema wants them: empty text is as good as absent, as in Dex, and where the schema
 * says `file` the content stands in the place of the path.
 */
export function prepareSettings(
  schema: z.ZodType,
  node: ConfigNode,
  path: string,
  inputs: SecretSourceContext,
): ConfigNode {
  const file = schema.meta()?.["file"];
  if (node.kind === "scalar") return typeof file === "string" ? readContent(file, node, path, inputs) : node;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject && node.kind === "map") return prepareMap(inner, node, path, inputs);
  if (inner instanceof z.ZodArray && node.kind === "list" && inner.element instanceof z.ZodType) {
    const { element } = inner;
    const items = node.items.map((item, index) => prepareSettings(element, item, join(path, String(index)), inputs));
    return { ...node, items };
  }
  return node;
}

function prepareMap(schema: z.ZodObject, node: MapNode, path: string, inputs: SecretSourceContext): MapNode {
  const byLowerCase = new Map(Object.keys(schema.shape).map((key) => [key.toLowerCase(), key]));
  const entries = node.entries.flatMap((entry): readonly MapEntry[] => {
    const name = byLowerCase.get(entry.key.toLowerCase());
    const member: unknown = name === undefined ? undefined : schema.shape[name];
    if (name === undefined || !(member instanceof z.ZodType)) return [entry];
    if (isEmptyText(entry.value) && member.safeParse(undefined).success && member.meta()?.["keepsEmpty"] !== true) {
      return [];
    }
    return [{ ...entry, value: prepareSettings(member, entry.value, join(path, name), inputs) }];
  });
  return { ...node, entries };
}

function isEmptyText(node: ConfigNode): boolean {
  return node.kind === "scalar" && node.value === "";
}

type Scalar = Extract<ConfigNode, { kind: "scalar" }>;

function readContent(kind: string, node: Scalar, path: string, { context, places }: SecretSourceContext): Scalar {
  if (node.value === null) return node;
  places.set(path, node.place);
  const text = kind === "pem" ? readPem(context, path, node.source) : context.readText(path, node.source);
  if (text === undefined) context.markBroken(path);
  return { ...node, value: text ?? "", source: text ?? "" };
}

/**
 * Certificates in PEM, from PEM itself, base64 of it, or the path of a file, as Dex tries them (dex-connectors §4.2).
 * Undefined, and reported, when they can't be used.
 */
export function readPem(context: ResolveContext, path: string, source: string): string | undefined {
  const written = source.includes("-----BEGIN ") ? source : decodePem(source);
  const pem = written ?? context.readText(path, source);
  if (pem === undefined) return undefined;
  const problem = findPemProblem(pem);
  if (problem === undefined) return pem;
  context.error(path, `${path}: ${problem}`);
  return undefined;
}

function decodePem(source: string): string | undefined {
  if (!/^[A-Za-z0-9+/=\s]+$/.test(source)) return undefined;
  const text = Buffer.from(source, "base64").toString("latin1");
  return text.includes("-----BEGIN ") ? text : undefined;
}

/** Undefined: at least one certificate, and each can be read. */
function findPemProblem(pem: string): string | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return "holds no certificate in PEM format";
  try {
    for (const block of blocks) new X509Certificate(block);
    return undefined;
  } catch {
    return "holds a certificate that can't be read";
  }
}
