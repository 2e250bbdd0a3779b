/** Titles that say nearly the same. */

/** Pairs of titles that are compared; where more are left over, only what is the same is found. */
const PAIRS_MAX = 250_000;
/** Characters of a title that are looked at. */
const TITLE_MAX = 200;
/** Of the pairs of neighbouring characters so many have to be in both (Sørensen–Dice), from 0 to 1. */
const SIMILAR = 0.5;

/** Pairs of indices of similar titles, the most similar first, each index once at the most. `may` says which pairs come into question. */
export function similarPairs(
  before: readonly string[],
  after: readonly string[],
  may: (before: number, after: number) => boolean,
): readonly (readonly [before: number, after: number])[] {
  if (before.length * after.length > PAIRS_MAX) return [];
  const [old, now] = [before.map(bigramsOf), after.map(bigramsOf)];
  const found = old.flatMap((one, from) =>
    now.flatMap((other, to) => {
      const score = may(from, to) ? dice(one, other) : 0;
      return score >= SIMILAR ? [{ from, to, score }] : [];
    }),
  );
  found.sort((a, b) => b.score - a.score || Math.abs(a.from - a.to) - Math.abs(b.from - b.to));
  const [gone, come] = [new Set<number>(), new Set<number>()];
  return found.flatMap(({ from, to }) => {
    if (gone.has(from) || come.has(to)) return [];
    gone.add(from);
    come.add(to);
    return [[from, to] as const];
  });
}

type Bigrams = ReadonlyMap<string, number>;

function bigramsOf(title: string): Bigrams {
  const text = ` ${title
    .slice(0, TITLE_MAX)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()} `;
  const counts = new Map<string, number>();
  for (let at = 0; at + 2 <= text.length; at += 1) counts.set(text.slice(at, at + 2), (counts.get(text.slice(at, at + 2)) ?? 0) + 1);
  return counts;
}

function dice(one: Bigrams, other: Bigrams): number {
  let shared = 0;
  let total = 0;
  for (const [pair, count] of one) {
    shared += Math.min(count, other.get(pair) ?? 0);
    total += count;
  }
  for (const count of other.values()) total += count;
  return (2 * shared) / total;
}
