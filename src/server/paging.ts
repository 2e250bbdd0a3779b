/** Lists in pages: a page's last entry says where the next begins, so that what comes and goes meanwhile moves nothing. */
import { Refusal } from './problem.ts';

export const PAGE = { most: 200, standard: 50 } as const;

/** One page of `entries`, which are in the order of `keyOf` and `idOf` (both ascending, or both descending). */
export function pageOf<T extends { readonly id: string }>(
  entries: readonly T[],
  { after, limit, keyOf, descending }: { after: string | undefined; limit: number; keyOf: (entry: T) => string; descending: boolean },
): { readonly page: readonly T[]; readonly total: number; readonly next: string | null } {
  const sign = descending ? -1 : 1;
  const compare = (a: readonly [string, string], b: readonly [string, string]) =>
    a[0] === b[0] ? (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0) : sign * (a[0] < b[0] ? -1 : 1);
  const placed = entries.map((entry) => ({ entry, place: [keyOf(entry), entry.id] as const }));
  placed.sort((a, b) => compare(a.place, b.place));
  const last = after === undefined ? null : placeIn(after);
  const rest = last === null ? placed : placed.filter(({ place }) => compare(place, last) > 0);
  const page = rest.slice(0, limit);
  const end = page.at(-1)?.place;
  const next = end === undefined || rest.length <= limit ? null : Buffer.from(JSON.stringify(end)).toString('base64url');
  return { page: page.map(({ entry }) => entry), total: entries.length, next };
}

function placeIn(after: string): readonly [string, string] {
  try {
    const place: unknown = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'));
    if (Array.isArray(place) && place.length === 2 && place.every((part) => typeof part === 'string')) return place as [string, string];
  } catch {
    // Said below.
  }
  throw new Refusal('invalid-request', '"after" is not what an earlier page gave as "next".', {
    errors: [{ in: 'query', path: 'after', message: 'not the "next" of an earlier page' }],
  });
}
