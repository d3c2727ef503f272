import type { Place } from "./problem.js";

/** A configuration file as a tree that remembers where everything stood. */
export type ConfigNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: "map";
  readonly place: Place;
  /** In order; a key that stood twice is here once, with its last value. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: string;
  readonly place: Place;
  readonly value: ConfigNode;
}

export interface ListNode {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** As it was typed: what a number or a boolean is where text is expected. */
  readonly source: string;
}
