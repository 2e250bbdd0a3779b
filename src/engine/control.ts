/**
 * A person's word on a plan, by command: one change of the plan file. Where nothing runs, it is committed as the event that it is. Where
 * a runner is at work, the file is changed under its eyes, with a decision left beside the lock, and the runner commits and obeys.
 */
import { hostname } from 'node:os';
import { isAlive } from '../adapters/process/identity.ts';
import { editSubject } from '../core/edit-subject.ts';
import type { EditResult } from '../core/edit.ts';
import type { Plan, Task } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { findTask } from '../core/progress.ts';
import { redactionOf, secretsOf } from '../core/redact.ts';
import { shellWord } from '../core/shell.ts';
import { cutShort, decisionsOf } from '../core/reclaim.ts';
import { steeringOf } from '../core/steering.ts';
import { applyEdits } from '../core/edit.ts';
import { checkPlan } from '../core/lint.ts';
import { commitPlan, whyRefused } from './commits.ts';
import type { Committer } from './commits.ts';
import { leaveDecisions } from './decisions.ts';
import { commitEdits } from './edits.ts';
import { liveRuns } from './export.ts';
import { COMMAND, liveHolder, nameOf, pauseOf, takeLock } from './lock.ts';
import type { PutAway } from './leftovers.ts';
import type { HeldLease } from './lease.ts';
import type { Holder, Lock } from './lock.ts';
import { mend } from './mend.ts';
import { PlanFile } from './plan-file.ts';
import { recover } from './recover.ts';
import { checkedHead, unknown } from './start.ts';
import { syncFiles } from './sync.ts';
import { checkHeld, underLease } from './take-lease.ts';
import type { LeaseChoice } from './take-lease.ts';
import type { Workspace } from './workspace.ts';

/** What a command changes. It throws a {@link Problem} where the plan, as it is now, does not allow it. */
export type Change = (text: string, plan: Plan) => EditResult;

/** What a word has changed, and who obeys it. */
export interface Steered {
  readonly before: Plan;
  readonly plan: Plan;
  /** Null where the file says so already, or where a runner will commit it. */
  readonly commit: string | null;
  /** Who runs the plan and obeys at its next boundary; null where nobody does. */
  readonly holder: Holder | null;
  /** What of the plan file was put back, as a run that was cut off had left it. */
  readonly putBack: readonly string[];
  /** What the last attempt at a task that was skipped had left in the checkout; null where nothing of it is there. */
  readonly putAway?: PutAway | null;
  /** The holder is on another machine, and has done it there; `plan` is as this repository has it. */
  readonly elsewhere?: boolean;
}

