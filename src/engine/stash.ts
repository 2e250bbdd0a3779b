/** A person's word on what failed and interrupted attempts have left in the checkout. Said under the plan's lock, so that nobody is at work there. */
import type { Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { openPlan, steer, taskNamed, withPlan, type Caller, type Steered } from './control.ts';
import { attemptedOf } from './kept.ts';
import { bringBackStash, leftoversOf, putAway, type BroughtBack, type Leftovers, type PutAway } from './leftovers.ts';
import { PlanFile } from './plan-file.ts';
import { skipping } from './words.ts';

/** What the last attempts at the tasks of a plan that are not completed have left in the checkout. Nothing is changed. */
export async function leftovers(caller: Pick<Caller, 'workspace' | 'planId'>): Promise<readonly (Leftovers & { readonly task: string })[]> {
  const { workspace, planId } = caller;
  const plan = await PlanFile.open(workspace, planId);
  // One with errors: nobody can say which task is which.
  if ('message' in plan) return [];
  const found = [];
  for (const task of await concerned(caller, plan.plan, null)) {
    const left = await leftoversOf(workspace.git, planId, task);
    if (left !== null) found.push({ task, ...left });
  }
  return found;
}

/**
 * Puts away what the last attempt at a task left in the checkout, or those at every task of the plan that is not completed: one entry for each of
 * which something is there. Each goes under a ref of its own. A {@link Problem} says why it cannot be done; then nothing has changed.
 */
export async function stash(caller: Caller, task: string | null): Promise<readonly PutAway[]> {
  const plan = await openPlan(caller);
  if (task !== null) refuseCompleted(plan.plan, task);
  return withPlan(caller, plan, async () => {
    const gone: PutAway[] = [];
    for (const id of await concerned(caller, plan.plan, task)) {
      const put = await putTaskAway(caller, id, true);
      if (put !== null) gone.push(put);
    }
    return gone;
  });
}

/** Brings back what was put away of a task. A {@link Problem} where nothing was, or where it does not go together with what has landed since. */
export async function popStash(caller: Caller, task: string): Promise<BroughtBack> {
  const plan = await openPlan(caller);
  refuseCompleted(plan.plan, task);
  return withPlan(caller, plan, async () => {
    const back = await bringBackStash(caller.workspace.git, caller.planId, task);
    if (back !== null) return back;
    throw new Problem(`Nothing of the last attempt at "${task}" was put away. What it left is kept: plans logs ${caller.planId} ${task}`);
  });
}

/**
 * Leaves a task out, and puts away what its last attempt left in the checkout, unless `keepFiles`. Where a runner is at work nobody but it may
 * touch the checkout: it puts away what the task has done that it is at work on, and nothing else.
 */
export async function skipTask(caller: Caller, task: string, keepFiles: boolean): Promise<Steered> {
  let gone: PutAway | null = null;
  const steered = await steer(caller, skipping(task), undefined, async () => {
    gone = await putTaskAway(caller, task, !keepFiles).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      const { planId } = caller;
      throw new Problem(
        `The task "${task}" is skipped, but what its last attempt left could not be put away: ${why} Try that again: plans stash ${planId} ${task}`,
      );
    });
  });
  return { ...steered, putAway: gone };
}

async function putTaskAway({ workspace: { git }, planId }: Caller, task: string, goes: boolean): Promise<PutAway | null> {
  const left = await leftoversOf(git, planId, task);
  if (left === null) return null;
  if (!goes || left.files.length === 0) return { task, ref: null, files: [], stays: [...left.files, ...left.changed] };
  return { task, ref: await putAway(git, planId, task, left), files: left.files, stays: left.changed };
}

async function concerned(
  { workspace, planId }: Pick<Caller, 'workspace' | 'planId'>,
  plan: Plan,
  task: string | null,
): Promise<readonly string[]> {
  if (task !== null) return [task];
  const tasks = plan.phases.flatMap((phase) => phase.tasks).filter(({ status }) => status !== 'completed');
  return attemptedOf(
    workspace.git,
    planId,
    tasks.map(({ id }) => id),
  );
}

function refuseCompleted(plan: Plan, id: string): void {
  if (taskNamed(plan, id).status !== 'completed') return;
  throw new Problem(`The task "${id}" is completed: what it did is in its commit, and nothing of an attempt is waiting.`);
}
