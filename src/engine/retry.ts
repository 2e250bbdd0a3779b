/** What a retry by hand begins on: what the failed attempt left, or the clean base. */
import type { Git } from '../adapters/git/git.ts';
import type { Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { phaseOf } from '../core/progress.ts';
import type { EarlierAttempt } from '../core/prompt.ts';
import { note } from './context.ts';
import type { RunContext } from './context.ts';
import { steer } from './control.ts';
import type { Caller, Steered } from './control.ts';
import { lastAttempt, leftIn, preservedRef, retryRef } from './kept.ts';
import type { Slot } from './pool.ts';
import { retrying } from './words.ts';

/** Makes a failed task pending again. `fromBase`: its next attempt begins clean; else on what the last one left. */
export function retryTask(caller: Caller, task: string, fromBase: boolean): Promise<Steered> {
  return steer(caller, retrying(task), (plan, live) => prepare(caller, plan, { task, fromBase, live }));
}

async function prepare(
  { workspace, planId }: Caller,
  plan: Plan,
  { task, fromBase, live }: { readonly task: string; readonly fromBase: boolean; readonly live: boolean },
): Promise<void> {
  const { git } = workspace;
  const kept = await lastAttempt(git, planId, task);
  if (phaseOf(plan, task)?.executionMode === 'parallel') {
    const ref = retryRef(planId, task);
    return setRef(git, ref, fromBase ? null : kept);
  }
  // In the checkout what it left is there still; nothing is to be done but to take it away where that is asked for.
  if (!fromBase || kept === null) return;
  if (live) throw new Problem(`Another task of "${planId}" is at work in the checkout. Let it pause first: plans pause ${planId}`);
  await clear(git, { planId, task, kept });
}

async function setRef(git: Git, ref: string, to: string | null): Promise<void> {
  const from = (await git.refs(ref)).get(ref) ?? null;
  if (from !== to) await git.updateRef(ref, to, from);
}

/** Puts the paths of a kept attempt back. What is in them and not in the attempt is a person's since then: it is kept first. */
async function clear(git: Git, { planId, task, kept }: { planId: string; task: string; kept: string }): Promise<void> {
  const [attempt] = await git.log({ to: kept, limit: 1 });
  const mine = new Set(attempt?.changes.map(({ path }) => path));
  if (mine.size === 0) return;
  const { head, changes } = await git.status([...mine]);
  const dirty = changes.map(({ path }) => path).filter((path) => mine.has(path));
  if (dirty.length === 0 || head.commit === null) return;
  const found = await git.keep({ paths: dirty, parent: kept, message: `${planId}/${task}: found in the way of a retry from the base` });
  if ((await git.diff(kept, found)).length > 0) await setRef(git, preservedRef(planId, task, found), found);
  await git.restore(head.commit, dirty);
}

/**
 * Brings what a kept attempt did into the worktree of its retry, on top of what has landed since. Null where nothing is to be brought, or
 * where it does not go together with that; then the retry begins clean.
 */
export async function bringBack(context: RunContext, task: string, slot: Slot): Promise<EarlierAttempt | null> {
  const { git } = context.workspace;
  const ref = retryRef(context.planId, task);
  const kept = await git.resolve(ref);
  if (kept === null) return null;
  await git.updateRef(ref, null, kept);
  const [attempt] = await git.log({ to: kept, limit: 1 });
  const left = attempt === undefined ? null : leftIn(attempt);
  if (left === null || left.paths.length === 0) return null;
  // Git throws where the two have no common history any more.
  const replayed = await git.replay(kept, slot.base, `${context.planId}/${task}: begin on attempt ${kept.slice(0, 12)}`).catch(() => null);
  if (replayed === null || replayed.type === 'conflict') {
    note(
      context,
      task,
      `What its last attempt left (${kept.slice(0, 12)}) does not go together with what has landed since; the retry begins clean.`,
    );
    return null;
  }
  await slot.git.restore(replayed.commit, left.paths);
  return left;
}
