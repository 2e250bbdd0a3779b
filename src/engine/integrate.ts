/**
 * The queue by which tasks that work apart come together: what a task changed is put on top of what has landed meanwhile, the gates
 * run again on exactly that tree, and only then is it brought into the checkout to be committed. In turn, so that nothing moves between.
 */
import type { Effect, Failure } from '../core/effect.ts';
import type { PauseReason } from '../core/outcome.ts';
import { gatesFor, passGates } from './gating.ts';
import { listed, lookAtWork } from './work.ts';
import { isProtected, writeJournal } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { crashPoint } from './crash.ts';
import type { Slot } from './pool.ts';

export type Refusal = Pick<Failure, 'outcome' | 'reason' | 'tail'> & { readonly waits?: PauseReason };

/** Makes the checkout hold the task's work; nothing to do for a task that worked there. Null, or why it cannot land. */
export async function integrate(
  context: RunContext,
  step: Pick<Extract<Effect, { type: 'commit-task' }>, 'task' | 'attempt'>,
  work: TaskWork,
): Promise<Refusal | null> {
  const { slot } = work.place;
  if (slot === null) return null;
  const refused = slot.base === context.head.commit ? null : await replay(context, step, work, slot);
  return refused ?? (await bringIn(context, work, slot));
}

/** Takes work out of the checkout again that was brought in and not committed. */
export async function takeOut(context: RunContext, work: TaskWork): Promise<void> {
  if (work.place.slot === null) return;
  await context.workspace.git.restore(context.head.commit, work.paths);
  work.landing = null;
  writeJournal(context);
}

/** Puts the work on top of the branch's head, and judges it there. */
async function replay(
  context: RunContext,
  step: { readonly task: string; readonly attempt: number },
  work: TaskWork,
  slot: Slot,
): Promise<Refusal | null> {
  const { git } = context.workspace;
  const head = context.head.commit;
  const moved = await git.diff(slot.base, head);
  const message = `${context.planId}/${step.task}: on top of ${head.slice(0, 12)}`;
  const foreign = moved.filter((path) => !isProtected(context.workspace, path));
  const owner = `${context.planId}/${step.task}`;
  if (work.paths.length === 0 && foreign.length === 0) {
    await context.pool.reset(slot, head, owner);
    work.before = slot.before;
    return null;
  }
  const mine = await slot.git.keep({ paths: work.paths, parent: slot.base, message });
  const replayed = await git.replay(mine, head, message);
  if (replayed.type === 'conflict') {
    const reason = `What landed meanwhile and this attempt both changed ${listed(replayed.paths)}. Do the task again on top of what is there now.`;
    return { outcome: 'conflict', reason, tail: replayed.detail };
  }
  await slot.git.restore(slot.base, work.paths);
  await context.pool.reset(slot, replayed.commit, owner);
  await slot.git.standOn(head);
  slot.base = head;
  slot.before = { ...slot.before, head: { branch: null, commit: head } };
  work.before = { ...work.before, head: slot.before.head };
  await lookAtWork(context, work);
  // Where only plan files moved, the gates have passed on this very tree.
  return foreign.length === 0 || gatesFor(context, step.task).length === 0 ? null : passGates(context, step);
}

/** Writes the work into the checkout, unless a person has something uncommitted in its way. */
async function bringIn(context: RunContext, work: TaskWork, slot: Slot): Promise<Refusal | null> {
  if (work.paths.length === 0) return null;
  const { git } = context.workspace;
  const { changes } = await git.status(work.paths);
  if (changes.length > 0) {
    const reason = `The checkout has uncommitted changes in ${listed(changes.map(({ path }) => path))}, which this task changed too. Commit them or put them aside, then run again.`;
    return { outcome: 'conflict', reason, tail: '', waits: 'conflict' };
  }
  work.landing = await slot.git.keep({ paths: work.paths, parent: slot.base, message: 'landing' });
  writeJournal(context);
  await git.restore(work.landing, work.paths);
  crashPoint(context.env, 'after-bring-in');
  return null;
}
