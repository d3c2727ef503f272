import { z } from "zod";
import type { RecordKind } from "../../src/records/kind.js";

/** The smallest record that an update can lose. */
export const Counter = z.object({ count: z.number() });
export type Counter = z.infer<typeof Counter>;

export const counterKind: RecordKind<Counter> = {
  name: "counter",
  schema: Counter,
  expiresAt: () => undefined,
  indexes: {},
  sealed: [],
};
