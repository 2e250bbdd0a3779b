/** What a run would do, in order, if every task passed at its first attempt: for `--dry-run` and for estimates. */
import type { PauseReason } from './outcome.ts';
import { isOpen, type Phase, type Plan, type Task } from './plan.ts';
import { inScope } from './progress.ts';

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

function waitsFor(phase: Phase, task: Task, approved: ReadonlySet<string>): PauseReason | null {
  if (task.assignee === 'human') return 'human_task';
  if (approved.has(task.id)) return null;
  if (task.status === 'failed') return 'task_failed';
  return phase.executionMode === 'manual' ? 'manual_approval_required' : null;
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
