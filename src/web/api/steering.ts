/** A person's word on a plan that waits, and what follows from it. */
import { apiPath } from '../state/route.ts';
import { ask } from './client.ts';
import type { Plan, PlanDetail, PutAway, Task } from './shapes.ts';

export async function resumePlan(plan: string): Promise<void> {
  await ask(apiPath('plans', plan, '/resume'), { method: 'POST' });
}

export async function cancelPlan(plan: string): Promise<void> {
  await ask(apiPath('plans', plan, '/cancel'), { method: 'POST' });
}

/** Says a word on a task, and has the plan go on. `retry-clean`: not on what its last attempt left. */
export async function sayOnTask(task: Task, word: 'approve' | 'retry' | 'retry-clean'): Promise<void> {
  const path = apiPath('tasks', task.id, word === 'approve' ? '/approve' : '/retry');
  await ask(path, { method: 'POST', ...(word === 'approve' ? {} : { body: { fromBase: word === 'retry-clean' } }) });
  await goOn(task.planId);
}

/** Leaves a task out, and has the plan go on. What was put away of it; null where nothing was to be. */
export async function skipTask(task: Task, keepFiles: boolean): Promise<PutAway | null> {
  const { data } = await ask<{ readonly putAway?: PutAway }>(apiPath('tasks', task.id, '/skip'), { method: 'POST', body: { keepFiles } });
  await goOn(task.planId);
  return data.putAway ?? null;
}

/** Puts away what attempts have left in the checkout. */
export async function stashLeftovers(plan: string): Promise<readonly PutAway[]> {
  const { data } = await ask<{ readonly tasks: readonly PutAway[] }>(apiPath('plans', plan, '/stash'), { method: 'POST', body: {} });
  return data.tasks;
}

/** Brings back what was put away of a task. */
export async function unstashTask(task: string): Promise<void> {
  await ask(apiPath('tasks', task, '/unstash'), { method: 'POST' });
}

/** Marks a task as done by hand: its gates run, and what was changed is committed with the ticked box. Then the plan goes on. */
export async function markDone(task: Task): Promise<void> {
  await ask(apiPath('tasks', task.id), { method: 'PATCH', body: { status: 'completed' } });
  await goOn(task.planId);
}

/** A word may have been the last, or a runner that waits may have heard it: only a plan that stands still is set going. */
async function goOn(planId: string): Promise<void> {
  const { plan, tasks } = (await ask<PlanDetail>(apiPath('plans', planId))).data;
  if (plan.executionId !== null || !tasks.some(({ status }) => status === 'pending')) return;
  if (plan.status === 'paused' || plan.status === 'failed') await resumePlan(planId);
  else if (plan.status === 'ready') await ask(apiPath('plans', planId, '/execute'), { method: 'POST', body: {} });
}

/** Says of a draft that it may be executed, as it was read. Gives the commit, where it made one. */
export async function markReady({ id, revision }: Pick<Plan, 'id' | 'revision'>): Promise<string | null> {
  const { data } = await ask<{ readonly commit: string | null }>(apiPath('plans', id), {
    method: 'PATCH',
    body: { status: 'ready' },
    revision,
  });
  return data.commit;
}
