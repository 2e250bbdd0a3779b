/**
 * What an attempt in the checkout began on, on the disk before it begins. After a crash it tells the half-done work from a person's
 * files. It stands beside the lock; a runner that ends in order takes it away.
 */
import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage } from '../adapters/agents/agent.ts';
import type { Head } from '../adapters/git/git.ts';
import { runFolder, type Lock } from './lock.ts';
import type { Snapshot } from './snapshot.ts';

/** A process, and the group that it leads. */
export interface AgentProcess {
  readonly pid: number;
  /** When it started; see `adapters/process/identity.ts`. */
  readonly started: string;
}

export interface JournalEntry {
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  /** The worktree it works in; null in the checkout. */
  readonly folder: string | null;
  /** The paths that were being brought into the checkout. */
  readonly landing: readonly string[] | null;
  readonly before: Snapshot;
  /** What it had cost when last heard; null where nobody said. */
  readonly usage: Usage | null;
  /** Its agent's process, where what outlives the runner is not found by its mark. */
  readonly process?: AgentProcess;
  /** What of the checkout is not its to change; null where it works apart, and where no agent is at work. */
  readonly guarded: Guarded | null;
}

/** By which it is told what an attempt in the checkout did that it may not do. */
interface Guarded {
  readonly head: Head & { readonly branch: string; readonly commit: string };
  /** Bytes of HEAD's reflog. */
  readonly reflog: number;
  /** When the attempt began, by the wall clock. Milliseconds since the epoch. */
  readonly since: number;
  /** Plans and configs that differed from HEAD. */
  readonly dirty: readonly string[];
}

export interface Journal {
  /** Records the attempts that are under way, the one included that is about to begin. On the disk when it returns. */
  write(entries: readonly JournalEntry[]): void;
  /** The run has ended in order: what it did is in a commit, under a ref, or left to a person. */
  close(): void;
  /** The run has broken off: what is under way stays written, for the next run. */
  abandon(): void;
}

/**
 * Opens the journal of a plan's run, for as long as the plan's lock is held. Written in place, as making a new file for every attempt costs
 * more than all else in it; in two files by turns, as a kill or a power cut in the middle leaves one that cannot be read, and then the other counts.
 */
export function openJournal(commonDir: string, planId: string, lock: Pick<Lock, 'check' | 'isHeld'>): Journal {
  // Opening empties it: one that was taken for dead while it began would take what its successor has written.
  lock.check();
  mkdirSync(runFolder(commonDir), { recursive: true });
  const sheets = journalFiles(commonDir, planId).map((file) => new Sheet(file));
  let turn = 0;
  const remove = () => sheets.forEach(({ file }) => rmSync(file, { force: true }));
  const close = () => sheets.forEach((sheet) => sheet.close());
  return {
    write: (entries) => {
      lock.check();
      const plain = entries.map((entry) => ({ ...entry, before: { head: entry.before.head, dirty: [...entry.before.dirty] } }));
      turn += 1;
      const sheet: Written = { turn, entries: plain, end: turn };
      sheets[turn % sheets.length]?.write(Buffer.from(JSON.stringify(sheet)));
    },
    close: () => {
      close();
      if (lock.isHeld()) remove();
    },
    abandon: () => {
      close();
      if (turn === 0 && lock.isHeld()) remove();
    },
  };
}

/** One of the files. */
class Sheet {
  readonly file: string;
  readonly #fd: number;
  #written: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.file = file;
    this.#fd = openSync(file, 'w');
  }

  write(bytes: Buffer): void {
    const before = this.#written;
    // Blanks over the rest of a longer entry: JSON does not mind them.
    const padded = bytes.length < before.length ? Buffer.concat([bytes, Buffer.alloc(before.length - bytes.length, ' ')]) : bytes;
    try {
      this.#put(padded);
    } catch (error) {
      // A full disk: what stood there has its place on it, and still counts.
      this.#put(before);
      ftruncateSync(this.#fd, before.length);
      throw Object.assign(error as Error, { path: this.file });
    }
    this.#written = padded;
    fdatasyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #put(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at, bytes.length - at, at);
  }
}

type Plain = Omit<JournalEntry, 'before' | 'guarded'> & {
  /** Older ones lack it. */
  readonly guarded?: JournalEntry['guarded'];
  readonly before: { readonly head: Snapshot['head']; readonly dirty: readonly [string, string][] };
};

/** What one write leaves. */
interface Written {
  /** Counts from 1; the highest is the newest. */
  readonly turn: number;
  readonly entries: readonly Plain[];
  /** The same once more: the beginning of one write with the end of another is none. */
  readonly end: number;
}

/** The attempts that were under way when the last runner ended; none where it ended in order. */
export function readJournal(commonDir: string, planId: string): readonly JournalEntry[] {
  const written = journalFiles(commonDir, planId).flatMap((file) => readSheet(file) ?? []);
  const newest = written.toSorted((a, b) => b.turn - a.turn).at(0);
  return (newest?.entries ?? []).map((entry) => ({
    ...entry,
    guarded: entry.guarded ?? null,
    before: { head: entry.before.head, dirty: new Map(entry.before.dirty) },
  }));
}

/** Null where there is none, and where its writing was cut off: if it was the first, the attempt had not begun. */
function readSheet(file: string): Written | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Written | readonly Plain[];
    // As older versions wrote it.
    if (!('turn' in value)) return { turn: 0, entries: value, end: 0 };
    return value.turn === value.end ? value : null;
  } catch {
    return null;
  }
}

/** The first is there wherever the second is. */
function journalFiles(commonDir: string, planId: string): readonly string[] {
  const file = join(runFolder(commonDir), `${planId}.journal`);
  return [file, `${file}-2`];
}
