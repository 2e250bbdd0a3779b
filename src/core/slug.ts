/** Ids from titles, and the nearest of several names. */

/** UTF-16 code units, as `Slug` in frontmatter.ts bounds it. */
const SLUG_MAX = 80;
/** Code points of a title without letters that go into its id. */
const FALLBACK_POINTS = 8;

/**
 * The id of something that names none: lower-case letters of any script, digits, `-`, and `.` and `_` inside words; at most 80
 * code units. A title with no letter or digit gives `<fallback>-<code points in hexadecimal>`, so that it is never empty.
 */
export function slugOf(title: string, fallback: 'task' | 'phase'): string {
  const text = title
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/['’`*]/g, '');
  const words =
    text.match(/[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]*(?:[._]+[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]*)*/gu) ?? [];
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word : `${slug}-${word}`;
    if (longer.length > SLUG_MAX) break;
    slug = longer;
  }
  if (slug === '') slug = cut(words[0] ?? '');
  if (slug !== '') return slug;
  const points = Array.from(title.trim().replace(/[\s\p{P}]+/gu, '')).slice(0, FALLBACK_POINTS);
  return [fallback, ...points.map((point) => (point.codePointAt(0) ?? 0).toString(16))].join('-');
}

/** The longest beginning of one word that fits, without half a surrogate pair or a trailing `.` or `_`. */
function cut(word: string): string {
  let text = '';
  for (const point of word) {
    if (text.length + point.length > SLUG_MAX) break;
    text += point;
  }
  return text.replace(/[._]+$/, '');
}

/** The name that was probably meant by `name`; undefined where none is near. Case, `_` and `-` do not count. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(name);
  let best: string | undefined;
  // A third of the letters may be wrong: one in a short name, three at most.
  let limit = Math.min(3, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of candidates) {
    const other = plain(candidate);
    if (Math.abs(other.length - wanted.length) >= limit) continue;
    const found = distance(wanted, other);
    if (found < limit) [best, limit] = [candidate, found];
  }
  return best;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[_\- ]/g, '');
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
