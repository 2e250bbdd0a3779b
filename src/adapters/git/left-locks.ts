/** What a killed process of this tool left in git's folders: locks of the index and of references, and files of its own. */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive, startTime } from '../process/identity.ts';

/** Git makes the lock right after the note is written; one that was made later than this after it is not ours. */
const OWN_WITHIN_MS = 10_000;
/** File systems keep times with this much of an error. */
const TIME_ERROR_MS = 2_000;
/** Begins the name of a note, in a work tree's own git folder; the rest is the pid, the content its start time. */
export const NOTE_PREFIX = 'plans-index.';
/** As `temporaryName` makes them. */
const TEMPORARY = /^plans-(?:keep|paths|head)-(\d+)-\d+(?:\.lock)?$/;
/** In a linked work tree's own git folder: that it is not to be pruned, and why. */
export const HALF_MADE = 'locked';

/** Where a work tree and what git keeps of it are; absolute paths. */
export interface Home {
  readonly root: string;
  readonly gitDir: string;
  readonly commonDir: string;
}

interface Note {
  readonly file: string;
  /** When it was written. Milliseconds since the epoch. */
  readonly at: number;
}

/** Removes a lock that can only be a dead process's of ours. True where it did, or the lock is gone. */
export function recoverLock(home: Home, lock: string): boolean {
  const notes = deadNotes(home.gitDir);
  return notes !== null && isRecovered(home, lock, notes);
}

/**
 * Removes what dead processes of ours left: locks, indexes and lists of their own, notes. True where one of them died at a change of
 * the index or of a reference.
 */
export function recoverLeft(home: Home): boolean {
  for (const name of readdirSync(home.gitDir)) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid !== undefined && startTime(Number(pid)) === null) rmSync(join(home.gitDir, name), { force: true });
  }
  const notes = deadNotes(home.gitDir);
  if (notes === null || notes.length === 0) return false;
  // A git of theirs that still works may need longer: the notes tell whose its lock is.
  if (locksIn(home).every((lock) => isRecovered(home, lock, notes) || !isOurs(lock, notes))) {
    for (const { file } of notes) rmSync(file, { force: true });
  }
  return true;
}

function isRecovered({ root, gitDir }: Home, lock: string, notes: readonly Note[]): boolean {
  const halfMade = dirname(lock) === gitDir && isHalfMade(gitDir);
  if (look(lock) === null) return notes.length > 0 || halfMade;
  // The git that we started may have outlived us; another's works here as well.
  if ((!halfMade && !isOurs(lock, notes)) || isGitAt(root)) return false;
  rmSync(lock, { force: true });
  return true;
}

function isOurs(lock: string, notes: readonly Note[]): boolean {
  const found = look(lock);
  if (found === null) return false;
  const made = found.birthtimeMs > 0 ? found.birthtimeMs : found.mtimeMs;
  return notes.some(({ at }) => made >= at - TIME_ERROR_MS && made <= at + OWN_WITHIN_MS);
}

/** The locks that a change of ours may have left. */
function locksIn({ gitDir, commonDir }: Home): readonly string[] {
  const own = ['index.lock', 'HEAD.lock'].map((name) => join(gitDir, name));
  const refs = readdirSync(join(commonDir, 'refs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lock'));
  return [...own, join(commonDir, 'packed-refs.lock'), ...refs.map((name) => join(commonDir, 'refs', name))];
}

/** Notes of processes that are gone; null where one lives, which may hold the lock. */
function deadNotes(gitDir: string): readonly Note[] | null {
  const dead: Note[] = [];
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

/** Whether the making of a linked work tree was cut off: git locks it by this word until its files are there. */
export function isHalfMade(gitDir: string): boolean {
  return readText(join(gitDir, HALF_MADE)).trim() === 'initializing';
}

/** The linked work trees whose making was cut off, with what git keeps of each. */
export function halfMadeWorktrees(commonDir: string): readonly { readonly root: string; readonly gitDir: string }[] {
  const folder = join(commonDir, 'worktrees');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => {
    const gitDir = join(folder, name);
    const file = readText(join(gitDir, 'gitdir')).trimEnd();
    return isHalfMade(gitDir) && file !== '' ? [{ root: dirname(file), gitDir }] : [];
  });
}

/** Takes away what git has begun of a work tree in which there is nothing yet. A folder with anything in it stays. */
export function forgetWorktree({ root, gitDir }: { readonly root: string; readonly gitDir: string }): void {
  rmSync(gitDir, { recursive: true, force: true });
  rmSync(join(root, '.git'), { force: true });
  if (existsSync(root) && readdirSync(root).length === 0) rmdirSync(root);
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
