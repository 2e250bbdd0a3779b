/** What a person's command makes of a plan file, named: the same word for a commit whoever makes it, the command or the runner. */
import { changesBetween } from './change.ts';
import { outlineOf } from './outline.ts';
import type { Plan } from './plan.ts';
import { findTask } from './progress.ts';
import type { PlanEvidence } from './evidence.ts';

export interface Steering extends PlanEvidence {
  /** The commit's subject, behind the plan's name. */
  readonly subject: string;
}

/** What a command may change of a task and no more. */
const STEERED: ReadonlySet<string> = new Set(['status', 'attempts', 'error', 'approved']);

/** The event that a change is, where it changes nothing but the plan's status, or a task's status or approval; else null. */
export function steeringOf(before: Plan, after: Plan): Steering | null {
  const { plan, added, removed, modified, moved } = changesBetween(outlineOf(before), outlineOf(after));
  const others = [added, removed, moved].some(({ phases, tasks }) => phases.length + tasks.length > 0) || modified.phases.length > 0;
  if (others || plan.some((key) => key !== 'status')) return null;
  const [task, ...more] = modified.tasks;
  if (task === undefined) return plan.length === 0 || before.status === 'draft' ? null : planSteering(after);
  if (more.length > 0 || plan.length > 0 || task.fields.some((key) => !STEERED.has(key))) return null;
  return taskSteering(before, after, task.id);
}

function planSteering({ id: plan, status }: Plan): Steering | null {
  switch (status) {
    case 'failed':
      return { plan, event: 'failed', reason: 'cancelled_by_user', task: null, subject: 'cancelled' };
    case 'paused':
      return { plan, event: 'paused', reason: 'requested', task: null, subject: 'paused: requested' };
    case 'ready':
    case 'running':
      return { plan, event: 'resumed', reason: null, task: null, subject: 'resumed' };
    case 'draft':
    case 'completed':
      return null;
  }
}

function taskSteering(before: Plan, after: Plan, id: string): Steering | null {
  const task = findTask(after, id);
  if (task === undefined) return null;
  const said = (event: Steering['event']): Steering => ({
    plan: after.id,
    event,
    reason: null,
    task: id,
    subject: `${event}: ${task.title}`,
  });
  if (task.status === 'skipped') return said('skipped');
  if (task.status !== 'pending') return null;
  if (findTask(before, id)?.status !== 'pending') return said('retry');
  return task.approval === 'valid' ? said('approved') : null;
}
