import { formatInstant } from "./durations.js";
import { type Html, html } from "./html.js";

/** Name and value of a fact. Values from outside come through `showReceived`. */
export type Fact = readonly [name: string, value: string];

/** Which request the page answers: what a help desk needs to find it in the log. */
export interface RequestTrace {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
}

export function traceFacts(trace: RequestTrace): readonly Fact[] {
  return [
    ["Request id", trace.requestId],
    ["Time", formatInstant(trace.occurredAt)],
  ];
}

/** Technical facts, closed at first and addressed to somebody: "For your help desk". */
export function renderDetails(summary: string, facts: readonly Fact[]): Html {
  return html`
    <details>
      <summary>${summary}</summary>
      <dl class="facts">${facts.map(
        ([name, value]) => html`
        <dt>${name}</dt><dd dir="ltr">${value}</dd>`,
      )}
      </dl>
    </details>`;
}
