/** Two texts that were made from a third, brought together line by line. */
import { diff3Merge } from 'node-diff3';

/** A stretch of what two texts make together: what they agree in, or the same lines changed in different ways. */
export type MergeRegion =
  | { readonly type: 'agreed'; readonly text: string }
  | { readonly type: 'conflict'; readonly base: string; readonly ours: string; readonly theirs: string };

/** What both change against `base`, stretch by stretch: the agreed ones and one side of each conflict are the whole text. */
export function mergeRegions(base: string, ours: string, theirs: string): readonly MergeRegion[] {
  return diff3Merge(linesOf(ours), linesOf(base), linesOf(theirs), { excludeFalseConflicts: true }).map(
    ({ ok = [], conflict }): MergeRegion =>
      conflict === undefined
        ? { type: 'agreed', text: ok.join('') }
        : { type: 'conflict', base: conflict.o.join(''), ours: conflict.a.join(''), theirs: conflict.b.join('') },
  );
}

/** What both change against `base`, in one text; null where they change the same lines in different ways. */
export function mergeTexts(base: string, ours: string, theirs: string): string | null {
  if (ours === base || ours === theirs) return theirs;
  if (theirs === base) return ours;
  const regions = mergeRegions(base, ours, theirs);
  if (regions.some(({ type }) => type === 'conflict')) return null;
  return regions.map((region) => (region.type === 'agreed' ? region.text : '')).join('');
}

/** Each with its line ending, which the last may lack. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}
