/** A text with all fixes that are safe. */
import type { Known } from './checks.ts';
import { applyFixes, checkPlan } from './lint.ts';

/** Fixing one finding can uncover another; a text is gone over at most so often. */
const MAX_PASSES = 10;

/** Applies them; every other byte stays. `fixed` counts findings. */
export function fixText(text: string, id: string, known: Known): { readonly text: string; readonly fixed: number } {
  let mended = text;
  let fixed = 0;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const { diagnostics } = checkPlan(mended, id, { known });
    const { text: next, applied } = applyFixes(mended, diagnostics);
    if (applied.length === 0) break;
    fixed += applied.length;
    mended = next;
  }
  return { text: mended, fixed };
}
