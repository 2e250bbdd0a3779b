/** A run’s commits on top of what people have said of the plan while it ran: their words are commits of the plan file alone. */
import type { Bundles } from '../../adapters/git/bundle.ts';
import type { Commit, Git } from '../../adapters/git/git.ts';
import { mergePlan } from '../../core/ci/merge-plan.ts';
import { planAt, type CommittedPlan } from './plan-commit.ts';

export interface Onto {
  readonly planId: string;
  readonly path: string;
  /** Where the run began. */
  readonly start: string;
  /** Where the branch is now. */
  readonly there: string;
  /** Of the run, oldest first: verified, each on the one before. */
  readonly commits: readonly Commit[];
}

/** The tip of the same commits on top of `there`; null where more than the plan has changed there, or both changed the same. */
export async function ontoSteering(git: Git, bundles: Bundles, onto: Onto): Promise<string | null> {
  const { planId, path, start, there, commits } = onto;
  if ((await git.resolve(there)) === null || (await git.mergeBase(start, there)) !== start) return null;
  if ((await git.diff(start, there)).some((change) => change.path !== path)) return null;
  const read = (commit: string): Promise<CommittedPlan | null> => planAt(git, commit, { path, planId, known: null });
  const [began, said] = [await read(start), await read(there)];
  if (began?.valid !== true || said?.valid !== true) return null;
  let parent = there;
  for (const { id, subject, body } of commits) {
    const run = await read(id);
    const text = run === null ? null : mergePlan(began, run, said);
    if (text === null) return null;
    parent = await bundles.commitFile({ parent, tree: id, path, text, message: `${subject}\n\n${body}` });
  }
  return parent;
}
