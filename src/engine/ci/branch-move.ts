/** Where a plan’s branch has to stand for the push of a run, and where it goes. */
import type { Bundles } from '../../adapters/git/bundle.ts';
import type { Commit, Git, RemoteUpdate } from '../../adapters/git/git.ts';
import { hasWork } from '../../core/ci/standing.ts';
import type { BundleRules } from '../../core/ci/verify-commit.ts';
import { Problem } from '../../core/problem.ts';
import { ontoSteering } from './onto-steering.ts';
import { planAt } from './plan-commit.ts';
import { verifyRange } from './verify-bundle.ts';

interface BranchMove {
  readonly rules: BundleRules;
  readonly branch: string;
  /** Where the run began, and where it ended. */
  readonly start: string;
  readonly head: string;
  /** In between, oldest first. */
  readonly commits: readonly Commit[];
  /** Of the base branch. */
  readonly tip: string;
  readonly remote: string;
}

/**
 * What is pushed: the branch from where the execution began, or from nowhere. Where people have steered the plan meanwhile, the run’s commits
 * go on top of their words. A branch that has nothing but the note of an earlier failure is replaced, and kept under another name.
 */
export async function moveBranch(
  git: Git,
  bundles: Bundles,
  move: BranchMove,
): Promise<{ readonly head: string; readonly updates: readonly RemoteUpdate[] }> {
  const { rules, branch, start, head, commits, remote } = move;
  const { planId, planPath: path } = rules;
  const ref = `refs/heads/${branch}`;
  const there = await remoteRef(git, remote, ref);
  // Nowhere yet, or where it began; or this is done once more, after what failed behind the push.
  if (there === null || there === start || there === head) return { head, updates: [{ ref, from: there, to: head }] };
  await bring(git, remote, branch);
  const onto = await ontoSteering(git, bundles, { planId, path, start, there, commits });
  if (onto !== null && (await verifyRange(git, bundles, { start: there, head: onto, rules })).violations.length === 0)
    return { head: onto, updates: [{ ref, from: there, to: onto }] };
  if (!(await isOnlyANote(git, move, there)))
    throw new Problem(
      `The branch ${branch} has moved to ${there.slice(0, 12)} since the execution began at ${start.slice(0, 12)}. Nothing was pushed; the bundle is an artifact of this run.`,
    );
  const kept = `refs/plans/replaced/${planId}/${there.slice(0, 12)}`;
  const updates = [
    { ref, from: there, to: head },
    { ref: kept, from: await remoteRef(git, remote, kept), to: there },
  ];
  return { head, updates };
}

/** Something on the remote has moved between the look at it and the push. */
export class Outrun extends Problem {
  override readonly name = 'Problem';
}

/** The work can be published neither now nor later as it is: doing it anew would come to the same. */
export class Unpublishable extends Problem {
  override readonly name = 'Problem';
  /** In others' words. */
  readonly why: string;
  constructor(message: string, why: string) {
    super(message);
    this.why = why;
  }
}

/** What git and a server say where a ref is not where it was seen. */
const MOVED = /stale info|fetch first|non-fast-forward|cannot lock ref|reference already exists|failed to update ref|incorrect old value/;

/** Compare-and-swap of all of them at once; {@link Outrun} or {@link Unpublishable} where the remote does not take it. */
export async function push(git: Git, remote: string, updates: readonly RemoteUpdate[]): Promise<void> {
  const refused = await git.push(remote, updates);
  if (refused === null) return;
  const what = `The remote did not take it (${refused}).`;
  const left = 'Nothing was pushed, and the bundle is an artifact of this run.';
  if (MOVED.test(refused)) throw new Outrun(`${what} Somebody was quicker. ${left}`);
  const refs = updates.map(({ ref }) => ref.replace(/^refs\/heads\//, '')).join(' and ');
  throw new Unpublishable(`${what} Where a rule of the repository is the reason, it has to let the token push ${refs}. ${left}`, refused);
}

/** Whether a branch has no finished task that the start, which is the base’s, has not. */
async function isOnlyANote(git: Git, { rules, start, tip }: BranchMove, there: string): Promise<boolean> {
  const { planId, planPath: path } = rules;
  if ((await git.resolve(there)) === null || (await git.mergeBase(tip, start)) !== start) return false;
  const of = { path, planId, known: null };
  const [old, now] = [await planAt(git, there, of), await planAt(git, start, of)];
  return old !== null && now !== null && !hasWork(old.plan, now.plan);
}

/** What was pushed since the checkout is not here yet. Where it cannot be had, it is not known, and nothing goes on top of it. */
async function bring(git: Git, remote: string, branch: string): Promise<void> {
  await git.fetch(remote, [`+refs/heads/${branch}:refs/remotes/${remote}/${branch}`]);
}

async function remoteRef(git: Git, remote: string, ref: string): Promise<string | null> {
  const found = await git.remoteRefs(remote, [ref]);
  if (found.type === 'unreachable') throw new Problem(`The remote "${remote}" did not answer: ${found.message}`);
  return found.refs.get(ref) ?? null;
}
