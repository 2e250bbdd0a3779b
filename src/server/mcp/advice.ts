/** What a model can do about a plan as it stands, in the words of its tools. */
import { PAUSE_REASONS, type PauseReason } from '../../core/outcome.ts';
import type { ApiPlan } from '../shape.ts';

/** A sentence; null where nothing is to be done. */
export function whatNext(plan: ApiPlan): string | null {
  if (!plan.valid) return 'It has errors and is not run: plans_edit (write-plan) mends its text, which plans_show has with source.';
  switch (plan.status) {
    case 'draft':
      return 'Once it is as it should be, plans_edit (change-plan, status ready) lets it run.';
    case 'ready':
      return 'plans_run begins it.';
    case 'running':
      return plan.executionId === null
        ? 'Nothing on this machine runs it: plans_resume goes on, unless another machine does.'
        : 'plans_status with waitSeconds waits until it ends or pauses; plans_pause stops it.';
    case 'paused':
      return afterPause(plan);
    case 'failed':
      return 'It was given up: plans_resume takes that back.';
    case 'completed':
      return null;
  }
}

function afterPause(plan: ApiPlan): string {
  if (plan.currentTaskId === null) return 'No task is open any more: plans_run completes it.';
  const reason = PAUSE_REASONS.find((one) => one === plan.pauseReason) ?? 'requested';
  return whatNow(reason, plan.currentTaskId, plan.resetsAt);
}

function whatNow(reason: PauseReason, task: string, resetsAt: string | null): string {
  switch (reason) {
    case 'phase_complete':
      return 'A phase is done, and a person wants to look at it: once they have, plans_resume goes on.';
    case 'manual_approval_required':
      return `${task} waits for a person’s word: once they have given it, plans_approve and plans_resume; or plans_edit (change-task, status skipped).`;
    case 'task_failed':
      return `${task} has failed; plans_show with that taskId says why. plans_edit (change-task) tries it again (status pending), leaves it out (skipped) or takes what was done by hand (completed); plans_resume goes on.`;
    case 'human_task':
      return `${task} is for a person: once it is done, plans_edit (change-task, status completed); or leave it out (skipped). plans_resume goes on.`;
    case 'budget':
      return 'The budget is used up. A person has to raise it in the config, then plans_resume goes on.';
    case 'rate_limited':
      return `The agent’s rate limit is reached${resetsAt === null ? '' : `, and resets at ${resetsAt}`}: plans_resume goes on after that.`;
    case 'requested':
      return 'Paused as asked: plans_resume goes on.';
    case 'plan_invalid':
      return 'The file had errors: plans_edit (write-plan) mends them, plans_resume goes on.';
    case 'conflict':
      return 'The work and what stands in the repository do not fit together: look at git status and the attempts of the task (plans_show), then plans_resume.';
    case 'remote':
      return 'The remote and this machine have gone apart: bring them together with git, then plans_resume.';
    case 'reopened':
      return 'It said completed, and has open tasks again: plans_resume does them.';
  }
}