/** Whoever asks for something of one plan. `env` is what git, agents and gates are started with: mostly `process.env`. */
export interface Caller extends LeaseChoice {
  readonly workspace: Workspace;
  readonly planId: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes a change of the plan file and, where nothing runs, commits it. `first` is done before it; `live`: while a runner is at work. `last` is done
 * once it is committed, where no runner is: a word that could not be said has no consequences.
 */
export async function steer(
  caller: Caller,
  change: Change,
  first: (plan: Plan, live: boolean) => Promise<void> = async () => {},
  last: () => Promise<void> = async () => {},
): Promise<Steered> {
  const { workspace, planId } = caller;
  const plan = await openPlan(caller);
  const holder = runnerOf(workspace, planId);
  if (holder !== null) {
    refuseNow(change(plan.text, plan.plan));
    await first(plan.plan, true);
    const steered = await underRunner(caller, plan, holder, change);
    // It may have ended before it could see the change: then the change is ours to commit.
    if (runnerOf(workspace, planId) !== null) return steered;
  }
  return withPlan(caller, plan, async ({ committer, putBack }) => {
    const before = plan.plan;
    // Refused before anything is touched.
    refuseNow(change(plan.text, before));
    checkHeld(committer.lease);
    await first(before, false);
    const { text } = plan;
    const writing = await plan.edit(change);
    if (writing.type === 'failed') throw new Problem(writing.message);
    if (plan.text === text) {
      await last();
      return { before, plan: plan.plan, commit: null, holder: null, putBack };
    }
    const steering = steeringOf(before, plan.plan);
    const outcome = await (steering === null
      ? commitEdits(committer, editSubject(before, plan.plan))
      : commitPlan(committer, steering.subject, steering));
    if (outcome.type === 'committed') {
      await last();
      return { before, plan: plan.plan, commit: outcome.commit, holder: null, putBack };
    }
    throw new Problem(`${plan.path} is changed but not committed, and the next run takes the change as yours: ${whyRefused(outcome)}`);
  });
}

/**
 * Who runs the plan in this very work tree; null where nobody does. A {@link Problem} where it is run in another one: that runner reads the
 * plan file there.
 */
export function runnerOf({ git, root }: Workspace, planId: string): Holder | null {
  const holder = liveHolder(git.commonDir, planId);
  if (holder === null || isCommand(holder)) return null;
  if (holder.root === root) return holder;
  throw new Problem(
    `The plan "${planId}" is being run by ${nameOf(holder, root)}, where it has to be told. Say the same with "-C ${shellWord(holder.root)}".`,
  );
}

/** Whether a lock is held for the length of a command, and by no run. */
export function isCommand({ run }: Holder): boolean {
  return run.startsWith(COMMAND);
}

function refuseNow(edit: EditResult): void {
  if ('refused' in edit) throw new Problem(edit.refused);
}

/** What work on a plan under its lock has at hand. */
export interface Held {
  readonly committer: Committer;
  readonly lock: Lock;
  /** What of the plan file was put back, as a run that was cut off had left it. */
  readonly putBack: readonly string[];
}

/**
 * Holds the plan's lock, and its lease where it runs from a remote, for the length of `work`: what a crash left is mended, and what a person
 * wrote into the plan is committed as theirs.
 */
export async function withPlan<T>(caller: Caller, plan: PlanFile, work: (held: Held) => Promise<T>): Promise<T> {
  const { workspace, planId, env } = caller;
  return holdPlan(caller, async (lease, lock) => {
    plan.heldBy(lock);
    await readAgain(plan);
    const head = await checkedHead(workspace);
    const redaction = redactionOf(secretsOf(env, workspace.config.redact));
    const committer: Committer = { workspace, plan, planId, env, head, commits: 0, redaction, lease, lock };
    const { putBack } = await mend(workspace, plan, { head: head.commit, redaction });
    const { changes } = await workspace.git.status([plan.path]);
    if (changes.length > 0) {
      const outcome = await commitEdits(committer);
      if (outcome.type !== 'committed' && !(outcome.type === 'failed' && outcome.reason === 'nothing'))
        throw new Problem(`The plan's uncommitted edits have to be committed first, and could not be: ${whyRefused(outcome)}`);
    }
    return await work({ committer, lock, putBack });
  });
}

/** Holds the plan's lock and lease for the length of `work`, and nothing more. Under the lease the branch is up to date with the remote's. */
export async function holdPlan<T>(caller: Caller, work: (lease: HeldLease | null, lock: Lock) => Promise<T>): Promise<T> {
  const { workspace, planId, env } = caller;
  leaveOthersAlone(workspace, planId);
  const lock = takeLock(workspace.git, planId, `${COMMAND}${process.pid}`);
  if ('holder' in lock) throw new Problem(heldBy(workspace, planId, lock.holder));
  try {
    const recovered = await recover(workspace, planId, redactionOf(secretsOf(env, workspace.config.redact)));
    if (recovered.length > 0) caller.notice?.(cutShort(recovered));
    // Not before: a killed attempt may have left HEAD anywhere.
    await checkedHead(workspace);
    return await underLease(workspace, planId, caller, (lease) => work(lease, lock));
  } finally {
    lock.release();
    // Our own write is nothing that the next look should report as somebody's edit.
    await syncFiles(workspace);
  }
}

/** What the file says now that nobody else may write it: others' commits may have come with the lease. */
async function readAgain(plan: PlanFile): Promise<void> {
  const reading = await plan.read();
  if (reading.type === 'unusable') throw new Problem(reading.message);
  if (reading.type === 'edited') plan.accept(reading);
}

/** A commit in the checkout in which another plan runs would move HEAD under its task, which could then not land. */
function leaveOthersAlone(workspace: Workspace, planId: string): void {
  const other = liveRuns(workspace.store()).find((run) => run.planId !== planId);
  if (other === undefined) return;
  throw new Problem(
    `The plan "${other.planId}" is being run in this checkout by process ${other.pid}, and a commit of another plan would get in its way. Wait for it, or let it pause: plans pause ${other.planId}`,
  );
}

/** Opens a plan for a change. A {@link Problem} says why it cannot be changed. */
export async function openPlan({ workspace, planId }: Caller): Promise<PlanFile> {
  const plan = await PlanFile.open(workspace, planId);
  if ('message' in plan) throw new Problem(plan.message);
  return plan;
}

/** The task of that id, or a {@link Problem} that names the nearest. */
export function taskNamed(plan: Plan, id: string): Task {
  const task = findTask(plan, id);
  if (task !== undefined) return task;
  const known = plan.phases.flatMap((phase) => phase.tasks).map((each) => each.id);
  throw new Problem(unknown(plan, 'task', id, known));
}

/** Changes the file while a runner is at work: the decision first, so that the runner never sees the one without the other. */
async function underRunner({ workspace, planId }: Caller, plan: PlanFile, holder: Holder, change: Change): Promise<Steered> {
  const before = plan.plan;
  const writing = await plan.edit((text, now) => {
    const edit = change(text, now);
    if ('refused' in edit) return edit;
    const after = checkPlan(applyEdits(text, edit.edits), planId, { known: workspace.known, cache: workspace.cache }).plan;
    leaveDecisions(workspace.git.commonDir, planId, holder.run, decisionsOf(now, after));
    return edit;
  });
  if (writing.type === 'failed') throw new Problem(writing.message);
  return { before, plan: plan.plan, commit: null, holder, putBack: [] };
}

/** Tells a runner on this machine to stop what runs at once. Null where it was told, else why it cannot be. */
export function stopNow(holder: Holder): string | null {
  if (holder.host !== hostname())
    return `It runs on ${holder.host}, where this machine cannot stop a process; it pauses when its task is done.`;
  // Pids are used again: only the very process that took the lock is signalled.
  if (!isAlive(holder.pid, holder.started)) return null;
  process.kill(holder.pid, 'SIGTERM');
  return null;
}

function heldBy({ root }: Workspace, planId: string, holder: Holder): string {
  const who = nameOf(holder, root);
  if (isCommand(holder)) return `The plan "${planId}" is being changed by another command: ${who}. Try again when it has ended.`;
  return `The plan "${planId}" is being run by ${who}. Let it pause first: ${pauseOf(holder, planId, root)}`;
}
