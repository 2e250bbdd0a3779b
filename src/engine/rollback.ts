/** `rollback`: task commits are taken back, newest first, each by a commit that clears its box too. All of them land at once, or none. */
import type { Commit } from '../adapters/git/git.ts';
import { applyEdits, setPlanFields, setTaskStatus } from '../core/edit.ts';
import { checkPlan } from '../core/lint.ts';
import type { PauseReason } from '../core/outcome.ts';
import type { Plan, PlanStatus } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { findPhase, findTask } from '../core/progress.ts';
import { dependentsOf, standingCommits, type TaskCommit } from '../core/rollback.ts';
import { formatTrailers, readTrailers } from '../core/trailer.ts';
import { holdPlan, openPlan } from './control.ts';
import type { Caller } from './control.ts';
import { joined } from './edits.ts';
import type { HeldLease } from './lease.ts';
import type { PlanFile } from './plan-file.ts';
import { checkedHead, unknown } from './start.ts';
import { checkHeld } from './take-lease.ts';
import { listed } from './work.ts';
import type { Workspace } from './workspace.ts';

/** What is taken back: one task, one phase, or (both undefined) the plan. */
export interface RollbackSelection {
  readonly task?: string | undefined;
  readonly phase?: string | undefined;
}

export interface Rollback {
  /** Newest first. `by` is the commit that takes it back; null in a dry run. */
  readonly tasks: readonly { readonly task: string; readonly title: string; readonly commit: string; readonly by: string | null }[];
  /** Completed tasks that stay, and depend on one that is taken back. */
  readonly dependents: readonly string[];
  /** Ticked tasks that no commit of a run stands for: ticked by hand, they stay ticked. */
  readonly byHand: readonly string[];
}

export type RollbackOutcome =
  | ({ readonly type: 'done' } & Rollback)
  /** Later work stands on this; nothing has changed. */
  | { readonly type: 'conflict'; readonly task: string; readonly commit: string; readonly paths: readonly string[] };

type Options = RollbackSelection & { readonly dryRun: boolean };

/** Takes tasks back. A {@link Problem} says why it cannot; then nothing has changed. */
export async function rollback(caller: Caller, options: Options): Promise<RollbackOutcome> {
  const plan = await openPlan(caller);
  if (options.dryRun) return rollbackHeld(caller.workspace, plan, options, null);
  return holdPlan(caller, async (lease) => rollbackHeld(caller.workspace, await openPlan(caller), options, lease));
}

async function rollbackHeld(
  workspace: Workspace,
  { path, plan }: PlanFile,
  options: Options,
  lease: HeldLease | null,
): Promise<RollbackOutcome> {
  const { git } = workspace;
  const head = await checkedHead(workspace);
  const wanted = selected(plan, options);
  const done = new Set(wanted.filter((id) => findTask(plan, id)?.status === 'completed'));
  const standing = standingCommits(plan.id, (await git.log({ paths: [path] })).map(commitOf));
  const found = standing.filter(({ task }) => done.has(task));
  const byHand = [...done].filter((id) => !found.some(({ task }) => task === id));
  if (found.length === 0) throw new Problem(nothingToTake(plan.id, options, byHand));
  const gone = new Set(found.map(({ task }) => task));
  const rest = { dependents: dependentsOf(plan, gone), byHand };
  const title = (id: string) => findTask(plan, id)?.title ?? id;
  const chain = await chainOf(workspace, path, plan, head.commit, found);
  if (chain.type === 'conflict') return chain;
  const tip = chain.commits.at(-1) ?? head.commit;
  const inTheWay = (await git.status((await git.diff(head.commit, tip)).map(({ path: at }) => at))).changes;
  if (inTheWay.length > 0)
    throw new Problem(
      `There are uncommitted changes in ${listed(inTheWay.map((change) => change.path))}, which would be taken back too. Commit them or put them aside, then try again.`,
    );
  const tasks = found.map(({ task, id }, index) => ({
    task,
    title: title(task),
    commit: id,
    by: options.dryRun ? null : (chain.commits[index] ?? null),
  }));
  if (options.dryRun) return { type: 'done', tasks, ...rest };
  checkHeld(lease);
  const refused = await git.forward(tip);
  if (refused !== null) throw new Problem(`Nothing was taken back; git says: ${refused}`);
  lease?.publish(tip);
  return { type: 'done', tasks, ...rest };
}

/** The commits that take these back, one upon the other beside the branch. */
async function chainOf(
  workspace: Workspace,
  path: string,
  plan: Plan,
  head: string,
  found: readonly TaskCommit[],
): Promise<{ readonly type: 'chain'; readonly commits: readonly string[] } | Extract<RollbackOutcome, { readonly type: 'conflict' }>> {
  const { git, known, cache } = workspace;
  // As git has it, which need not be byte for byte what stands in the work tree.
  let text = new TextDecoder('utf-8', { ignoreBOM: true }).decode((await git.readFile(head, path)) ?? new Uint8Array());
  const { status, reason } = afterwards(plan.status);
  const commits: string[] = [];
  for (const { task, id, subject } of found) {
    const now = checkPlan(text, plan.id, { known, cache }).plan;
    const cleared = setTaskStatus(text, now, task, { status: 'pending' });
    const edit = now.status === status ? cleared : joined(cleared, setPlanFields(text, now, { status }));
    if ('refused' in edit) throw new Problem(edit.refused);
    text = applyEdits(text, edit.edits);
    const evidence = { plan: plan.id, event: 'reverted' as const, reason, task };
    const reverted = await git.revert({
      commit: id,
      onto: commits.at(-1) ?? head,
      files: new Map([[path, text]]),
      message: `Revert "${subject}"\n\nThis reverts commit ${id}.\n\n${formatTrailers(evidence)}\n`,
    });
    if (reverted.type === 'conflict') return { type: 'conflict', task, commit: id, paths: reverted.paths };
    commits.push(reverted.commit);
  }
  return { type: 'chain', commits };
}

/** What the plan says afterwards: a plan that was under way or done waits for a person; one that nothing runs stays as it is. */
function afterwards(status: PlanStatus): { status: PlanStatus; reason: PauseReason | null } {
  if (status === 'completed') return { status: 'paused', reason: 'reopened' };
  return status === 'running' || status === 'paused' ? { status: 'paused', reason: 'requested' } : { status, reason: null };
}

function selected(plan: Plan, { task, phase }: RollbackSelection): readonly string[] {
  const all = plan.phases.flatMap(({ tasks }) => tasks.map(({ id }) => id));
  if (task !== undefined) {
    if (!all.includes(task)) throw new Problem(unknown(plan, 'task', task, all));
    return [task];
  }
  if (phase === undefined) return all;
  const found = findPhase(plan, phase);
  const phases = plan.phases.map(({ id }) => id);
  if (found === undefined) throw new Problem(unknown(plan, 'phase', phase, phases));
  return found.tasks.map(({ id }) => id);
}

function nothingToTake(planId: string, { task, phase }: RollbackSelection, byHand: readonly string[]): string {
  if (byHand.length > 0)
    return `${listed(byHand)} ${byHand.length === 1 ? 'has' : 'have'} no commit of a run: ticked by hand, or moved here without its history. Clear the box by hand, and commit what you change.`;
  if (task !== undefined) return `The task "${task}" is not completed, so there is nothing to take back.`;
  return `Nothing is completed in ${phase === undefined ? `the plan "${planId}"` : `the phase "${phase}"`}, so there is nothing to take back.`;
}

function commitOf({ id, subject, body, trailers }: Commit) {
  return { id, subject, body, evidence: readTrailers(trailers) };
}
