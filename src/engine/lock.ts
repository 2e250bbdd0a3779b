/**
 * One runner per plan: a lock in git's common directory, so that it holds for every worktree of the repository. It names its holder
 * (pid and start time, host) and beats; a dead holder's lock is taken over, a live one's is an error that names it.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Git } from '../adapters/git/git.ts';
import { isAlive, startTime } from '../adapters/process/identity.ts';
import { shellWord } from '../core/shell.ts';

const BEAT_MS = 5_000;
/** A lock of another host whose last beat is older than this is dead. */
const SILENT_MS = 60_000;

export interface Holder {
  readonly pid: number;
  readonly started: string;
  readonly host: string;
  /** Absolute path of the work tree it runs in; a repository may have several. */
  readonly root: string;
  readonly run: string;
}

export interface Lock {
  readonly run: string;
  release(): void;
}

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
export function takeLock({ commonDir, root }: Pick<Git, 'commonDir' | 'root'>, planId: string, run: string): Lock | { readonly holder: Holder } {
  const file = lockFile(commonDir, planId);
  makeRunFolder(commonDir);
  const me: Holder = { pid: process.pid, started: startTime(process.pid) ?? '', host: hostname(), root, run };
  const draft = `${file}.${process.pid}.${run}`;
  try {
    writeFileSync(draft, JSON.stringify(me));
    for (;;) {
      try {
        // A hard link appears whole or not at all; creating and then writing would show others an empty lock.
        linkSync(draft, file);
        return hold(file, me);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = liveHolder(commonDir, planId);
      if (holder !== null) return { holder };
      bury(file, `${draft}.dead`);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who runs the plan now; null where nobody does, a dead holder's lock included. */
export function liveHolder(commonDir: string, planId: string): Holder | null {
  const file = lockFile(commonDir, planId);
  const holder = readHolder(file);
  if (holder === null) return null;
  if (holder.host === hostname()) return isAlive(holder.pid, holder.started) ? holder : null;
  try {
    return Date.now() - statSync(file).mtimeMs < SILENT_MS ? holder : null;
  } catch {
    return null;
  }
}

/** Who and where, for a sentence that is read in the work tree `here`. */
export function nameOf({ pid, host, root }: Holder, here: string): string {
  return `process ${pid} on ${host}${root === here ? '' : ` in ${root}`}`;
}

/** How the holder is asked to pause, from `here`. */
export function pauseOf({ root }: Holder, planId: string, here: string): string {
  return `plans pause ${shellWord(planId)}${root === here ? '' : ` -C ${shellWord(root)}`}`;
}

function lockFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}.lock`);
}

function readHolder(file: string): Holder | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    const { pid, started, host, root, run } = value;
    if (typeof pid !== 'number' || [started, host, root, run].some((text) => typeof text !== 'string')) return null;
    return value as Holder;
  } catch {
    return null;
  }
}

/** Puts a dead holder's lock away. Another may do the same at once: if what was moved is a living holder's, it goes back. */
function bury(file: string, grave: string): void {
  try {
    renameSync(file, grave);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(grave);
  if (moved !== null && moved.host === hostname() && isAlive(moved.pid, moved.started)) {
    try {
      linkSync(grave, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  rmSync(grave, { force: true });
}

function hold(file: string, me: Holder): Lock {
  const beat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // Taken away by hand: the commit's compare-and-swap on HEAD still keeps two runners apart.
    }
  }, BEAT_MS);
  beat.unref();
  return {
    run: me.run,
    release: () => {
      clearInterval(beat);
      const holder = readHolder(file);
      if (holder !== null && holder.run === me.run && holder.pid === me.pid) rmSync(file, { force: true });
    },
  };
}
