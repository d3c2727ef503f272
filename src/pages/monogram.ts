import { type Html, html } from "./html.js";

/** Two letters that stand for an app or an account service: "Photos" gives "Ph". */
export function abbreviate(name: string): string {
  const [first, second = ""] = letters(name);
  return first === undefined ? "?" : first.toUpperCase() + second.toLowerCase();
}

/** Initials of a person: "Robin Example" gives "RE", "robin@example.com" gives "R". */
export function initials(name: string): string {
  const words = (name.split("@", 1)[0] ?? "").split(/\s+/).map((word) => letters(word)[0] ?? "");
  const known = words.filter((letter) => letter !== "");
  const last = known.length > 1 ? known.at(-1) : undefined;
  return known[0] === undefined ? "?" : `${known[0]}${last ?? ""}`.toUpperCase();
}

/** `m1` to `m6`, the same for an id on every page and in every process. */
export function hueClass(id: string): string {
  // FNV-1a: spreads short texts well and needs no crypto for a colour.
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return `m${((hash >>> 0) % 6) + 1}`;
}

/** The app's tile at the top of a card. The name stands beside it, so it is hidden from screen readers. */
export function renderAppTile(clientId: string, name: string): Html {
  return html`<span class="tile tile--big ${hueClass(clientId)}" aria-hidden="true">${abbreviate(name)}</span>`;
}

/** Letters and digits with the marks that belong to them. */
function letters(text: string): readonly string[] {
  return text.slice(0, 200).match(/[\p{L}\p{N}]\p{M}*/gu) ?? [];
}
