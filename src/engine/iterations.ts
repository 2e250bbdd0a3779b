/** How a plan came to be what it is: its iterations, from git alone, and what one of them changed. */
import { changesBetween, isUnchanged, type PlanChanges } from '../core/change.ts';
import type { PlanDiff } from '../core/diff-record.ts';
import { diffPlan, isUnchangedPlan, type ReadVersion } from '../core/diff.ts';
import { checkPlan } from '../core/lint.ts';
import { NO_OUTLINE, outlineOf } from '../core/outline.ts';
import { parsePlan } from '../core/parse.ts';
import type { Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import type { IterationRecord } from '../core/record.ts';
import { parseReview } from '../core/review.ts';
import type { SuggestionType } from '../core/review-types.ts';
import { syncHistory } from './history.ts';
import { planFolderPath, readSynced } from './sync.ts';
import type { Workspace } from './workspace.ts';

/** Hexadecimal digits with which a commit can be named. */
const COMMIT_DIGITS = /^[0-9a-f]{4,40}$/;

/** How a plan came to be what it is. */
export interface PlanHistory {
  /** Newest first. */
  readonly iterations: readonly IterationRecord[];
  /** What the file says that no commit has; null where nothing. */
  readonly uncommitted: PlanChanges | null;
}

/** All iterations of a plan, synced. None where no commit has it. */
export async function planHistory(workspace: Workspace, planId: string): Promise<PlanHistory> {
  const iterations = await readSynced(workspace, syncHistory, (store) => store.records.iterations(planId).toReversed());
  return { iterations, uncommitted: await uncommitted(workspace, planId) };
}

interface SuggestionName {
  readonly id: string;
  readonly type: SuggestionType;
  readonly title: string;
}

/** One change of a plan, in full. */
export interface IterationDetail {
  readonly iteration: IterationRecord;
  /** Null where nothing that the plan says differs. */
  readonly diff: PlanDiff | null;
  /** Suggestions that it added to the review, and those that it took out. */
  readonly suggestions: { readonly added: readonly SuggestionName[]; readonly removed: readonly SuggestionName[] };
}

/** What one iteration changed. `name` is its commit, or the beginning of it. A {@link Problem} where there is no such iteration. */
export async function iterationDetail(workspace: Workspace, planId: string, name: string): Promise<IterationDetail> {
  const { iterations } = await planHistory(workspace, planId);
  const found = COMMIT_DIGITS.test(name) ? iterations.filter(({ id }) => id.startsWith(name)) : [];
  const [iteration, ...more] = found;
  if (iteration === undefined) throw new Problem(`The plan "${planId}" has no iteration "${name}". See them: plans history ${planId}`);
  if (more.length > 0) throw new Problem(`"${name}" is the beginning of ${found.length} iterations of "${planId}". Write more of it.`);
  const { before, after } = namesAt(planId, iterations, iteration);
  const read = async (revision: string, id: string, ending: string): Promise<string | null> => {
    const bytes = await workspace.git.readFile(revision, `${planFolderPath(workspace)}${id}${ending}`);
    return bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  };
  const [parent, commit] = [`${iteration.id}^`, iteration.id];
  return {
    iteration,
    diff: diffOf(
      versionIn(workspace, before, await read(parent, before, '.plan.md')),
      versionIn(workspace, after, await read(commit, after, '.plan.md')),
    ),
    suggestions: suggestionsBetween(await read(parent, before, '.review.md'), await read(commit, after, '.review.md')),
  };
}

/** The names that the plan had before and after an iteration: later ones may have given it another. */
function namesAt(
  planId: string,
  newestFirst: readonly IterationRecord[],
  iteration: IterationRecord,
): { readonly before: string; readonly after: string } {
  let after = planId;
  for (const later of newestFirst) {
    if (later === iteration) break;
    after = later.changes.was ?? after;
  }
  return { before: iteration.changes.was ?? after, after };
}

/** Checked without the config: what it named then, nobody knows now. */
function versionIn(workspace: Workspace, id: string, text: string | null): ReadVersion | null {
  if (text === null) return null;
  return { file: `${planFolderPath(workspace)}${id}.plan.md`, text, ...checkPlan(text, id, { cache: workspace.cache }) };
}

function diffOf(before: ReadVersion | null, after: ReadVersion | null): PlanDiff | null {
  if (before === null && after === null) return null;
  const diff = diffPlan(before, after);
  return isUnchangedPlan(diff) ? null : diff;
}

function planIn(id: string, text: string | null): Plan | null {
  return text === null ? null : parsePlan(text, id).plan;
}

function suggestionsBetween(before: string | null, after: string | null): IterationDetail['suggestions'] {
  const [old, now] = [namesIn(before), namesIn(after)];
  return { added: missing(now, old), removed: missing(old, now) };
}

function missing(from: readonly SuggestionName[], others: readonly SuggestionName[]): readonly SuggestionName[] {
  return from.filter(({ id }) => !others.some((other) => other.id === id));
}

function namesIn(text: string | null): readonly SuggestionName[] {
  return parseReview(text ?? '').review.suggestions.map(({ id, type, title }) => ({ id, type, title }));
}

async function uncommitted(workspace: Workspace, planId: string): Promise<PlanChanges | null> {
  const path = `${planFolderPath(workspace)}${planId}.plan.md`;
  const { head, changes } = await workspace.git.status([path]);
  if (changes.length === 0) return null;
  const bytes = head.commit === null ? null : await workspace.git.readFile('HEAD', path);
  const read = await workspace.files.readText(workspace.planPath(planId));
  const before = planIn(planId, bytes === null ? null : new TextDecoder().decode(bytes));
  const after = planIn(planId, read.type === 'failed' ? null : read.text);
  const found = changesBetween(before === null ? NO_OUTLINE : outlineOf(before), after === null ? NO_OUTLINE : outlineOf(after));
  return isUnchanged(found) ? null : found;
}
