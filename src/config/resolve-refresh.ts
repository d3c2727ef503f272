import type { z } from "zod";
import type { RefreshPolicy } from "../records/client.js";
import { join } from "./key-path.js";
import type { ResolveContext } from "./resolve-context.js";
import { type RefreshTokens, refreshDefaults } from "./schema/expiry.js";

type Written = z.infer<typeof RefreshTokens>;

/** One place where keys of the policy may be written. */
interface Layer {
  readonly path: string;
  readonly written: Written;
}

/** A key that is written, and where. */
interface Choice<T> {
  readonly path: string;
  readonly value: T;
}

export interface ClientPolicy extends Layer {
  readonly id: string;
  readonly isPublic: boolean;
}

/** Resolves the policy of a client key by key: its own, then `expiry.refreshTokens`, then the defaults. */
export function resolveRefreshPolicy(context: ResolveContext, global: Written, client: ClientPolicy): RefreshPolicy {
  const layers = [client, globalLayer(global)];
  const idle = pickIdle(layers);
  const absolute = pick(layers, "absoluteLifetime");
  const idleMs = durationOf(context, idle, refreshDefaults.validIfNotUsedFor);
  const absoluteMs = durationOf(context, absolute, refreshDefaults.absoluteLifetime);
  const disabling = pick(layers, "disableRotation");
  if (disabling?.value) {
    // A default limits a mistake, but it is nobody's decision. What is no duration was reported already.
    const isLimited = (idle !== undefined && idleMs !== 0) || (absolute !== undefined && absoluteMs !== 0);
    checkDisabled(context, disabling.path, client, isLimited);
  }
  return {
    rotation: !disabling?.value,
    reuseIntervalMs: durationOf(context, pick(layers, "reuseInterval"), refreshDefaults.reuseInterval) ?? 0,
    ...(idleMs && { idleMs }),
    ...(absoluteMs && { absoluteMs }),
    maxPerUserAndClient: pick(layers, "maxPerUserAndClient")?.value ?? refreshDefaults.maxPerUserAndClient,
  };
}

/** Checks what is written in `expiry.refreshTokens`, also where every client overrides it. */
export function checkGlobalPolicy(context: ResolveContext, global: Written, hasClients: boolean): void {
  checkLayer(context, globalLayer(global));
  // Without clients nobody else would say it.
  if (!hasClients) resolveRefreshPolicy(context, global, { path: "", written: {}, id: "", isPublic: false });
}

/** Checks every duration of one place, and that the two spellings of one key agree. */
export function checkLayer(context: ResolveContext, { path, written }: Layer): void {
  for (const key of ["reuseInterval", "validIfNotUsedFor", "validForIfNotUsed", "absoluteLifetime"] as const) {
    const text = written[key];
    if (text !== undefined) context.duration(join(path, key), text);
  }
  const { validIfNotUsedFor, validForIfNotUsed } = written;
  if (validIfNotUsedFor === undefined || validForIfNotUsed === undefined) return;
  const right = context.duration(join(path, "validIfNotUsedFor"), validIfNotUsedFor);
  const other = context.duration(join(path, "validForIfNotUsed"), validForIfNotUsed);
  if (right !== undefined && other !== undefined && right !== other) {
    context.error(join(path, "validForIfNotUsed"), "validIfNotUsedFor and validForIfNotUsed mean the same and differ");
  }
}

function globalLayer(written: Written): Layer {
  return { path: "expiry.refreshTokens", written };
}

function pick<K extends keyof Written>(layers: readonly Layer[], key: K): Choice<NonNullable<Written[K]>> | undefined {
  for (const { path, written } of layers) {
    const value = written[key];
    if (value !== undefined) return { path: join(path, key), value };
  }
  return undefined;
}

/** Of the two spellings, the one in the nearest place. */
function pickIdle(layers: readonly Layer[]): Choice<string> | undefined {
  for (const layer of layers) {
    const found = pick([layer], "validIfNotUsedFor") ?? pick([layer], "validForIfNotUsed");
    if (found !== undefined) return found;
  }
  return undefined;
}

function durationOf(context: ResolveContext, choice: Choice<string> | undefined, fallback: string): number | undefined {
  return context.duration(choice?.path ?? "expiry", choice?.value ?? fallback);
}

function checkDisabled(context: ResolveContext, path: string, client: ClientPolicy, isLimited: boolean): void {
  if (!isLimited) {
    context.error(
      path,
      "disableRotation: true needs a lifetime: write validIfNotUsedFor or absoluteLifetime beside it",
    );
  }
  if (client.isPublic) {
    const warning = "a stolen refresh token is not noticed (RFC 9700 §2.2.2)";
    context.warn(path, `disableRotation for the public client ${client.id}: ${warning}`);
  }
}
