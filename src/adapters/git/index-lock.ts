/**
 * Git's locks (`index.lock`, those of references), met politely: somebody else's is waited for, within a limit; one that a dead process of
 * this tool left is taken away. Before each change a note says who is about to make it; what a kill leaves is told from others' locks by it.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../core/problem.ts';
import { startTime } from '../process/identity.ts';
import type { CommitOutcome } from './git.ts';
import { recoverLock, NOTE_PREFIX, type Home } from './left-locks.ts';

/** How long somebody else's lock is waited for. */
const LOCK_WAIT_MS = 30_000;
/** Between two tries: at first, and at most. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** What is locked where nobody says. */
const INDEX = 'its index';
/** What git says, and what the built-in implementation says. */
const LOCKED = /Unable to create '(.+?\.lock)': File exists|^(.+?\.lock) exists: /m;

/** A lock that nobody let go of in time; the sentence names its file. */
class GitLocked extends Problem {}

/** Resolves after so many milliseconds. */
export type Pause = (ms: number) => Promise<unknown>;

export class IndexLock {
  /** Where notes are kept and locks recovered; null where files are only pretended. */
  readonly #home: Home | null;
  readonly #waitMs: number;
  readonly #pause: Pause;
  /** Changes that are under way: the note stands until the last of them has ended. */
  #changing = 0;

  constructor(home: Home | null, waitMs: number = LOCK_WAIT_MS, pause: Pause = delay) {
    this.#home = home;
    this.#waitMs = waitMs;
    this.#pause = pause;
  }

  /** Does what changes the index or a reference; again, while it is locked. `refusal` finds the lock in a result that is no error. Throws {@link GitLocked}. */
  async change<T>(action: () => Promise<T>, refusal: (result: T) => string | null = () => null): Promise<T> {
    const note = this.#home === null ? null : writeNote(this.#home.gitDir);
    this.#changing += 1;
    try {
      for (let left = this.#waitMs, pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const tried = await attempt(action, refusal);
        if (!('lock' in tried)) return tried.result;
        if (this.#home !== null && recoverLock(this.#home, tried.lock === INDEX ? join(this.#home.gitDir, 'index.lock') : tried.lock))
          continue;
        if (left <= 0) throw new GitLocked(held(tried.lock, this.#waitMs));
        await this.#pause(Math.min(pause, left));
        left -= pause;
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
