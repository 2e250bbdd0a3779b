/** What a person decides about suggestions: applied or dismissed, in one commit with the rest of the review. */
import { spliceTo } from '../../core/edit.ts';
import { mergeTexts } from '../../core/merge.ts';
import { applySuggestions, suggestionRecord, type Applied } from '../../core/apply.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Plan } from '../../core/plan.ts';
import { Problem } from '../../core/problem.ts';
import { redactionOf, secretsOf } from '../../core/redact.ts';
import { removeSuggestions, renewSuggestions } from '../../core/review-text.ts';
import type { PlacedSuggestion } from '../../core/review.ts';
import type { SuggestionRecord } from '../../core/record.ts';
import { suggest } from '../../core/suggest.ts';
import type { Suggestion } from '../../core/suggestion.ts';
import type { Evidence } from '../../core/evidence.ts';
import { commit as commitPaths, whyRefused, type Committer } from '../commits.ts';
import { holdPlan, openPlan, withPlan, type Caller } from '../control.ts';
import { checkedHead } from '../start.ts';
import type { Workspace } from '../workspace.ts';
import { presentOf } from './review.ts';
import { readReview, writeReview, type ReviewFile } from './review-file.ts';

/** Which suggestions: by their ids (or as much of one as is unique), those whose box is ticked, or all. */
export type Which = { readonly type: 'ids'; readonly ids: readonly string[] } | { readonly type: 'ticked' | 'all' };

