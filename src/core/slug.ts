/** Ids from titles. */

/** UTF-16 code units, as `Slug` in frontmatter.ts bounds it. */
const SLUG_MAX = 80;
/** Code points of a title without letters that go into its id. */
const FALLBACK_POINTS = 8;

/**
 * The id of something that names none: lower-case letters of any script, digits, `-`, and `.` and `_` inside words; at most 80
 * code units. A title with no letter or digit gives `<fallback>-<code points in hexadecimal>`, so that it is never empty.
 */
export function slugOf(title: string, fallback: 'plan' | 'phase' | 'task'): string {
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
  if (slug === '') slug = cut(words[0] ?? '', SLUG_MAX);
  if (slug !== '') return slug;
  const points = Array.from(title.trim().replace(/[\s\p{P}]+/gu, '')).slice(0, FALLBACK_POINTS);
  return [fallback, ...points.map((point) => (point.codePointAt(0) ?? 0).toString(16))].join('-');
}

/** The slug with a number after it, for what has the same title as something before it. */
export function numberedSlug(slug: string, number: number): string {
  return endedSlug(slug, String(number));
}

/** The slug with another word after it. */
export function endedSlug(slug: string, word: string): string {
  return `${cut(slug, SLUG_MAX - word.length - 1)}-${word}`;
}

/** The longest beginning of a slug that fits, without half a surrogate pair or a trailing `.`, `_` or `-`. */
function cut(word: string, most: number): string {
  let text = '';
  for (const point of word) {
    if (text.length + point.length > most) break;
    text += point;
  }
  return text.replace(/[._-]+$/, '');
}
