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
 * more than all else in it.
 */
export function openJournal(commonDir: string, planId: string, lock: Pick<Lock, 'check' | 'isHeld'>): Journal {
  mkdirSync(runFolder(commonDir), { recursive: true });
  const file = journalFile(commonDir, planId);
  const fd = openSync(file, 'w');
  let written = Buffer.alloc(0);
  const put = (bytes: Buffer) => {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, at);
  };
  return {
    write: (entries) => {
      lock.check();
      const plain = entries.map((entry) => ({ ...entry, before: { head: entry.before.head, dirty: [...entry.before.dirty] } }));
      const bytes = Buffer.from(JSON.stringify(plain));
      // Blanks over the rest of a longer entry: JSON does not mind them.
      const padded = bytes.length < written.length ? Buffer.concat([bytes, Buffer.alloc(written.length - bytes.length, ' ')]) : bytes;
      try {
        put(padded);
      } catch (error) {
        // A full disk: what stood there has its place on it, and still counts.
        put(written);
        ftruncateSync(fd, written.length);
        throw Object.assign(error as Error, { path: file });
      }
      written = padded;
      fdatasyncSync(fd);
    },
    close: () => {
      closeSync(fd);
      if (lock.isHeld()) rmSync(file, { force: true });
    },
    abandon: () => {
      closeSync(fd);
      if (written.length === 0 && lock.isHeld()) rmSync(file, { force: true });
    },
  };
}

type Plain = Omit<JournalEntry, 'before' | 'guarded'> & {
  /** Older ones lack it. */
  readonly guarded?: JournalEntry['guarded'];
  readonly before: { readonly head: Snapshot['head']; readonly dirty: readonly [string, string][] };
};

/** The attempts that were under way when the last runner ended; none where it ended in order. */
export function readJournal(commonDir: string, planId: string): readonly JournalEntry[] {
  try {
    const plain = JSON.parse(readFileSync(journalFile(commonDir, planId), 'utf8')) as readonly Plain[];
    return plain.map((entry) => ({
      ...entry,
      guarded: entry.guarded ?? null,
      before: { head: entry.before.head, dirty: new Map(entry.before.dirty) },
    }));
  } catch {
    // None, or a crash while it was written: then the attempt had not begun.
    return [];
  }
}

function journalFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}.journal`);
}
