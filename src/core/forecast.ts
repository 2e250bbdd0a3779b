/** What a run would do, in order, if every task passed at its first attempt: for `--dry-run` and for estimates. */
import { EDIT } from './edit-subject.ts';
import type { PauseReason } from './outcome.ts';
import { isDone, isOpen, type Phase, type Plan, type Task } from './plan.ts';
import { allDone, inScope } from './progress.ts';

/** One step of a run. */
export type Step =
  | { readonly type: 'phase'; readonly phase: Phase }
  /** `number` counts from 1. */
  | { readonly type: 'task'; readonly phase: Phase; readonly task: Task; readonly number: number }
  /** Here a person is waited for; the steps after it are what follows once they have done their part. */
  | { readonly type: 'pause'; readonly phase: Phase; readonly reason: PauseReason; readonly task: string | null };

/**
 * The steps, one task at a time, as `readiness` would release them: asked again after each task it gives the same order, at a cost that
 * grows with the square of the plan.
 */
export function forecast(
  plan: Plan,
  options: { readonly scope: ReadonlySet<string> | null; readonly approved: ReadonlySet<string> },
): Step[] {
  const scoped = inScope(plan, options.scope);
  const steps: Step[] = [];
  let number = 0;
  for (const [index, phase] of scoped.phases.entries()) {
    const whole = plan.phases[index] ?? phase;
    const order = inOrder(phase.tasks.filter(isOpen));
    if (order.length === 0) continue;
    steps.push({ type: 'phase', phase: whole });
    for (const task of order) {
      const reason = waitsFor(phase, task, options.approved);
      if (reason !== null) steps.push({ type: 'pause', phase: whole, reason, task: task.id });
      if (task.assignee !== 'human') steps.push({ type: 'task', phase: whole, task, number: ++number });
    }
    const done = new Set(order.map((task) => task.id));
    const whileOpen = whole.tasks.some((task) => isOpen(task) && !done.has(task.id));
    const last = !plan.phases.slice(index + 1).some((later) => later.tasks.some(isOpen));
    if (phase.pauseAfter && !whileOpen && !last) steps.push({ type: 'pause', phase: whole, reason: 'phase_complete', task: null });
  }
  return steps;
}

/** A commit of a run, by what its subject says after the plan's name. */
export interface ForecastCommit {
  readonly subject: string;
  /** The task that it lands; null for one of the plan file alone. */
  readonly task: string | null;
}

/**
 * The commits that a run makes until it ends or pauses, if every task passes.
 *
 * @param from `edited`: the plan file has changes that are not committed; `named`: the one task that was asked for
 */
export function forecastCommits(
  plan: Plan,
  steps: readonly Step[],
  from: { readonly edited: boolean; readonly named: string | null },
): ForecastCommit[] {
  const moves = steps.filter((step) => step.type !== 'phase');
  const at = moves.findIndex((step) => step.type === 'pause');
  const pause = moves[at];
  const tasks = moves.slice(0, at < 0 ? moves.length : at).flatMap((step) => (step.type === 'task' ? [step.task] : []));
  // It waits for what it waited for: nothing is new, and git hears nothing.
  if (plan.status === 'paused' && !from.edited && from.named === null && at === 0) return [];
  if (allDone(plan) && plan.status === 'completed') return [];
  const begun = beginningOf(plan, from.named);
  const done = new Set(tasks.map(({ id }) => id));
  const open = plan.phases.flatMap((phase) => phase.tasks).some((task) => !isDone(task) && !done.has(task.id));
  let end: string | null = null;
  if (pause?.type === 'pause') end = pause.reason === 'phase_complete' ? null : `paused: ${pause.reason.replaceAll('_', ' ')}`;
  else if (open) end = 'paused: requested';
  else if (tasks.length === 0) end = 'completed';
  return [
    ...(from.edited ? [alone(EDIT)] : []),
    ...(begun === null ? [] : [alone(begun)]),
    ...tasks.map(({ id, title }) => ({ subject: title, task: id })),
    ...(end === null ? [] : [alone(end)]),
  ];
}

const alone = (subject: string): ForecastCommit => ({ subject, task: null });

function beginningOf(plan: Plan, named: string | null): string | null {
  const task = plan.phases.flatMap((phase) => phase.tasks).find(({ id }) => id === named);
  if (task?.status === 'failed') return 'retry';
  if (plan.status === 'running') return null;
  return plan.status === 'ready' || plan.status === 'draft' ? 'started' : 'resumed';
}

function waitsFor(phase: Phase, task: Task, approved: ReadonlySet<string>): PauseReason | null {
  if (task.assignee === 'human') return 'human_task';
  if (approved.has(task.id)) return null;
  if (task.status === 'failed') return 'task_failed';
  return phase.executionMode === 'manual' && task.approval !== 'valid' ? 'manual_approval_required' : null;
}

/** Document order, except that a task comes after those it depends on. In a cycle, which no valid plan has, document order. */
function inOrder(tasks: readonly Task[]): Task[] {
  const open = new Set(tasks.map((task) => task.id));
  const order: Task[] = [];
  let left = tasks;
  while (left.length > 0) {
    const blocked: Task[] = [];
    const awaited = new Set<string>();
    let released = false;
    for (const [index, task] of left.entries()) {
      const waits = task.dependsOn.filter((id) => open.has(id));
      if (waits.length > 0) {
        blocked.push(task);
        for (const id of waits) awaited.add(id);
        continue;
      }
      order.push(task);
      open.delete(task.id);
      released = true;
      if (awaited.has(task.id)) {
        // A task above waited for this one: it comes before those below.
        blocked.push(...left.slice(index + 1));
        break;
      }
    }
    if (!released) return [...order, ...blocked];
    left = blocked;
  }
  return order;
}
