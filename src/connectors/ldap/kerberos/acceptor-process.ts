import { type ChildProcess, fork } from "node:child_process";
import { UpstreamError } from "../../shared/upstream-error.js";
import type { AcceptorReport, AcceptorSettings, KeytabKey, TokenMessage, Verdict } from "./protocol.js";

interface Pending {
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: Error) => void;
}

/** One life of `acceptor.process.ts`, from its start until it ends. It is ended when it owes an answer for too long. */
export class AcceptorProcess {
  /** What it found in the keytab. Rejects where it could not begin, with a sentence that says why. */
  readonly keys: Promise<readonly KeytabKey[]>;
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #isTooSlow = false;

  /** Calls `onEnd` once, when it has ended. */
  constructor(settings: AcceptorSettings, timeoutMs: number, onEnd: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#child = fork(new URL("./acceptor.process.js", import.meta.url), {
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.keys = this.#inTime(this.#watch(onEnd));
    // Whoever waits for the keys is told; where nobody does, it is no fault of the server.
    this.keys.then(
      () => this.#letGo(),
      () => this.#letGo(),
    );
    this.#send(settings);
  }

  /** Judges one token. Rejects where the process ends before it has said anything. */
  async judge(token: string): Promise<Verdict> {
    await this.keys;
    const id = this.#nextId++;
    return this.#inTime(
      new Promise<Verdict>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        this.#send({ id, token });
      }),
    );
  }

  /** Lets it end. What it owes is lost. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  /** It must not keep a server alive that wants to end. Before it is ready nothing else may be there to wait for. */
  #letGo(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  #watch(onEnd: () => void): Promise<readonly KeytabKey[]> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (why: string): void => {
        if (isOver) return;
        isOver = true;
        const error = new UpstreamError(`the Kerberos process ${why}`);
        reject(error);
        for (const pending of this.#pending.values()) pending.reject(error);
        this.#pending.clear();
        onEnd();
      };
      this.#child.on("message", (report: AcceptorReport) => {
        if (report.type === "ready") resolve(report.keys);
        else if (report.type === "verdict") this.#settle(report.id, report.verdict);
        else {
          reject(new UpstreamError(report.message));
          this.close();
        }
      });
      this.#child.once("error", ({ message }) => end(`failed: ${message}`));
      this.#child.once("exit", (code, signal) =>
        end(this.#isTooSlow ? "did not answer in time" : `has ended (${signal ?? code})`),
      );
    });
  }

  #settle(id: number, verdict: Verdict): void {
    this.#pending.get(id)?.resolve(verdict);
    this.#pending.delete(id);
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#isTooSlow = true;
      this.#child.kill("SIGKILL");
    }, this.#timeoutMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  #send(message: AcceptorSettings | TokenMessage): void {
    // One that is gone already tells so by `exit`, and one that never came by `error`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
