/** Two texts that were made from a third, brought together line by line. */
import { diff3Merge } from 'node-diff3';

/** What both change against `base`, in one text; null where they change the same lines in different ways. */
export function mergeTexts(base: string, ours: string, theirs: string): string | null {
  if (ours === base || ours === theirs) return theirs;
  if (theirs === base) return ours;
  const regions = diff3Merge(linesOf(ours), linesOf(base), linesOf(theirs), { excludeFalseConflicts: true });
  if (regions.some(({ conflict }) => conflict !== undefined)) return null;
  return regions.flatMap(({ ok = [] }) => ok).join('');
}

/** Each with its line ending, which the last may lack. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}