/** A review as its file has it. */
export interface OpenReview {
  /** The review file, relative to the root. */
  readonly path: string;
  readonly text: string;
  readonly suggestions: readonly SuggestionRecord[];
  /** Suggestions that cannot be used, and why. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The suggestions that wait for a person's word; null where there is no review. */
export async function openReview(caller: Caller): Promise<OpenReview | null> {
  const review = await readReview(caller.workspace, caller.planId);
  if (review === null) return null;
  const { text, plan } = await openPlan(caller);
  const { path, diagnostics } = review;
  const present = presentOf(caller.workspace);
  const suggestions = review.review.suggestions.map((suggestion) => suggestionRecord({ text, plan }, suggestion, present));
  return { path, text: review.text, suggestions, diagnostics };
}

/** What became of the suggestions that were chosen. */
export interface Settled {
  /** Those that are in the plan now, with what they said. */
  readonly applied: readonly { readonly id: string; readonly title: string }[];
  /** Those that are not, and stay in the review. */
  readonly refused: Applied['refused'];
  /** How many are left in the review. */
  readonly left: number;
  readonly plan: Plan;
  /** Null where nothing was applied. */
  readonly commit: string | null;
}

/**
 * Applies suggestions: the plan and what is left of the review change in one commit. Those that cannot be applied are left, with the reason;
 * where that is all of them nothing changes. A {@link Problem} says why nothing can be applied at all.
 */
export async function applyReview(caller: Caller, which: Which): Promise<Settled> {
  const { workspace, planId } = caller;
  const plan = await openPlan(caller);
  return withPlan(caller, plan, async ({ committer }) => {
    const review = await reviewOf(workspace, planId);
    const chosen = chosenOf(review, planId, which);
    const present = presentOf(workspace);
    const before = plan.text;
    let applied = applySuggestions({ text: before, plan: plan.plan }, review.review.suggestions, chosen, present);
    if (applied.applied.length === 0)
      return { applied: [], refused: applied.refused, left: review.review.suggestions.length, plan: plan.plan, commit: null };
    await keepComments(committer, review);
    const writing = await plan.edit(
      (text, now) => {
        applied = applySuggestions({ text, plan: now }, review.review.suggestions, chosen, present);
        return { edits: spliceTo(text, applied.text) };
      },
      { once: true },
    );
    if (writing.type === 'failed') throw new Problem(writing.message);
    const done = new Set(applied.applied);
    await writeReview(workspace, review, reduced(done, applied.renewed));
    const titles = review.review.suggestions.filter(({ id }) => done.has(id));
    const outcome = await commitPaths(committer, [plan.path, review.path], subjectOf('apply', titles), {
      plan: planId,
      iteration: 'refine',
      changedBy: review.review.fields.createdBy === 'claude' ? 'claude' : 'user',
      prompt: titles.map(({ title }) => title).join('\n'),
    });
    if (outcome.type !== 'committed') {
      const back = await plan.takeBack(before);
      await putReviewBack(workspace, review, reduced(done, applied.renewed));
      const left = back.type === 'written' ? '' : ` The plan has the changes still, uncommitted, as ${back.message}`;
      throw new Problem(`Nothing was applied. ${whyRefused(outcome)}${left}`);
    }
    const { commit } = outcome;
    return {
      applied: titles.map(({ id, title }) => ({ id, title })),
      refused: applied.refused,
      left: review.review.suggestions.length - titles.length,
      plan: plan.plan,
      commit,
    };
  });
}

/** Takes suggestions off the list, in a commit of its own. The plan stays as it is. */
export async function dismissReview(
  caller: Caller,
  which: Which,
): Promise<{ readonly dismissed: readonly string[]; readonly left: number; readonly commit: string }> {
  const { workspace, planId, env } = caller;
  return holdPlan(caller, async (lease) => {
    const review = await reviewOf(workspace, planId);
    const chosen = chosenOf(review, planId, which);
    const head = await checkedHead(workspace);
    const redaction = redactionOf(secretsOf(env, workspace.config.redact));
    const committer = { workspace, planId, env, head, commits: 0, redaction, lease };
    await keepComments(committer, review);
    await writeReview(workspace, review, reduced(chosen, []));
    const titles = review.review.suggestions.filter(({ id }) => chosen.has(id));
    const outcome = await commitPaths(committer, [review.path], subjectOf('dismiss', titles), {
      plan: planId,
      iteration: 'review',
      changedBy: 'user',
      prompt: titles.map(({ title }) => title).join('\n'),
    });
    if (outcome.type !== 'committed') {
      await putReviewBack(workspace, review, reduced(chosen, []));
      throw new Problem(`Nothing was dismissed. ${whyRefused(outcome)}`);
    }
    const { commit } = outcome;
    return { dismissed: [...chosen], left: review.review.suggestions.length - chosen.size, commit };
  });
}

async function reviewOf(workspace: Workspace, planId: string): Promise<ReviewFile> {
  const review = await readReview(workspace, planId);
  if (review === null) throw new Problem(`There are no suggestions for "${planId}". Ask for some: plans review ${planId} --all`);
  const conflict = review.diagnostics.find(({ rule }) => rule === 'conflict-marker');
  if (conflict !== undefined) throw new Problem(`${review.path}:${conflict.line}:${conflict.column} ${conflict.message}`);
  return review;
}

/** The ids that are meant. A {@link Problem} where one is not there, or nothing is chosen. */
function chosenOf({ review, path, diagnostics }: ReviewFile, planId: string, which: Which): ReadonlySet<string> {
  const all = review.suggestions;
  const unusable = diagnostics.length === 0 ? '' : ` Some cannot be read: plans review ${planId}`;
  const ids =
    which.type === 'ids'
      ? which.ids.map((id) => idOf(id, all, planId))
      : all.filter(({ ticked }) => ticked || which.type === 'all').map(({ id }) => id);
  if (ids.length > 0) return new Set(ids);
  if (which.type === 'ticked')
    throw new Problem(`No box in ${path} is ticked. Tick what you accept, or name suggestions by their ids.${unusable}`);
  throw new Problem(`There is no suggestion in ${path}.${unusable}`);
}

function idOf(given: string, all: readonly PlacedSuggestion[], planId: string): string {
  const found = all.filter(({ id }) => id === given);
  const meant = found.length > 0 ? found : all.filter(({ id }) => id.startsWith(given));
  const [one, ...more] = meant;
  if (one !== undefined && more.length === 0) return one.id;
  if (one !== undefined) throw new Problem(`"${given}" could be ${meant.map(({ id }) => id).join(' or ')}. Write more of it.`);
  const near = suggest(
    given,
    all.map(({ id }) => id),
  );
  const hint = near === null ? `See those there are: plans review ${planId}` : `Did you mean "${near}"?`;
  throw new Problem(`There is no suggestion "${given}" for "${planId}". ${hint}`);
}

/** Takes back what `change` made of a review, but for what people have written there since; where that is not known apart, theirs stays. */
async function putReviewBack(workspace: Workspace, review: ReviewFile, change: (text: string) => string | null): Promise<void> {
  const { text: before } = review;
  await writeReview(workspace, review, (now) => (now === null ? before : (mergeTexts(change(before) ?? '', now, before) ?? now)));
}

/** The review without those that are settled, and with the rest as they have to be said now. */
function reduced(gone: ReadonlySet<string>, renewed: readonly Suggestion[]): (text: string | null) => string | null {
  return (text) => (text === null ? null : removeSuggestions(renewSuggestions(text, renewed), gone));
}

type Committing = Omit<Committer, 'plan'>;

/** What people have written into a review beyond their ticks is committed before any of it is taken out. */
async function keepComments(committer: Committing, { path, text }: ReviewFile): Promise<void> {
  const { workspace, planId } = committer;
  const { changes } = await workspace.git.status([path]);
  if (changes.length === 0) return;
  const bytes = await workspace.git.readFile('HEAD', path);
  const committed = bytes === null ? null : new TextDecoder().decode(bytes);
  if (committed !== null && withoutTicks(committed) === withoutTicks(text)) return;
  const evidence: Evidence = { plan: planId, iteration: 'review', changedBy: 'user', prompt: null };
  const outcome = await commitPaths(committer, [path], 'edit the review', evidence);
  if (outcome.type !== 'committed')
    throw new Problem(`What is written in ${path} has to be committed first, and could not be: ${whyRefused(outcome)}`);
}

function withoutTicks(text: string): string {
  return text.replaceAll(/^(\s*[-*+] )\[[xX]\]/gm, '$1[ ]');
}

function subjectOf(what: 'apply' | 'dismiss', of: readonly { readonly title: string }[]): string {
  return of.length === 1 ? `${what}: ${of[0]?.title}` : `${what} ${of.length} suggestions`;
}
