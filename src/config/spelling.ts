/**
 * The key that was meant, where `typed` is a near miss of one: equal but for case, `_` and `-`, or at most two edits and
 * fewer than half of the valid key's letters away.
 */
export function findNearMiss(typed: string, valid: readonly string[]): string | undefined {
  const folded = fold(typed);
  const same = valid.find((key) => fold(key) === folded);
  if (same !== undefined) return same;
  const ranked = valid
    .map((key) => ({ key, edits: countEdits(typed.toLowerCase(), key.toLowerCase()) }))
    .filter(({ key, edits }) => edits <= 2 && edits < key.length / 2)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.key;
}

function fold(key: string): string {
  return key.toLowerCase().replace(/[_-]/g, "");
}

/** Levenshtein distance; longer texts than keys are never near. */
function countEdits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
