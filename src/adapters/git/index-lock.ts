/**
 * Git's `index.lock`, met politely: somebody else's is waited for, within a limit; one that a dead process of this tool left is taken
 * away. Before each change of the index a note says who is about to make it; what a kill leaves is told from others' locks by it.
 */
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../core/problem.ts';
import { isAlive, startTime } from '../process/identity.ts';
import type { CommitOutcome } from './git.ts';

/** How long somebody else's lock is waited for. */
const LOCK_WAIT_MS = 30_000;
/** Between two tries: at first, and at most. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** Git makes the lock right after the note is written; one that was made later than this after it is not ours. */
const OWN_WITHIN_MS = 10_000;
/** File systems keep times with this much of an error. */
const TIME_ERROR_MS = 2_000;
const NOTE_PREFIX = 'plans-index.';
/** What git says, and what the built-in implementation says. */
const LOCKED = /Unable to create '(.+?\.lock)': File exists|^(.+?\.lock) exists: /m;

/** A lock that nobody let go of in time; the sentence names its file. */
class GitLocked extends Problem {}

/** Where notes are kept and locks recovered; null where files are only pretended. */
type Home = { readonly gitDir: string; readonly root: string } | null;

export class IndexLock {
  readonly #home: Home;
  readonly #waitMs: number;

  constructor(home: Home, waitMs: number = LOCK_WAIT_MS) {
    this.#home = home;
    this.#waitMs = waitMs;
  }

  /** Does what changes the index; again, while it is locked. `refusal` finds the lock in a result that is no error. Throws {@link GitLocked}. */
  async change<T>(action: () => Promise<T>, refusal: (result: T) => string | null = () => null): Promise<T> {
    const note = this.#home === null ? null : writeNote(this.#home.gitDir);
    try {
      const deadline = performance.now() + this.#waitMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const tried = await attempt(action, refusal);
        if (!('lock' in tried)) return tried.result;
        if (this.#home !== null && recover(this.#home)) continue;
        const left = deadline - performance.now();
        if (left <= 0) throw new GitLocked(held(tried.lock, this.#waitMs));
        await delay(Math.min(pause, left));
      }
    } finally {
      if (note !== null) rmSync(note, { force: true });
    }
  }
}

/** A commit, tried again while the index is locked. */
export async function unlessLocked(lock: IndexLock, commit: () => Promise<CommitOutcome>): Promise<CommitOutcome> {
  try {
    return await lock.change(commit, (outcome) => (outcome.type === 'failed' && outcome.reason === 'locked' ? outcome.message : null));
  } catch (error) {
    if (error instanceof GitLocked) return { type: 'failed', reason: 'locked', message: error.message };
    throw error;
  }
}

async function attempt<T>(
  action: () => Promise<T>,
  refusal: (result: T) => string | null,
): Promise<{ readonly result: T } | { readonly lock: string }> {
  try {
    const result = await action();
    const said = refusal(result);
    return said === null ? { result } : { lock: lockIn(said) ?? 'its index' };
  } catch (error) {
    const lock = error instanceof Error ? lockIn(error.message) : null;
    if (lock === null) throw error;
    return { lock };
  }
}

function lockIn(message: string): string | null {
  const found = LOCKED.exec(message);
  return found?.[1] ?? found?.[2] ?? null;
}

function held(lock: string, waitMs: number): string {
  return `Another git holds ${lock}, and has not let go of it for ${Math.round(waitMs / 1_000)} s. Wait for it; if no git runs here any more, remove that file. Then run again.`;
}

/** Null where it cannot be written: then a kill leaves a lock that a person has to remove. */
function writeNote(gitDir: string): string | null {
  const note = join(gitDir, `${NOTE_PREFIX}${process.pid}`);
  try {
    writeFileSync(note, ownStart());
    return note;
  } catch {
    return null;
  }
}

let start: string | null = null;
const ownStart = (): string => (start ??= startTime(process.pid) ?? '');

/** Removes an `index.lock` that can only be a dead process's of ours. True where it did, or the lock is gone. */
function recover({ gitDir, root }: NonNullable<Home>): boolean {
  const dead: { readonly file: string; readonly at: number }[] = [];
  for (const name of readdirSync(gitDir)) {
    if (!name.startsWith(NOTE_PREFIX)) continue;
    const file = join(gitDir, name);
    const pid = Number(name.slice(NOTE_PREFIX.length));
    // Our own note says only that we wait.
    if (pid === process.pid) continue;
    const stat = look(file);
    if (stat === null) continue;
    if (isAlive(pid, readText(file))) return false;
    dead.push({ file, at: stat.mtimeMs });
  }
  if (dead.length === 0) return false;
  const lock = join(gitDir, 'index.lock');
  const found = look(lock);
  if (found === null) return clear(dead);
  const made = found.birthtimeMs > 0 ? found.birthtimeMs : found.mtimeMs;
  const ours = dead.some(({ at }) => made >= at - TIME_ERROR_MS && made <= at + OWN_WITHIN_MS);
  // The git that we started may have outlived us; another's works here as well.
  if (!ours || isGitAt(root)) return false;
  rmSync(lock, { force: true });
  return clear(dead);
}

function clear(notes: readonly { readonly file: string }[]): true {
  for (const { file } of notes) rmSync(file, { force: true });
  return true;
}

/** Whether a git program works in this folder. Linux only; elsewhere the times have to do. */
function isGitAt(root: string): boolean {
  if (process.platform !== 'linux') return false;
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid) || readText(`/proc/${pid}/comm`).trim() !== 'git') return false;
    try {
      // The live reader of objects is one too, and never takes a lock.
      return readlinkSync(`/proc/${pid}/cwd`) === root && !readText(`/proc/${pid}/cmdline`).includes('\0cat-file\0');
    } catch {
      return false;
    }
  });
}

function look(file: string): Stats | null {
  return statSync(file, { throwIfNoEntry: false }) ?? null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
