import { formatDuration } from "./durations.js";
import { type Html, html } from "./html.js";
import { type IconName, renderIcon } from "./icons.js";
import { cut } from "./names.js";

/** One thing that an app would get. */
export interface ConsentScope {
  readonly kind: "profile" | "email" | "groups" | "offline" | "audience" | "other";
  /** The person's real values; for `audience` the apps, for `other` the scopes. */
  readonly values: readonly string[];
  /** Of `offline`: milliseconds without use after which it ends. Absent: it does not end by itself. */
  readonly idleMs?: number;
}

/** Groups can be many: the first ones tell which kind they are. */
const shownValues = 3;

const icons: Readonly<Record<ConsentScope["kind"], IconName>> = {
  profile: "person",
  email: "mail",
  groups: "group",
  offline: "clock",
  audience: "plug",
  other: "plug",
};

const words = {
  profile: "See your name and username",
  email: "See your email address",
  groups: "See your groups",
  offline: "Stay connected while you are away",
  audience: "Act for you in other apps",
  other: "Use more of your account",
  noGroups: "You are in no group just now",
  idle: (duration: string) => `Ends after ${duration} without use`,
  and: (values: Html, more: number) => html`${values} and ${more} more`,
} as const;

export function renderConsentScopes(scopes: readonly ConsentScope[]): Html {
  return html`
      <ul class="list list--scopes" role="list">${scopes.map(renderScope)}
      </ul>`;
}

function renderScope(scope: ConsentScope): Html {
  const note = noteOf(scope);
  return html`
        <li>${renderIcon(icons[scope.kind])}<span class="text"><span class="name">${words[scope.kind]}</span>${
          note !== undefined && html`<span class="note">${note}</span>`
        }</span></li>`;
}

function noteOf({ kind, values, idleMs }: ConsentScope): Html | string | undefined {
  if (kind === "offline" && idleMs !== undefined) return words.idle(formatDuration(idleMs));
  if (values.length === 0) return kind === "groups" ? words.noGroups : undefined;
  const shown = values
    .slice(0, shownValues)
    .map((value, index) => html`${index > 0 && ", "}<bdi>${cut(value, 100)}</bdi>`);
  const more = values.length - shown.length;
  return more > 0 ? words.and(html`${shown}`, more) : html`${shown}`;
}
