/** A plan as commits have it, read from git's objects: nothing of the repository is checked out or run. */
import type { Git } from '../../adapters/git/git.ts';
import { checkPlan } from '../../core/lint.ts';
import type { Known } from '../../core/checks.ts';
import type { Plan } from '../../core/plan.ts';
import { readTrailers } from '../../core/trailer.ts';

const SUFFIX = '.plan.md';
/** Commits that are looked at for the last word of a run; before it there are only edits. */
const MAX_COMMITS = 50;

export interface CommittedPlan {
  readonly plan: Plan;
  readonly valid: boolean;
  readonly text: string;
  /** Of its file. */
  readonly blob: string;
}

/** The folder of the plans, from the root, with a final `/`. */
export function folderOf(config: { readonly plans: string }): string {
  return `${config.plans.replace(/^\.\//, '').replace(/\/+$/, '')}/`;
}

export function pathOf(config: { readonly plans: string }, planId: string): string {
  return `${folderOf(config)}${planId}${SUFFIX}`;
}

/** Slugs of the plans that a commit has, in order. */
export async function plansIn(git: Git, commit: string, config: { readonly plans: string }): Promise<readonly string[]> {
  const folder = folderOf(config);
  const names = [...(await git.filesIn(commit, folder.slice(0, -1))).keys()].map((path) => path.slice(folder.length));
  return names.flatMap((name) => (name.endsWith(SUFFIX) && !name.startsWith('.') ? [name.slice(0, -SUFFIX.length)] : [])).toSorted();
}

interface PlanPlace {
  readonly path: string;
  readonly planId: string;
  readonly known: Known | null;
  /** The files of its folder in that commit, where they have been listed already. */
  readonly files?: ReadonlyMap<string, string>;
}

/** A plan in a commit; null where it is not there. */
export async function planAt(git: Git, commit: string, { path, planId, known, files }: PlanPlace): Promise<CommittedPlan | null> {
  const blob = (files ?? (await git.filesIn(commit, path.slice(0, path.lastIndexOf('/'))))).get(path);
  const bytes = blob === undefined ? null : await git.readBlob(blob);
  if (blob === undefined || bytes === null) return null;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { ...checkPlan(text, planId, { known }), text, blob };
}

/** When the rate limit resets for which a plan was paused last, on the history of a commit; null where it was for something else. */
export async function resetIn(git: Git, commit: string, path: string, planId: string): Promise<string | null> {
  for (const { trailers } of await git.log({ to: commit, paths: [path], limit: MAX_COMMITS })) {
    const evidence = readTrailers(trailers);
    if (evidence === null || 'iteration' in evidence || evidence.plan !== planId) continue;
    return evidence.resetsAt ?? null;
  }
  return null;
}
