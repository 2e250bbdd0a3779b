/** Tasks that a person leaves out while they are at work: whose word that is, and what becomes of what was done. */
import type { Plan } from '../core/plan.ts';
import { findTask } from '../core/progress.ts';
import { decisionsOf } from '../core/reclaim.ts';
import { shellWord } from '../core/shell.ts';
import { note, type RunContext } from './context.ts';
import { decidedIn, takeEdits } from './edits.ts';
import { putAway } from './leftovers.ts';
import { isPersonsWord } from './outside.ts';
import type { Reading } from './plan-file.ts';

/** Tasks at work that the plan, as it was just read, leaves out by a person's word: in the checkout it may be an agent's, unless a command has said it. */
export function skippedBy(context: RunContext, plan: Plan): readonly string[] {
  const skipped = [...context.tasks.keys()].filter((id) => findTask(plan, id)?.status === 'skipped');
  if (skipped.length === 0 || isPersonsWord(context)) return skipped;
  const decided = decidedIn(context);
  return skipped.filter((id) => {
    if (findTask(context.plan.plan, id)?.status === 'skipped') return true;
    return decisionsOf(withPending(plan, id), plan).every((digest) => decided.has(digest));
  });
}

/** Whether a person leaves a task out of which an attempt has ended: their word is taken, and committed with what the attempt has cost. In turn. */
export async function isSkipped(context: RunContext, task: string, reading: Reading): Promise<boolean> {
  const says = (plan: Plan) => findTask(plan, task)?.status === 'skipped';
  if (reading.type === 'edited' && says(reading.plan)) await takeEdits(context, task);
  return says(context.plan.plan);
}

/** Puts away what an attempt at a skipped task has changed in the checkout, and that `kept` keeps. In turn. */
export async function putSkippedAway(context: RunContext, task: string, kept: string, paths: readonly string[]): Promise<void> {
  const { workspace, planId, tasks, left } = context;
  left.delete(task);
  if (tasks.get(task)?.place.slot !== null || paths.length === 0) return;
  await putAway(workspace.git, planId, task, { commit: kept, files: paths });
  const back = `plans stash ${shellWord(planId)} ${shellWord(task)} --pop`;
  note(context, task, `It was skipped while it ran. What it had changed is put away; to bring it back: ${back}`);
}

/** Why an attempt at such a task does not land. */
export const SKIPPED = 'The task was skipped while it ran.';

function withPending(plan: Plan, id: string): Plan {
  const phases = plan.phases.map((phase) => ({
    ...phase,
    tasks: phase.tasks.map((task) => (task.id === id ? { ...task, status: 'pending' as const } : task)),
  }));
  return { ...plan, phases };
}
