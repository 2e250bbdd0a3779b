/** The changes that people's commands make: each a function from a plan's text to edits, and a refusal where it makes no sense. */
import { approvalOf } from '../core/approval.ts';
import { frontmatterEdits, setPlanFields, setTaskStatus } from '../core/edit.ts';
import { isDone, type Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { allDone, phaseOf } from '../core/progress.ts';
import { unfilledTask } from '../core/template.ts';
import { isCommand, taskNamed, type Caller, type Change } from './control.ts';
import { liveHolder, nameOf, pauseOf } from './lock.ts';

/** The plan pauses at the next boundary, and stays paused. */
export const pausing: Change = (text, plan) => {
  if (plan.status === 'draft') throw new Problem(`The plan "${plan.id}" is a draft; nothing runs it.`);
  if (plan.status === 'failed') throw new Problem(`The plan "${plan.id}" is cancelled; nothing runs it.`);
  if (plan.status === 'completed' && allDone(plan)) throw new Problem(`The plan "${plan.id}" is completed; there is nothing to pause.`);
  return setPlanFields(text, plan, { status: 'paused' });
};

/** The plan may go on: what a pause or a cancellation said is taken back. `live`: a runner is at work on it. */
export function resuming(live: boolean): Change {
  return (text, plan) => {
    if (plan.status === 'draft')
      throw new Problem(`The plan "${plan.id}" is a draft. Review it, then mark it ready: plans ready ${plan.id}`);
    if (allDone(plan) && plan.status === 'completed')
      throw new Problem(`The plan "${plan.id}" is completed; there is nothing to go on with.`);
    if (allDone(plan))
      throw new Problem(`Every task of "${plan.id}" is done; there is nothing to go on with. plans run ${plan.id} completes it.`);
    if (live) return plan.status === 'paused' ? setPlanFields(text, plan, { status: 'running' }) : { edits: [] };
    // A paused plan is begun by the run itself, which says so in its own commit.
    return plan.status === 'failed' ? setPlanFields(text, plan, { status: 'ready' }) : { edits: [] };
  };
}

/** The plan is given up. */
export const cancelling: Change = (text, plan) => {
  if (plan.status === 'completed' && allDone(plan)) throw new Problem(`The plan "${plan.id}" is completed; there is nothing to cancel.`);
  return setPlanFields(text, plan, { status: 'failed' });
};

/** A failed task is tried again, with all of its attempts; a skipped one is taken in again. In a manual phase that is an approval too. */
export function retrying(id: string): Change {
  return (text, plan) => {
    const task = taskNamed(plan, id);
    if (task.status !== 'failed' && task.status !== 'skipped' && task.attempts === 0)
      throw new Problem(
        isDone(task)
          ? `The task "${id}" is ${task.status}, and there is nothing to try again. To do it anew, clear its box in the plan.`
          : `The task "${id}" has not failed; it is open, and the next run does it: plans run ${plan.id}`,
      );
    const again = setTaskStatus(text, plan, id, { status: 'pending' });
    const approves = phaseOf(plan, id)?.executionMode === 'manual';
    // Both write the frontmatter: one after the other on one text would need it read again, and one splice may not meet another.
    return approves ? { edits: withApproval(text, plan, id) } : again;
  };
}

function withApproval(text: string, plan: Plan, id: string) {
  const task = taskNamed(plan, id);
  return frontmatterEdits(text, plan, task, { status: null, attempts: null, error: null, approved: approvalOf(task) }, !task.pinned);
}

/** A task is not done and not waited for. */
export function skipping(id: string): Change {
  return (text, plan) => {
    const task = taskNamed(plan, id);
    if (task.status === 'completed')
      throw new Problem(`The task "${id}" is completed. To take it back, revert its commit: plans log ${plan.id}`);
    return setTaskStatus(text, plan, id, { status: 'skipped' });
  };
}

/** A person's word that a task of a manual phase may run as it is now. */
export function approving(id: string): Change {
  return (text, plan) => {
    const task = taskNamed(plan, id);
    if (isDone(task)) throw new Problem(`The task "${id}" is ${task.status} already.`);
    if (task.status === 'failed')
      throw new Problem(`The task "${id}" has failed. Try it again, which approves it too: plans retry ${plan.id} ${id}`);
    if (task.assignee === 'human') throw new Problem(`The task "${id}" is for a person. When it is done: plans done ${plan.id} ${id}`);
    if (phaseOf(plan, id)?.executionMode !== 'manual')
      throw new Problem(`The task "${id}" needs no approval: its phase is not manual. The next run does it: plans run ${plan.id}`);
    return { edits: frontmatterEdits(text, plan, task, { approved: approvalOf(task) }, !task.pinned) };
  };
}

/** The author's word that a plan may be executed, or may not. A plan that runs cannot be made a draft. */
export function marking(status: 'ready' | 'draft', { workspace, planId }: Pick<Caller, 'workspace' | 'planId'>): Change {
  return (text, plan) => {
    const holder = status === 'draft' ? liveHolder(workspace.git.commonDir, planId) : null;
    if (holder !== null && !isCommand(holder))
      throw new Problem(
        `"${planId}" is being run by ${nameOf(holder, workspace.root)}. Let it pause first: ${pauseOf(holder, planId, workspace.root)}`,
      );
    const unfilled = status === 'ready' ? unfilledTask(plan) : undefined;
    if (unfilled !== undefined)
      throw new Problem(
        `The task "${unfilled.title}" is as it was made to be filled in, and an agent could only guess. Edit the plan to say what is to be done, then mark it ready.`,
      );
    return plan.status === status ? { edits: [] } : setPlanFields(text, plan, { status });
  };
}
