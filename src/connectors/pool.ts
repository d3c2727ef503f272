import type { HttpSettings } from "../platform/http-client.js";
import type { ConnectorType } from "./catalogue.js";
import type { Connector, ConnectorContext } from "./port.js";

export interface ConnectorSpec {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly grantTypes?: readonly string[];
  readonly http: HttpSettings;
  /** How old the upstream's last answer may be that serves a refresh while it can't be asked. Undefined: none does. */
  readonly lastKnownForMs?: number;
  /** The upstream sends people to `/callback/{id}` instead of `/callback`. */
  readonly hasOwnCallback?: boolean;
  /** Whoever types an address of one of these is sent here. As `parseDomain` gives them. */
  readonly emailDomains?: readonly string[];
  readonly options: unknown;
}

/** A configured connector and what became of opening it. */
export interface PooledConnector extends Omit<ConnectorSpec, "options" | "http"> {
  readonly state: { readonly connector: Connector } | { readonly unavailable: string };
}

export interface ConnectorPool {
  /** In the order of the config. */
  list(): readonly PooledConnector[];
  find(id: string): PooledConnector | undefined;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly specs: readonly ConnectorSpec[];
  readonly types: ReadonlyMap<string, ConnectorType>;
  readonly context: (spec: ConnectorSpec) => ConnectorContext;
  /** Called whenever a connector could not be opened. */
  readonly report: (connectorId: string, reason: string) => void;
  /** First pause before another try; doubled up to `retryMaxMs`. */
  readonly retryMs?: number;
  readonly retryMaxMs?: number;
}

/** Opens every connector. One that fails is kept as unavailable and tried again in the background: it never stops the server. */
export async function openConnectorPool(options: PoolOptions): Promise<ConnectorPool> {
  const { retryMs = 5_000, retryMaxMs = 300_000 } = options;
  const pooled = new Map<string, PooledConnector>();
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  async function tryOpen(spec: ConnectorSpec, nextPauseMs: number): Promise<void> {
    const { options: _checked, http: _used, ...shown } = spec;
    try {
      const type = options.types.get(spec.type);
      if (type === undefined) throw new Error(`unknown connector type ${spec.type}`);
      const connector = await type.open(spec.options, options.context(spec));
      if (closed) await connector.close?.();
      pooled.set(spec.id, { ...shown, state: { connector } });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      pooled.set(spec.id, { ...shown, state: { unavailable: reason } });
      options.report(spec.id, reason);
      retryLater(spec, nextPauseMs);
    }
  }

  function retryLater(spec: ConnectorSpec, pauseMs: number): void {
    if (closed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void tryOpen(spec, Math.min(pauseMs * 2, retryMaxMs));
    }, pauseMs);
    timers.add(timer.unref());
  }

  await Promise.all(options.specs.map((spec) => tryOpen(spec, retryMs)));

  return {
    list: () => options.specs.flatMap((spec) => pooled.get(spec.id) ?? []),
    find: (id) => pooled.get(id),
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      const open = [...pooled.values()].flatMap(({ state }) => ("connector" in state ? [state.connector] : []));
      // One that cannot close must not keep the others open.
      await Promise.allSettled(open.map((connector) => connector.close?.()));
    },
  };
}
