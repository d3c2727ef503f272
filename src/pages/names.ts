/** Longest name in a sentence or heading, in characters. */
const maxNameLength = 60;

/** Longest value of somebody else's that is shown back, in characters. */
const maxReceivedLength = 200;

/**
 * A name as it may stand in a heading, a title or a sentence: one line, not endless, and without the characters that
 * turn the direction of the text around it (UAX #9).
 */
export function displayName(name: string): string {
  const oneLine = name.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trim();
  return cut(oneLine, maxNameLength);
}

/** The name of an app; its id where it has no name. */
export function appName(app: { readonly clientName: string; readonly clientId: string }): string {
  return displayName(app.clientName) || displayName(app.clientId);
}

/** A received value for the closed details: cut, with what can't be seen spelled out (`\u{202E}`). */
export function showReceived(value: string): string {
  const visible = cut(value, maxReceivedLength).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}}`,
  );
  return visible === "" ? "(nothing)" : visible;
}

/** A label inside a sentence: "Email Address" gives "email address", "SSO ID" stays. */
export function lowerLabel(label: string): string {
  return label.replace(/(?<![\p{L}\p{N}])\p{Lu}(?=\p{Ll}+(?![\p{L}\p{N}]))/gu, (letter) => letter.toLowerCase());
}

/** At most `length` characters; never half of a surrogate pair. */
export function cut(text: string, length: number): string {
  // Two code units per character at most: a huge value is not taken apart as a whole.
  const characters = [...text.slice(0, 2 * length + 2)];
  return characters.length <= length ? text : `${characters.slice(0, length).join("")}…`;
}
