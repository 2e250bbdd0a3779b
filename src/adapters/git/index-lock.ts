/**
 * Git's locks (`index.lock`, those of references), met politely: somebody else's is waited for, within a limit; one that a dead process of
 * this tool left is taken away. Before each change a note says who is about to make it; what a kill leaves is told from others' locks by it.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
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
/** In a linked work tree's own git folder: that it is not to be pruned, and why. */
export const HALF_MADE = 'locked';
/** As {@link temporaryName} makes them. */
const TEMPORARY = /^plans-(?:keep|paths)-(\d+)-\d+(?:\.lock)?$/;
/** What is locked where nobody says. */
const INDEX = 'its index';
/** What git says, and what the built-in implementation says. */
const LOCKED = /Unable to create '(.+?\.lock)': File exists|^(.+?\.lock) exists: /m;

/** A lock that nobody let go of in time; the sentence names its file. */
class GitLocked extends Problem {}

/** Where notes are kept and locks recovered; null where files are only pretended. */
type Home = { readonly gitDir: string; readonly root: string } | null;

export class IndexLock {
  readonly #home: Home;
  readonly #waitMs: number;
  /** Changes that are under way: the note stands until the last of them has ended. */
  #changing = 0;

  constructor(home: Home, waitMs: number = LOCK_WAIT_MS) {
    this.#home = home;
    this.#waitMs = waitMs;
  }

  /** Does what changes the index or a reference; again, while it is locked. `refusal` finds the lock in a result that is no error. Throws {@link GitLocked}. */
  async change<T>(action: () => Promise<T>, refusal: (result: T) => string | null = () => null): Promise<T> {
    const note = this.#home === null ? null : writeNote(this.#home.gitDir);
    this.#changing += 1;
    try {
      const deadline = performance.now() + this.#waitMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const tried = await attempt(action, refusal);
        if (!('lock' in tried)) return tried.result;
        if (this.#home !== null && recover(this.#home, tried.lock)) continue;
        const left = deadline - performance.now();
        if (left <= 0) throw new GitLocked(held(tried.lock, this.#waitMs));
        await delay(Math.min(pause, left));
      }
    } finally {
      this.#changing -= 1;
      if (note !== null && this.#changing === 0) rmSync(note, { force: true });
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
    return said === null ? { result } : { lock: lockIn(said) ?? INDEX };
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

/** Removes a lock that can only be a dead process's of ours. True where it did, or the lock is gone. */
function recover({ gitDir, root }: NonNullable<Home>, named: string): boolean {
  const lock = named === INDEX ? join(gitDir, 'index.lock') : named;
  const halfMade = isHalfMade(gitDir) && lock === join(gitDir, 'index.lock');
  const dead = deadNotes(gitDir);
  if (dead === null || (dead.length === 0 && !halfMade)) return false;
  const found = look(lock);
  if (found === null) return clear(dead);
  const made = found.birthtimeMs > 0 ? found.birthtimeMs : found.mtimeMs;
  const ours = halfMade || dead.some(({ at }) => made >= at - TIME_ERROR_MS && made <= at + OWN_WITHIN_MS);
  // The git that we started may have outlived us; another's works here as well.
  if (!ours || isGitAt(root)) return false;
  rmSync(lock, { force: true });
  return clear(dead);
}

/** Notes of processes that are gone; null where one lives, which may hold the lock. */
function deadNotes(gitDir: string): { readonly file: string; readonly at: number }[] | null {
  const dead: { readonly file: string; readonly at: number }[] = [];
  for (const name of readdirSync(gitDir)) {
    if (!name.startsWith(NOTE_PREFIX)) continue;
    const file = join(gitDir, name);
    const pid = Number(name.slice(NOTE_PREFIX.length));
    // Our own note says only that we wait.
    if (pid === process.pid) continue;
    const stat = look(file);
    if (stat === null) continue;
    if (isAlive(pid, readText(file))) return null;
    dead.push({ file, at: stat.mtimeMs });
  }
  return dead;
}

/** Removes what processes of this tool that are gone left in git's folder: indexes and lists of their own, notes about nothing. */
export function sweep(gitDir: string): void {
  if (!existsSync(join(gitDir, 'index.lock'))) clear(deadNotes(gitDir) ?? []);
  for (const name of readdirSync(gitDir)) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid !== undefined && startTime(Number(pid)) === null) rmSync(join(gitDir, name), { force: true });
  }
}

/** Whether the making of a linked work tree was cut off: git locks it by this word until its files are there. */
export function isHalfMade(gitDir: string): boolean {
  return readText(join(gitDir, HALF_MADE)).trim() === 'initializing';
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
