/** The task that a command's arguments name: `PLAN TASK` or `PLAN/TASK`. */
import type { Plan } from '../core/plan.ts';
import { findTask } from '../core/progress.ts';
import { readiness } from '../core/schedule.ts';
import { shellWord } from '../core/shell.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError } from './context.ts';
import { loadPlan, planIds, readPlanFile, slugOfArgument, SUFFIX } from './reading.ts';

/** Tasks that are named where none was given. */
const MAX_NAMED = 4;

/** Commands that are about one task. */
type OfTask = 'approve' | 'skip' | 'retry' | 'stash' | 'done' | 'edit';

/**
 * The plan, which there is, and the task as it was written. A {@link CommandError} says what is missing: of a plan's name alone the tasks that
 * the command could mean, each as a whole command where it is one.
 */
export async function namedTask(workspace: Workspace, command: OfTask, given: readonly string[]): Promise<{ plan: string; task: string }> {
  const [first = '', second] = given;
  const [, plan = first, task = second] = (second === undefined && /^([^/]+)\/([^/]+)$/.exec(first)) || [];
  if (task !== undefined && !task.endsWith(SUFFIX)) return { plan: (await loadPlan(workspace, slugOfArgument(plan))).id, task };
  const plans = (await planIds(workspace)).includes(slugOfArgument(first)) ? [] : await plansWith(workspace, first);
  if (plans.length > 0)
    throw new CommandError(
      `"plans ${command}" needs the task's plan too: ${plans.map((id) => `plans ${command} ${shellWord(id)} ${shellWord(first)}`).join(', or ')}`,
    );
  const loaded = await loadPlan(workspace, first);
  throw new CommandError(needsTask(command, loaded.id, loaded.valid ? loaded.plan : null));
}

/** The first few plans that have a task of this name. */
async function plansWith(workspace: Workspace, task: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of await planIds(workspace)) {
    const loaded = await readPlanFile(workspace, workspace.planPath(id), id);
    if (loaded !== undefined && findTask(loaded.plan, task) !== undefined && found.push(id) === MAX_NAMED) break;
  }
  return found;
}

function needsTask(command: OfTask, id: string, plan: Plan | null): string {
  const words = `plans ${command} ${shellWord(id)}`;
  const needs = `"plans ${command}" needs a task: `;
  const meant = plan === null ? null : candidates(command, plan);
  const [one, ...more] = meant ?? [];
  if (one !== undefined && more.length === 0) return `${needs}${words} ${one}`;
  if (one === undefined && meant !== null) return `${needs}${words} TASK. But ${NONE[command]} in that plan.`;
  if (one === undefined) return `${needs}${words} TASK. "plans show ${shellWord(id)}" lists the ids.`;
  const left = more.length + 1 - MAX_NAMED;
  const some = [one, ...more].slice(0, MAX_NAMED).join(', ');
  return `${needs}${words} TASK. It could be ${some}${left > 0 ? ` and ${left} more, which "plans show ${shellWord(id)}" lists` : ''}.`;
}

const NONE: Readonly<Record<OfTask, string>> = {
  approve: 'no task waits for an approval',
  skip: 'no task is open',
  retry: 'no task has failed',
  stash: 'no task is open',
  done: 'no task is open',
  edit: 'no task is open',
};

/** The tasks that a command could mean: those that it is for, and of open ones those first at which the plan stands. */
function candidates(command: OfTask, plan: Plan): readonly string[] {
  const open = readiness(plan);
  const having = (...types: readonly string[]) => open.filter(({ because }) => because.some(({ type }) => types.includes(type)));
  const ids = (entries: typeof open) => entries.map(({ task }) => task.id);
  if (command === 'retry') return ids(having('task-failed'));
  if (command === 'approve') {
    const waiting = having('needs-approval', 'approval-void');
    const now = waiting.filter(({ because }) => !because.some(({ type }) => type === 'phase-before' || type === 'task-before'));
    return ids(now.length > 0 ? now : waiting);
  }
  const failed = having('task-failed');
  return ids(failed.length > 0 ? failed : open);
}
