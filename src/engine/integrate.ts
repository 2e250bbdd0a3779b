/**
 * The queue by which tasks that work apart come together: what a task changed is put on top of what has landed meanwhile, the gates
 * run again on exactly that tree, and only then is it brought into the checkout to be committed. In turn, so that nothing moves between.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { FileChange } from '../adapters/git/git.ts';
import { areApart } from '../core/apart.ts';
import type { Effect, Failure } from '../core/effect.ts';
import type { PauseReason } from '../core/outcome.ts';
import { gatesFor, passGates } from './gating.ts';
import { listed, lookAtWork } from './work.ts';
import type { Elsewhere, JoinFailure } from './elsewhere.ts';
import { isProtected, note, writeJournal } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { crashPoint } from './crash.ts';
import { carry, takeBack } from './carry.ts';
import { FEW_PATHS } from './pool.ts';
import type { Slot } from './pool.ts';
import { workDigest } from './snapshot.ts';

export type Refusal = Pick<Failure, 'outcome' | 'reason' | 'tail'> & { readonly waits?: PauseReason };

/** Makes the checkout hold the task's work; nothing to do for a task that worked there. Null, or why it cannot land. */
export async function integrate(
  context: RunContext,
  step: Pick<Extract<Effect, { type: 'commit-task' }>, 'task' | 'attempt'>,
  work: TaskWork,
): Promise<Refusal | null> {
  const { slot } = work.place;
  if (slot === null) return null;
  const head = context.head.commit;
  const changes = slot.base === head ? [] : await context.workspace.git.diff(slot.base, head);
  const moved = changes.filter(({ path }) => !isProtected(context.workspace, path));
  // Where only plan files moved, the gates have passed on this very tree.
  if (moved.length === 0) return bringIn(context, work, slot, null);
  if (needsNoMerge(slot.root, work.paths, moved)) {
    if (gatesFor(context, step.task).length === 0) return bringIn(context, work, slot, null);
    if (changes.length <= FEW_PATHS && !changes.some(({ path }) => work.before.dirty.has(path))) {
      await slot.git.advance(
        head,
        changes.map(({ path }) => path),
      );
      standsOn(work, slot, head);
      return (await passGates(context, step)) ?? bringIn(context, work, slot, null);
    }
  }
  const replayed = await replay(context, step, work, slot);
  return 'outcome' in replayed ? replayed : bringIn(context, work, slot, replayed.commit);
}

/** Takes work out of the checkout again that was brought in and not committed. */
export async function takeOut(context: RunContext, task: string, work: TaskWork): Promise<void> {
  const { slot } = work.place;
  if (slot === null) return;
  const { git } = context.workspace;
  if (work.landing !== null) {
    // Where HEAD is by now: a person who has switched branches finds that branch's files.
    const commit = (await git.head()).commit ?? context.head.commit;
    const theirs = await takeBack(git, commit, { from: slot.root, paths: work.landing, planId: context.planId, task });
    if (theirs !== null) note(context, task, `The work was taken out of the checkout again, also of ${theirs}.`);
  }
  work.landing = null;
  slot.spent = null;
  writeJournal(context);
}

/** Whether the work and what landed meanwhile need no merge. */
function needsNoMerge(root: string, paths: readonly string[], moved: readonly FileChange[]): boolean {
  const isGone = (path: string) => lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined;
  if (moved.some(({ after }) => after === null) || paths.some(isGone)) return false;
  return areApart(
    paths,
    moved.map(({ path }) => path),
  );
}

/** The slot stands on another commit now, the work in it as it was. */
function standsOn(work: TaskWork, slot: Slot, head: string): void {
  slot.base = head;
  slot.before = { ...slot.before, head: { branch: null, commit: head } };
  work.before = { ...work.before, head: slot.before.head };
}

/** Puts the work on top of the branch's head, and judges it there. The commit that holds both, or null where it stands in the worktree. */
async function replay(
  context: RunContext,
  step: { readonly task: string; readonly attempt: number },
  work: TaskWork,
  slot: Slot,
): Promise<Refusal | { readonly commit: string | null }> {
  const { git } = context.workspace;
  const head = context.head.commit;
  const message = `${context.planId}/${step.task}: on top of ${head.slice(0, 12)}`;
  const owner = `${context.planId}/${step.task}`;
  const mine = await slot.git.keep({ paths: work.paths, parent: slot.base, message });
  const replayed = await git.replay(mine, head, message);
  if (replayed.type === 'conflict') {
    const reason = `What landed meanwhile and this attempt both changed ${listed(replayed.paths)}. Do the task again on top of what is there now.`;
    return { outcome: 'conflict', reason, tail: replayed.detail };
  }
  if (gatesFor(context, step.task).length === 0) {
    work.paths = (await git.diff(head, replayed.commit)).map(({ path }) => path);
    return { commit: replayed.commit };
  }
  await slot.git.restore(slot.base, work.paths);
  await context.pool.reset(slot, replayed.commit, owner);
  await slot.git.standOn(head);
  standsOn(work, slot, head);
  await lookAtWork(context, work);
  return (await passGates(context, step)) ?? { commit: null };
}

/** Writes the work into the checkout, unless a person has something uncommitted in its way. */
async function bringIn(context: RunContext, work: TaskWork, slot: Slot, commit: string | null): Promise<Refusal | null> {
  if (work.paths.length === 0) return null;
  const { git } = context.workspace;
  const { changes } = await git.status(work.paths);
  const inTheWay = changes.length > 0 ? changes.map(({ path }) => path) : await ignoredOf(context, work.paths);
  if (inTheWay.length > 0) {
    const reason = `The checkout has uncommitted changes in ${listed(inTheWay)}, which this task changed too. Commit them or put them aside, then run again.`;
    return { outcome: 'conflict', reason, tail: '', waits: 'conflict' };
  }
  work.landing = work.paths;
  slot.spent = { paths: new Set(work.paths), digest: workDigest(slot.root, work.paths) };
  writeJournal(context);
  if (commit !== null || !(await carry(slot.root, git.root, work.paths))) {
    const source = commit ?? (await slot.git.keep({ paths: work.paths, parent: slot.base, message: 'landing' }));
    await git.restore(source, work.paths);
  }
  crashPoint(context.env, 'after-bring-in');
  return null;
}

/** Of paths at which git sees no change: files that it ignores in the checkout, though the task has made ones that it does not. */
async function ignoredOf({ workspace, head }: RunContext, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const isThere = lstatSync(join(workspace.root, path), { throwIfNoEntry: false })?.isDirectory() === false;
    if (isThere && (await workspace.git.readFile(head.commit, path)) === null) found.push(path);
  }
  return found;
}

/** Puts what another machine has made on top of what has landed before it. Null, or why that cannot be. */
export async function bringFrom({ workspace, head, planId }: RunContext, { commit }: Elsewhere): Promise<JoinFailure | null> {
  if (commit === null) return null;
  const { git } = workspace;
  const replayed = await git.replay(commit, head.commit, `${planId}: joined`);
  if (replayed.type === 'conflict') {
    const reason = `What landed meanwhile and this attempt both changed ${listed(replayed.paths)}. Do the task again on top of what is there now.`;
    return { outcome: 'conflict', reason, tail: replayed.detail };
  }
  await git.restore(
    replayed.commit,
    (await git.diff(head.commit, replayed.commit)).map(({ path }) => path),
  );
  return null;
}
