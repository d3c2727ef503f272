import { createBoundedQueue } from "../../../platform/bounded-queue.js";
import type { Clock } from "../../../platform/clock.js";
import { UpstreamError } from "../../shared/upstream-error.js";
import { AcceptorProcess } from "./acceptor-process.js";
import type { AcceptorSettings, KeytabKey, Verdict } from "./protocol.js";

export interface AcceptorOptions {
  readonly settings: AcceptorSettings;
  readonly clock: Clock;
  /** How long one answer may take. */
  readonly timeoutMs: number;
}

/** Judging takes a millisecond or two: more at once would wait for the same core. */
const atOnce = 4;
const maxWaiting = 100;
/** A process that has died is not started again sooner, so that whoever has a token that kills it cannot do worse. */
const restartPauseMs = 1_000;

/**
 * Judges tickets by a keytab, in a process of its own (docs/adr/0020-kerberos-in-a-process-of-its-own.md). One that has
 * died is replaced when it is needed.
 */
export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #queue = createBoundedQueue({ atOnce, waiting: maxWaiting });
  #process: AcceptorProcess | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  private constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  /** Rejects where the keytab can't be read or the library can't be loaded, with a sentence that says which. */
  static async open(options: AcceptorOptions): Promise<Acceptor> {
    const acceptor = new Acceptor(options);
    try {
      await acceptor.listKeys();
      return acceptor;
    } catch (error) {
      acceptor.close();
      throw error;
    }
  }

  /** What stands in the keytab, as the process found it when it started. */
  async listKeys(): Promise<readonly KeytabKey[]> {
    return this.#requireProcess().keys;
  }

  /**
   * Judges the base64 of one token. Rejects when nobody could say: the process died, or does not answer; with
   * `QueueFullError` when too many wait.
   */
  judge(token: string): Promise<Verdict> {
    return this.#queue.run(() => this.#requireProcess().judge(token));
  }

  close(): void {
    this.#isClosed = true;
    this.#process?.close();
  }

  #requireProcess(): AcceptorProcess {
    if (this.#process !== undefined) return this.#process;
    const { settings, clock, timeoutMs } = this.#options;
    if (this.#isClosed) throw new UpstreamError("the connector is closed");
    const now = clock();
    // A clock that was set back says nothing of how long ago that was.
    if (now >= this.#startedAt && now < this.#startedAt + restartPauseMs)
      throw new UpstreamError("the Kerberos process has just ended");
    this.#startedAt = now;
    this.#process = new AcceptorProcess(settings, timeoutMs, () => {
      this.#process = undefined;
    });
    return this.#process;
  }
}
