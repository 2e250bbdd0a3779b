/** One runner per plan: a lock in git's common directory, so that it holds for every worktree of the repository. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Git } from '../adapters/git/git.ts';
import { isStopped } from '../adapters/process/identity.ts';
import { shellWord } from '../core/shell.ts';
import { liveHolderOf, takeFile, type Holder, type Lock } from './lock-file.ts';

export type { Holder, Lock } from './lock-file.ts';

const LOCK = '.lock';

/** Begins the name under which a command, not a run, holds a plan's lock and writes its journal. */
export const COMMAND = 'command-';

/** Where what belongs to one plan's runs is kept, in git's common directory. */
export function runFolder(commonDir: string): string {
  return join(commonDir, 'plans');
}

/** Not `recursive`: that takes a read-only file system for a missing folder. */
function makeRunFolder(commonDir: string): void {
  try {
    mkdirSync(runFolder(commonDir));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Takes the lock for a work tree, or says who holds it. A file-system error is thrown. */
export function takeLock(
  { commonDir, root }: Pick<Git, 'commonDir' | 'root'>,
  planId: string,
  run: string,
): Lock | { readonly holder: Holder } {
  makeRunFolder(commonDir);
  return takeFile(lockFile(commonDir, planId), root, run);
}

/** Who runs the plan now; null where nobody does, a dead holder's lock included. */
export function liveHolder(commonDir: string, planId: string): Holder | null {
  return liveHolderOf(lockFile(commonDir, planId));
}

/** Who holds which plans of the repository now. */
export function heldPlans(commonDir: string): ReadonlyMap<string, Holder> {
  const names = existsSync(runFolder(commonDir)) ? readdirSync(runFolder(commonDir)) : [];
  const plans = names.flatMap((name) => (name.endsWith(LOCK) ? [name.slice(0, -LOCK.length)] : []));
  return new Map(
    plans.flatMap((planId) => {
      const holder = liveHolder(commonDir, planId);
      return holder === null ? [] : [[planId, holder] as const];
    }),
  );
}

/** Who and where, for a sentence that is read in the work tree `here`. */
export function nameOf({ pid, host, root }: Holder, here: string): string {
  const stopped = host === hostname() && isStopped(pid) ? `, which is stopped ("kill -CONT ${pid}" lets it go on)` : '';
  return `process ${pid} on ${host}${root === here ? '' : ` in ${root}`}${stopped}`;
}

/** How the holder is asked to pause, from `here`. */
export function pauseOf({ root }: Holder, planId: string, here: string): string {
  return `plans pause ${shellWord(planId)}${root === here ? '' : ` -C ${shellWord(root)}`}`;
}

function lockFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}${LOCK}`);
}
