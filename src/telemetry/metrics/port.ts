import type { AuditEvent, CountedEvent } from "../../platform/events.js";
import type { endpoints } from "./label-values.js";

export type EndpointName = keyof typeof endpoints;

/** What an answered request counts as. */
export interface CountedRequest {
  readonly status: number;
  readonly durationMs: number;
  readonly aborted?: boolean;
  /** Error code or kind of error page: one of a fixed set. */
  readonly error?: string;
}

export interface CountedSweep {
  readonly outcome: "ok" | "failed";
  readonly removedRows: number;
  readonly durationMs: number;
  /** Epoch ms. */
  readonly endedAt: number;
}

/** What is read when somebody asks, rather than counted as it happens. */
export interface Figures {
  readonly isReady: boolean;
  /** Absent where the driver can't tell, or not now. */
  readonly rows?: ReadonlyMap<string, number>;
  readonly passwords: { readonly running: number; readonly waiting: number; readonly refused: number };
  readonly keys: KeyFigures;
  readonly connectors: readonly { readonly id: string; readonly isUp: boolean }[];
}

export interface KeyFigures {
  readonly active: number;
  readonly pending: number;
  readonly retired: number;
  /** Epoch ms. */
  readonly nextRotationAt?: number;
}

/** Text in the exposition format of Prometheus. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** Counts what the house does. No method throws, and none is dear: they run on the way of every request. */
export interface Metrics {
  countEvent(event: AuditEvent | CountedEvent): void;
  requestOpened(): void;
  requestClosed(endpoint: EndpointName, request: CountedRequest): void;
  signed(algorithm: string, durationMs: number): void;
  /** A write to the store was durable, or failed, after this long. */
  written(isDone: boolean, durationMs: number): void;
  /** So many writes shared a commit. */
  committed(writes: number): void;
  checkpointed(isDone: boolean): void;
  swept(run: CountedSweep): void;
  logLineDropped(): void;
  render(figures: Figures): Promise<Exposition>;
}

export interface MetricsOptions {
  readonly version: string;
  readonly nodeVersion: string;
  readonly connectorIds: readonly string[];
  /** Epoch ms. */
  readonly startedAt: number;
}
