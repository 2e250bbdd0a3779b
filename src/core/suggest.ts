/** "Did you mean": the nearest known word to a mistyped one, and the ids that a short word may stand for. */

/** Longer words are never compared: no key, gate or id that a person types comes near it. */
const MAX_LENGTH = 80;
/** More mistakes than these are not a mistyping, however long the word. */
const MAX_MISTAKES = 3;
/** A part of an id that is shorter than this says too little. */
const MIN_PART = 2;
/** Ids that are named at once. */
const MAX_NAMED = 3;

/**
 * The candidate that `word` most probably was meant to be, or null when none is near enough. A third of
 * the word's letters may be wrong, three at most; case, `-`, `_` and spaces do not count, and a swap of neighbours is one mistake.
 * Of equally near candidates the first wins.
 */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  if (word.length === 0 || word.length > MAX_LENGTH) return null;
  const typed = plain(word);
  let best: string | null = null;
  let bestDistance = Math.min(MAX_MISTAKES, Math.max(1, Math.floor(typed.length / 3))) + 1;
  for (const candidate of candidates) {
    const known = plain(candidate);
    if (known.length > MAX_LENGTH || Math.abs(known.length - typed.length) >= bestDistance) continue;
    const distance = editDistance(typed, known);
    // A word that shares no letter with the candidate is not a mistyping of it, however short both are.
    if (distance >= bestDistance || distance >= Math.max(typed.length, known.length)) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/**
 * The ids that `word` may stand for: the nearest, where it is a mistyping; else those that have all of its parts, each in full or its beginning,
 * as `auth` has a part of `add-user-authentication`. None where that fits more than three.
 */
export function suggestIds(word: string, ids: Iterable<string>): readonly string[] {
  const known = [...ids];
  const near = suggest(word, known);
  if (near !== null) return [near];
  const parts = partsOf(word).filter((part) => part.length >= MIN_PART);
  if (parts.length === 0 || word.length > MAX_LENGTH) return [];
  const fitting = known.filter((id) => {
    const own = partsOf(id);
    return parts.every((part) => own.some((each) => each.startsWith(part)));
  });
  return fitting.length > MAX_NAMED ? [] : fitting;
}

/** `Did you mean "a", "b" or "c"?`, or null where there is none. */
export function didYouMean(names: readonly string[]): string | null {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop();
  if (last === undefined) return null;
  return `Did you mean ${quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`}?`;
}

function partsOf(id: string): string[] {
  return id.toLowerCase().split(/[-_. ]+/);
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment) that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let least = Math.min(replaced, at(previous, column) + 1, at(current, column - 1) + 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, at(beforePrevious, column - 2) + 1);
      current.push(least);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
