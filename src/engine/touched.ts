/** Which plans a commit is about: those whose file it changes, or whose review. A file that gets another name stays the plan that it was. */
import type { Commit, FileChange } from '../adapters/git/git.ts';
import { haveSameTasks } from '../core/match.ts';
import type { Outline } from '../core/outline.ts';
import type { Evidence } from '../core/evidence.ts';

const PLAN_ENDING = '.plan.md';
const REVIEW_ENDING = '.review.md';

export interface Touched {
  readonly planId: string;
  /** What became of the plan's file; null where only its review changed. */
  readonly change: FileChange | null;
  /** The name it had before, where the commit gives it another. */
  readonly was: string | null;
}

/** Reads a version of a plan. */
export type OutlineOf = (planId: string, blob: string) => Promise<Outline>;

/** The plans in `folder` (relative to the root, with a final `/`) that a commit touches, each once. */
export async function touchedBy({ changes }: Commit, folder: string, outlineOf: OutlineOf): Promise<readonly Touched[]> {
  const plans = changes.flatMap((change): Touched[] => {
    const planId = nameIn(change.path, folder, PLAN_ENDING);
    return planId === null ? [] : [{ planId, change, was: null }];
  });
  const renamed = await withNewNames(plans, outlineOf);
  const known = new Set(renamed.flatMap(({ planId, was }) => (was === null ? [planId] : [planId, was])));
  const reviews = changes.flatMap((change): Touched[] => {
    const planId = nameIn(change.path, folder, REVIEW_ENDING);
    return planId === null || known.has(planId) ? [] : [{ planId, change: null, was: null }];
  });
  return [...renamed, ...reviews];
}

/** Evidence counts only where the commit touches the file of the very plan it names, and leaves it there; that of an iteration also with its review. */
export function concerns(evidence: Evidence | null, { planId, change, was }: Touched): boolean {
  if (evidence === null) return false;
  const isNamed = evidence.plan === planId || (was !== null && evidence.plan === was);
  if ('iteration' in evidence) return isNamed || (evidence.plan === null && change !== null);
  return isNamed && change !== null && change.after !== null;
}

/** A name of a file directly in the folder, without its ending; null for all others. */
function nameIn(path: string, folder: string, ending: string): string | null {
  if (!path.startsWith(folder) || !path.endsWith(ending)) return null;
  const name = path.slice(folder.length, -ending.length);
  return name === '' || name.startsWith('.') || name.includes('/') ? null : name;
}

/** A deleted file and a new one that says the same are one plan with another name. */
async function withNewNames(plans: readonly Touched[], outlineOf: OutlineOf): Promise<readonly Touched[]> {
  const gone = plans.filter(({ change }) => change?.after === null);
  const made = plans.filter(({ change }) => change?.before === null);
  if (gone.length === 0 || made.length === 0) return plans;
  const left = new Set(gone);
  const pairs = new Map<Touched, Touched>();
  for (const isSame of [sameBytes, sameTasks(outlineOf)]) {
    for (const after of made) {
      if (pairs.has(after)) continue;
      for (const before of left) {
        if (!(await isSame(before, after))) continue;
        pairs.set(after, before);
        left.delete(before);
        break;
      }
    }
  }
  const taken = new Set(pairs.values());
  return plans.flatMap((touched): Touched[] => {
    const before = pairs.get(touched);
    if (before === undefined) return taken.has(touched) ? [] : [touched];
    const change = { path: touched.change?.path ?? '', before: before.change?.before ?? null, after: touched.change?.after ?? null };
    return [{ planId: touched.planId, change, was: before.planId }];
  });
}

type Same = (before: Touched, after: Touched) => boolean | Promise<boolean>;

const sameBytes: Same = (before, after) => before.change?.before === after.change?.after;

function sameTasks(outlineOf: OutlineOf): Same {
  const phasesOf = async ({ planId }: Touched, blob: string | null | undefined) =>
    blob == null ? [] : (await outlineOf(planId, blob)).phases;
  return async (before, after) => haveSameTasks(await phasesOf(before, before.change?.before), await phasesOf(after, after.change?.after));
}
