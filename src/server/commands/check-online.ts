import { setTimeout } from "node:timers/promises";
import type { ConnectorConfig } from "../../config/config.js";
import { type ConnectorType, connectorTypes } from "../../connectors/catalogue.js";
import { type Connector, type ConnectorContext, ProbeFailure } from "../../connectors/port.js";
import { systemClock } from "../../platform/clock.js";
import { Secret } from "../../platform/secret.js";
import { createConnectorContext } from "../connector-context.js";
import { createPasswordQueue } from "../password-queue.js";

/** What was found out about one connector: one sentence. */
export interface Finding {
  readonly connector: ConnectorConfig;
  readonly severity: "ok" | "warning" | "error";
  readonly message: string;
  /** Of the connector's settings: the one that the sentence is about. */
  readonly key?: string;
}

export interface CheckOnlineOptions {
  readonly connectors: readonly ConnectorConfig[];
  /** For all together: they are tried at the same time. */
  readonly limitMs: number;
  /** Types in the place of the catalogue's. */
  readonly types?: ReadonlyMap<string, ConnectorType>;
}

/** libuv's own size: nothing is signed meanwhile, and no password is checked. */
const poolSize = 4;

/** Opens each connector and has it try what a login needs. Never rejects; never tells a secret. */
export async function checkOnline(options: CheckOnlineOptions): Promise<readonly Finding[]> {
  const { connectors, limitMs, types = connectorTypes } = options;
  const findings = await Promise.all(
    connectors.map((connector) => checkOne(connector, types.get(connector.type), limitMs)),
  );
  return findings.flat();
}

async function checkOne(
  connector: ConnectorConfig,
  type: ConnectorType | undefined,
  limitMs: number,
): Promise<readonly Finding[]> {
  const signal = AbortSignal.timeout(limitMs);
  const findings: Finding[] = [];
  const conceal = createConcealer(connector.options);
  const add = (severity: Finding["severity"], message: string, key?: string): void => {
    findings.push({ connector, severity, message: conceal(message), ...(key !== undefined && { key }) });
  };
  try {
    const context = createConnectorContext({
      clock: systemClock,
      // Nothing but this keeps the command alive while it waits.
      pause: (ms) => setTimeout(ms),
      passwordQueue: createPasswordQueue(poolSize).queue,
      http: connector.http,
      warn: (message) => add("warning", message),
    });
    for (const sentence of await within(tryOut(type, connector, context), signal)) add("ok", sentence);
  } catch (error) {
    if (signal.aborted) add("error", `gave no answer within ${limitMs / 1_000} seconds`);
    else if (error instanceof ProbeFailure) add("error", error.message, error.key);
    else add("error", error instanceof Error ? error.message : String(error));
  }
  // What comes in late is not told any more.
  return [...findings];
}

async function tryOut(
  type: ConnectorType | undefined,
  { type: name, options }: ConnectorConfig,
  context: ConnectorContext,
): Promise<readonly string[]> {
  if (type === undefined) throw new Error(`unknown connector type ${name}`);
  const opened = await openNamed(type, options, context);
  try {
    return (await opened.probe?.()) ?? ["opened; without a person there is nothing else to try"];
  } finally {
    // One that can't close has told what it had to tell.
    await opened.close?.().catch(() => undefined);
  }
}

async function openNamed(type: ConnectorType, options: unknown, context: ConnectorContext): Promise<Connector> {
  try {
    return await type.open(options, context);
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    throw new Error(`can't be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Rejects when the time is over; what is under way is left alone. */
function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** Takes every secret of the settings out of a text: an upstream may send back what it was sent. */
function createConcealer(options: unknown): (text: string) => string {
  const secrets = listSecrets(options)
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap(listForms)
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((told, secret) => told.replaceAll(secret, "[secret]"), text);
}

/** A secret as it is, and as it may stand in what an upstream sends back. */
function listForms(secret: string): readonly string[] {
  const inBase64 = Buffer.from(secret).toString("base64");
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), inBase64])];
}

/** What is shorter stands in many words that are no secret. */
const shortestSecret = 4;

function listSecrets(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(listSecrets);
}
