/** Suggestions that a change brings into the reviews of plans, and that are code once somebody applies them. */
import { MAX_FILE_BYTES } from '../../adapters/files.ts';
import type { Git } from '../../adapters/git/git.ts';
import { suggestionRecord } from '../../core/apply.ts';
import type { Known } from '../../core/checks.ts';
import type { SuggestedCode } from '../../core/ci/review-record.ts';
import { parsePlan } from '../../core/parse.ts';
import { parseReview } from '../../core/review.ts';

const REVIEW_ENDING = '.review.md';
const PLAN_ENDING = '.plan.md';
/** Reviews that are looked at. */
const REVIEWS_MAX = 100;

export interface SuggestedRequest {
  /** Full ids of commits. */
  readonly before: string;
  readonly after: string;
  /** Of the plans, without a final `/`; empty for the root. */
  readonly folder: string;
  readonly known: Known | null;
}

/** Those that were not in the review before, or said something else. Of a suggestion that cannot be made nothing is known. */
export async function suggestedCode(git: Git, { before, after, folder, known }: SuggestedRequest): Promise<SuggestedCode[]> {
  const [was, is] = [await git.filesIn(before, folder), await git.filesIn(after, folder)];
  const differing = [...is].filter(([path, blob]) => path.endsWith(REVIEW_ENDING) && was.get(path) !== blob);
  const found: SuggestedCode[] = [];
  for (const [path, blob] of differing.slice(0, REVIEWS_MAX)) {
    const stem = path.slice(0, -REVIEW_ENDING.length);
    const [text, plan] = [await textOf(git, blob), await textOf(git, is.get(`${stem}${PLAN_ENDING}`))];
    if (text === null || plan === null) continue;
    const old = parseReview((await textOf(git, was.get(path))) ?? '').review.suggestions;
    const planId = stem.slice(folder === '' ? 0 : folder.length + 1);
    const version = { text: plan, plan: parsePlan(plan, planId).plan };
    for (const suggestion of parseReview(text).review.suggestions) {
      if (old.some(({ id, after: said, ticked }) => id === suggestion.id && said === suggestion.after && ticked === suggestion.ticked))
        continue;
      const { id, title, ticked, risks } = suggestionRecord(version, suggestion, { known, cache: undefined, running: new Set() });
      if (risks.length > 0) found.push({ plan: planId, id, title, ticked, risks });
    }
  }
  return found;
}

async function textOf(git: Git, blob: string | undefined): Promise<string | null> {
  const bytes = blob === undefined ? null : await git.readBlob(blob);
  return bytes === null || bytes.length > MAX_FILE_BYTES ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
