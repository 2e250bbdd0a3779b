/** What two sequences of texts have in common: lines of a file, words of a sentence. */
import { diffIndices } from 'node-diff3';
import { inOrder } from './order.ts';

/** Indices, the end not included. */
type Extent = readonly [from: number, to: number];

/** A piece of both: what is the same, or what came in the place of what. The pieces cover both from the first to the last. */
export interface Piece {
  readonly same: boolean;
  readonly before: Extent;
  readonly after: Extent;
}

/** Comparisons that one stretch without a landmark may take; what is larger shows as all gone and all new. */
const COMPARISONS_MAX = 4_000_000;
/** Landmarks within landmarks: no text that means something goes deeper. */
const DEPTH_MAX = 32;

/**
 * Aligns two sequences. What stands once in each of them is a landmark (patience diff), so that long texts cost little more than reading them and
 * repeated lines do not decide; between landmarks it is a longest common subsequence.
 */
export function align(before: readonly string[], after: readonly string[]): readonly Piece[] {
  const differing: [Extent, Extent][] = [];
  compare(before, after, [0, before.length], [0, after.length], 0, differing);
  const pieces: Piece[] = [];
  let [old, now] = [0, 0];
  for (const [from, to] of [
    ...differing,
    [
      [before.length, before.length],
      [after.length, after.length],
    ] as const,
  ]) {
    if (from[0] > old) pieces.push({ same: true, before: [old, from[0]], after: [now, to[0]] });
    if (from[1] > from[0] || to[1] > to[0]) pieces.push({ same: false, before: from, after: to });
    [old, now] = [from[1], to[1]];
  }
  return pieces;
}

function compare(
  before: readonly string[],
  after: readonly string[],
  [oldFrom, oldTo]: Extent,
  [nowFrom, nowTo]: Extent,
  depth: number,
  differing: [Extent, Extent][],
): void {
  let [a, b, c, d] = [oldFrom, oldTo, nowFrom, nowTo];
  for (; a < b && c < d && before[a] === after[c]; a += 1) c += 1;
  for (; a < b && c < d && before[b - 1] === after[d - 1]; b -= 1) d -= 1;
  if (a === b || c === d) {
    if (a < b || c < d)
      differing.push([
        [a, b],
        [c, d],
      ]);
    return;
  }
  const landmarks = depth < DEPTH_MAX ? landmarksOf(before, after, [a, b], [c, d]) : [];
  if (landmarks.length === 0) {
    differing.push(...bySubsequence(before, after, [a, b], [c, d]));
    return;
  }
  for (const [old, now] of [...landmarks, [b, d] as const]) {
    compare(before, after, [a, old], [c, now], depth + 1, differing);
    [a, c] = [old + 1, now + 1];
  }
}

/** Where something stands that is there once before and once after, as far as that is in the same order. */
function landmarksOf(before: readonly string[], after: readonly string[], old: Extent, now: Extent): readonly Extent[] {
  const once = (list: readonly string[], [from, to]: Extent) => {
    const places = new Map<string, number>();
    for (let at = from; at < to; at += 1) places.set(list[at] ?? '', places.has(list[at] ?? '') ? -1 : at);
    return places;
  };
  const [there, here] = [once(before, old), once(after, now)];
  const shared = [...here].flatMap(([item, at]): Extent[] => {
    const place = there.get(item) ?? -1;
    return place < 0 || at < 0 ? [] : [[place, at]];
  });
  const kept = inOrder(shared.map(([place]) => place));
  return shared.filter((_, index) => kept.has(index));
}

function bySubsequence(before: readonly string[], after: readonly string[], [a, b]: Extent, [c, d]: Extent): readonly [Extent, Extent][] {
  if ((b - a) * (d - c) > COMPARISONS_MAX)
    return [
      [
        [a, b],
        [c, d],
      ],
    ];
  return diffIndices(before.slice(a, b), after.slice(c, d)).map(({ buffer1: [old, gone], buffer2: [now, come] }) => [
    [a + old, a + old + gone],
    [c + now, c + now + come],
  ]);
}
