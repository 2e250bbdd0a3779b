/** Whether a task that is ready may start now, and what it may cost: the last word before money is spent. */
import { nothingLeft, overdrawn, reserve, roomFor, spendingOf, use, type Amount, type Ledger, type Narrower } from './budget.ts';
import type { Effect, Waiting } from './effect.ts';
import type { RunEvent } from './event.ts';
import type { Plan, Task } from './plan.ts';
import { findTask } from './progress.ts';

/** So many attempts in a row that ended with their runner: another would only cost. */
export const MAX_CRASHES = 5;

/** What of a run decides. */
interface Purse {
  readonly plan: Plan;
  readonly ledger: Ledger;
  /** Tasks whose last {@link MAX_CRASHES} attempts ended with their runner. */
  readonly crashed: ReadonlySet<string>;
  readonly approved: ReadonlySet<string>;
  readonly active: ReadonlyMap<string, unknown>;
}

export type Admission =
  | { readonly type: 'start'; readonly ledger: Ledger; readonly ceiling: Amount | null }
  /** Until what runs has ended, and what it did not need of its reservation is free. */
  | { readonly type: 'wait' }
  | { readonly type: 'stop'; readonly waiting: Waiting };

/** Whether an attempt may start. One that is alone, or goes on with a task, is content with what is left; beside others it waits for the whole. */
export function admit(run: Purse, task: Task, again: boolean): Admission {
  const { ledger } = run;
  if (run.crashed.has(task.id) && !run.approved.has(task.id) && !again) {
    const detail = `The last ${MAX_CRASHES} attempts at "${task.id}" ended because their runner died, and another would only cost. Look for the cause, then try it again: plans run ${run.plan.id} --task ${task.id}`;
    return { type: 'stop', waiting: { reason: 'task_failed', task: task.id, detail } };
  }
  if (isFree(task)) return { type: 'start', ledger, ceiling: null };
  const narrower = narrowerOf(run.plan, task);
  const room = roomFor(ledger, task.id, narrower);
  const others = run.active.size > (again ? 1 : 0);
  if (room !== null && (room.whole || again || !others)) {
    return { type: 'start', ledger: reserve(ledger, task.id, room), ceiling: room.ceiling };
  }
  if (others && !again) return { type: 'wait' };
  return { type: 'stop', waiting: { reason: 'budget', task: task.id, detail: nothingLeft(ledger, task.id, narrower) } };
}

/** Whether there is anything left for another attempt at a task. */
export function hasRoom({ plan, ledger }: Pick<Purse, 'plan' | 'ledger'>, id: string): boolean {
  const task = findTask(plan, id);
  return task === undefined || isFree(task) || roomFor(ledger, id, narrowerOf(plan, task)) !== null;
}

/** What an attempt has cost so far, written down; and the end of the attempt, where that is all that it may. */
export function spend(
  { plan, ledger }: Pick<Purse, 'plan' | 'ledger'>,
  { task: id, attempt, usage }: Extract<RunEvent, { type: 'agent-usage' }>,
): readonly [Ledger, readonly Effect[]] {
  const next = use(ledger, id, spendingOf(usage));
  const reason = overdrawn(next, id, narrowerOf(plan, findTask(plan, id)));
  const written: Effect = { type: 'journal-usage', task: id, attempt, usage };
  return [next, reason === null ? [written] : [written, { type: 'stop-agent', task: id, attempt, outcome: 'budget', reason }]];
}

/** A command costs time and nothing else. */
function isFree(task: Task): boolean {
  return task.run !== undefined;
}

function narrowerOf(plan: Plan, task: Task | undefined): Narrower {
  return { attempt: task?.maxBudgetUsd, plan: plan.maxBudgetUsd };
}
