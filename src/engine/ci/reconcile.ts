/** Which plans jobs are to execute, and where each begins: from git alone, without running or checking out anything. */
import type { Git } from '../../adapters/git/git.ts';
import type { Known } from '../../core/checks.ts';
import type { Plan } from '../../core/plan.ts';
import { planBranch, standingOf, type PlanVersion, type Standing } from '../../core/ci/standing.ts';
import { EXECUTED, executedOf } from './executed.ts';
import { folderOf, pathOf, planAt, plansIn, resetIn } from './plan-commit.ts';

export interface ReconcileRequest {
  /** The commit of the branch that work is merged into. */
  readonly base: string;
  readonly remote: string;
  readonly config: { readonly plans: string };
  readonly known: Known | null;
  readonly now: Date;
  /** This plan alone, by a person's word. */
  readonly named: string | null;
}

export interface Reconciled {
  readonly planId: string;
  readonly title: string;
  readonly standing: Standing;
  /** Where it begins, and what it says there; null where it does not. */
  readonly start: string | null;
  readonly plan: Plan | null;
}

/** Every plan of the base, in the order of their names; of those named alone, that one. */
export async function reconcile(git: Git, request: ReconcileRequest): Promise<readonly Reconciled[]> {
  const { base, remote, config, named } = request;
  // Asked for all at once: of a thousand plans most have neither a branch nor a past.
  const known: Listed = {
    files: await git.filesIn(base, folderOf(config).slice(0, -1)),
    refs: new Map([...(await git.refs(`refs/remotes/${remote}/plans/`)), ...(await git.refs(EXECUTED))]),
  };
  const found: Reconciled[] = [];
  for (const planId of named === null ? await plansIn(git, base, config) : [named]) found.push(await standing(git, planId, request, known));
  return found;
}

interface Listed {
  /** Of the plans' folder on the base. */
  readonly files: ReadonlyMap<string, string>;
  readonly refs: ReadonlyMap<string, string>;
}

const STRANGER =
  'Its branch and the base have no history in common here. Check out with “fetch-depth: 0”: a shallow clone has too little of it. If they really have none, take the branch away.';

/** How one plan stands. */
async function standing(git: Git, planId: string, request: ReconcileRequest, { files, refs }: Listed): Promise<Reconciled> {
  const { base, remote, config, known, now, named } = request;
  const path = pathOf(config, planId);
  const onBase = await planAt(git, base, { path, planId, known, files });
  const title = onBase?.plan.title ?? planId;
  const branch = planBranch(planId);
  const tip = branch === null ? null : (refs.get(`refs/remotes/${remote}/${branch}`) ?? null);
  const parted = tip === null ? null : await git.mergeBase(base, tip);
  if (tip !== null && parted === null) return { planId, title, standing: { type: 'wait', because: STRANGER }, start: null, plan: null };
  // Merged as it is, there is nothing on it that the base has not.
  const isMerged = tip === null || parted === null || parted === tip;
  const onBranch = isMerged ? null : await branchVersion(git, tip, { path, planId, known });
  const began = isMerged ? null : await planAt(git, parted, { path, planId, known: null });
  const version: PlanVersion | null =
    onBase === null ? null : { ...onBase, content: onBase.blob, resetsAt: await resetOf(git, onBase, base, path) };
  const answer = standingOf({
    base: version,
    branch: onBranch,
    isEdited: began?.blob !== onBase?.blob,
    executed: new Set(refs.has(EXECUTED + planId) ? await executedOf(git, planId) : []),
    now: now.toISOString(),
    isNamed: named === planId,
  });
  const begins = answer.type === 'run';
  const fromBranch = begins && answer.from === 'branch';
  const start = begins ? (fromBranch ? tip : base) : null;
  const plan = begins ? ((fromBranch ? onBranch : onBase)?.plan ?? null) : null;
  return { planId, title, standing: answer, start, plan };
}

/** The tip of a plan's branch on the remote, as it was fetched last. */
export async function tipOf(git: Git, planId: string, remote: string): Promise<string | null> {
  const branch = planBranch(planId);
  return branch === null ? null : await git.resolve(`refs/remotes/${remote}/${branch}`);
}

async function branchVersion(
  git: Git,
  tip: string,
  of: { readonly path: string; readonly planId: string; readonly known: Known | null },
): Promise<PlanVersion | null> {
  const plan = await planAt(git, tip, of);
  if (plan === null) return null;
  // What was pushed back to a text that was executed before is a person's word to do it again.
  const [last] = await git.log({ to: tip, paths: [of.path], limit: 1 });
  return { ...plan, content: last?.id ?? plan.blob, resetsAt: await resetOf(git, plan, tip, of.path) };
}

async function resetOf(git: Git, { plan }: Pick<PlanVersion, 'plan'>, commit: string, path: string): Promise<string | null> {
  return plan.status === 'paused' ? await resetIn(git, commit, path, plan.id) : null;
}
