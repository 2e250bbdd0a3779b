/** What a plan waits for when open tasks are left and none may start. */
import type { Waiting } from './effect.ts';
import { waitsForPerson, type Readiness } from './schedule.ts';

/** The pause that says what a person has to do when open tasks are left and none may start. */
export function whyNothing(entries: readonly Readiness[]): Waiting {
  const waiting = waitsForPerson(entries);
  const task = waiting?.task.id ?? null;
  switch (waiting?.because[0]?.type) {
    case 'task-failed':
      return { reason: 'task_failed', task, detail: 'it failed in an earlier run' };
    case 'human-task':
      return { reason: 'human_task', task, detail: 'a person does it and ticks its box' };
    case 'needs-approval':
      return { reason: 'manual_approval_required', task, detail: 'its phase is manual' };
    case 'approval-void':
      return { reason: 'manual_approval_required', task, detail: 'it was approved, and has been edited since' };
    default:
      return { reason: 'requested', task, detail: 'what the tasks that were asked for depend on is still open' };
  }
}
