/** What a plan that does not go on by itself wants of a person: which box its page shows, and about which task. */
import type { PlanDetail, Task } from '../api/shapes.ts';

export type Decision =
  | { readonly type: 'pause'; readonly reason: string | null; readonly next: readonly Task[] }
  | { readonly type: 'manual'; readonly task: Task }
  | { readonly type: 'human'; readonly task: Task }
  | { readonly type: 'failure'; readonly task: Task }
  | { readonly type: 'completed' }
  | { readonly type: 'cancelled' };

/** Tasks of what comes next that are named. */
const MAX_NEXT = 3;

/** Null while it runs, or has not begun. */
export function decisionFor({ plan, tasks }: Pick<PlanDetail, 'plan' | 'tasks'>): Decision | null {
  if (!plan.valid) return null;
  switch (plan.status) {
    case 'draft':
    case 'ready':
    case 'running':
      return null;
    case 'completed':
      return { type: 'completed' };
    case 'failed':
      return { type: 'cancelled' };
    case 'paused': {
      // Asked to pause, it does once what runs is done.
      if (tasks.some(({ status }) => status === 'running')) return null;
      const failed = tasks.find(({ status }) => status === 'failed');
      const current = tasks.find(({ id }) => id === plan.currentTaskId);
      const open = tasks.filter(({ status }) => status === 'pending');
      if (failed !== undefined && plan.pauseReason === 'task_failed') return { type: 'failure', task: failed };
      const waiting = current?.status === 'pending' ? current : open[0];
      if (waiting !== undefined && plan.pauseReason === 'manual_approval_required') return { type: 'manual', task: waiting };
      const human = open.find(({ assignee }) => assignee === 'human');
      if (human !== undefined && plan.pauseReason === 'human_task') return { type: 'human', task: human };
      return { type: 'pause', reason: plan.pauseReason, next: open.slice(0, MAX_NEXT) };
    }
  }
}
