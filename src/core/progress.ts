/** How far a plan is, and what the next tick makes of it. */
import type { PauseReason } from './outcome.ts';
import { isDone, isOpen, type Phase, type Plan, type Task } from './plan.ts';

/** The plan with the open tasks outside the scope left out, so that they hold nothing up unless something depends on them. */
export function inScope(plan: Plan, scope: ReadonlySet<string> | null): Plan {
  if (scope === null) return plan;
  const keep = (task: Task) => scope.has(task.id) || isDone(task);
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, tasks: phase.tasks.filter(keep) })) };
}

export function findTask(plan: Plan, id: string): Task | undefined {
  for (const phase of plan.phases) for (const task of phase.tasks) if (task.id === id) return task;
  return undefined;
}

export function findPhase(plan: Plan, id: string): Phase | undefined {
  return plan.phases.find((phase) => phase.id === id);
}

/** The phase in which a task stands. */
export function phaseOf(plan: Plan, task: string): Phase | undefined {
  return plan.phases.find((phase) => phase.tasks.some(({ id }) => id === task));
}

/** The open tasks that wait for a task, directly or through others, in document order. */
export function waitingFor(plan: Plan, id: string): readonly string[] {
  const tasks = plan.phases.flatMap((phase) => phase.tasks).filter(isOpen);
  const found = new Set([id]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const task of tasks) if (task.dependsOn.some((other) => found.has(other))) found.add(task.id);
  }
  return tasks.map((task) => task.id).filter((other) => other !== id && found.has(other));
}

/** How many tasks are open. */
export function openTasks(plan: Plan): number {
  return plan.phases.reduce((total, phase) => total + phase.tasks.filter(isOpen).length, 0);
}

/** Whether no task is open. */
export function allDone(plan: Plan): boolean {
  return plan.phases.every((phase) => phase.tasks.every(isDone));
}

/**
 * What the plan's status becomes in the very commit that ticks `task`, and why. Where other tasks are still at work (`alone` is false) a
 * pause that was asked for waits for the last of them.
 */
export function statusAfter(
  plan: Plan,
  task: string,
  { stop, alone }: { readonly stop: { readonly reason: PauseReason; readonly byFile?: boolean } | null; readonly alone: boolean },
): { status: 'running' | 'paused' | 'completed' | 'failed'; reason: PauseReason | null } {
  // Cancelled: the work that passed still lands, and nothing follows it.
  if (plan.status === 'failed') return { status: 'failed', reason: null };
  const done = (candidate: Task) => candidate.id === task || isDone(candidate);
  if (plan.phases.every((phase) => phase.tasks.every(done))) return { status: 'completed', reason: null };
  const phase = phaseOf(plan, task);
  if (phase?.pauseAfter === true && phase.tasks.every(done)) return { status: 'paused', reason: 'phase_complete' };
  const asked = plan.status === 'paused';
  const stops = stop !== null && (stop.byFile !== true || asked);
  if ((stops || asked) && alone) return { status: 'paused', reason: stop?.reason ?? 'requested' };
  return { status: asked ? 'paused' : 'running', reason: null };
}
