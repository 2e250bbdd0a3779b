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
import { lastAttempt, leftIn, preservedRef, retryRef, stashRef } from './kept.ts';
import { bringBackStash, leftoversOf, point, stashed } from './leftovers.ts';
import type { Slot } from './pool.ts';
import { retrying } from './words.ts';
import { listed } from './work.ts';

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
    return point(git, ref, fromBase ? null : kept);
  }
  const away = await stashed(git, planId, task);
  if (fromBase ? kept === null : away === null) return;
  if (live) throw new Problem(`Another task of "${planId}" is at work in the checkout. Let it pause first: plans pause ${planId}`);
  // In the checkout what it left is there still, unless a person has put it away.
  if (!fromBase) {
    await bringBackStash(git, planId, task).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(`${error.message} To begin without it: plans retry ${planId} ${task} --from-base`);
    });
  } else {
    await clear(git, planId, task);
    await point(git, stashRef(planId, task), null);
  }
}

/** Puts back what the last attempt left. What a person has changed of it since is kept first. */
async function clear(git: Git, planId: string, task: string): Promise<void> {
  const left = await leftoversOf(git, planId, task);
  const { commit: head } = await git.head();
  if (left === null || head === null) return;
  const { commit, files, changed, staged } = left;
  if (staged.length > 0)
    throw new Problem(
      `You have staged changes in ${listed(staged)}, which the last attempt at "${task}" changed too. Commit them or take them off the index (git restore --staged), then try again.`,
    );
  if (changed.length > 0) {
    const found = await git.keep({
      paths: changed,
      parent: commit,
      message: `${planId}/${task}: found in the way of a retry from the base`,
    });
    await point(git, preservedRef(planId, task, found), found);
  }
  await git.restore(head, [...files, ...changed]);
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
