import type { z } from "zod";
import type { RefreshPolicy } from "../records/client.js";
import { join } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";
import { type RefreshTokens, refreshDefaults } from "./schema/expiry.js";

type Written = z.infer<typeof RefreshTokens>;

interface Layer {
  readonly path: string;
  readonly written: Written;
}

/** Resolves the policy key by key: the client's own, then `expiry.refreshTokens`, then the defaults. */
export function resolveRefreshPolicy(
  context: ResolveContext,
  global: Written,
  client?: { readonly path: string; readonly written: Written; readonly isPublic: boolean },
): RefreshPolicy {
  const layers: readonly Layer[] = [...(client ? [client] : []), { path: "expiry.refreshTokens", written: global }];
  const pick = <K extends keyof Written>(key: K) => layers.find(({ written }) => written[key] !== undefined);
  const idle = pickIdle(context, layers);
  const absoluteMs = durationOf(
    context,
    pick("absoluteLifetime"),
    "absoluteLifetime",
    refreshDefaults.absoluteLifetime,
  );
  const idleMs =
    idle === undefined
      ? context.duration("expiry", refreshDefaults.validIfNotUsedFor)
      : context.duration(idle.path, idle.text);
  const disabling = pick("disableRotation");
  const rotation = disabling?.written.disableRotation !== true;
  // A default limits a mistake, but it is nobody's decision (DESIGN "Refresh tokens").
  const hasWrittenLifetime =
    (idle !== undefined && idleMs > 0) || (pick("absoluteLifetime") !== undefined && absoluteMs > 0);
  if (!rotation && !hasWrittenLifetime) {
    const path = join(disabling?.path ?? "expiry.refreshTokens", "disableRotation");
    context.error(
      path,
      "disableRotation: true needs a lifetime: write validIfNotUsedFor or absoluteLifetime beside it",
    );
  }
  if (!rotation && client?.isPublic) {
    context.warn(
      client.path,
      "disableRotation for a public client: a stolen refresh token is not noticed (RFC 9700 §2.2.2)",
    );
  }
  return {
    rotation,
    reuseIntervalMs: durationOf(context, pick("reuseInterval"), "reuseInterval", refreshDefaults.reuseInterval),
    ...(idleMs > 0 && { idleMs }),
    ...(absoluteMs > 0 && { absoluteMs }),
    maxPerUserAndClient:
      pick("maxPerUserAndClient")?.written.maxPerUserAndClient ?? refreshDefaults.maxPerUserAndClient,
  };
}

function durationOf(
  context: ResolveContext,
  layer: Layer | undefined,
  key: "absoluteLifetime" | "reuseInterval",
  fallback: string,
): number {
  return context.duration(layer === undefined ? "expiry" : join(layer.path, key), layer?.written[key] ?? fallback);
}

/** Two spellings of one key; both at one place must agree. */
function pickIdle(
  context: ResolveContext,
  layers: readonly Layer[],
): { readonly path: string; readonly text: string } | undefined {
  for (const { path, written } of layers) {
    const { validIfNotUsedFor, validForIfNotUsed } = written;
    if (validIfNotUsedFor !== undefined && validForIfNotUsed !== undefined && validIfNotUsedFor !== validForIfNotUsed) {
      context.error(
        join(path, "validForIfNotUsed"),
        "validIfNotUsedFor and validForIfNotUsed mean the same and differ",
      );
    }
    const key = validIfNotUsedFor === undefined ? "validForIfNotUsed" : "validIfNotUsedFor";
    const text = written[key];
    if (text !== undefined) return { path: join(path, key), text };
  }
  return undefined;
}
