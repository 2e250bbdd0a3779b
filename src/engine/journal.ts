/**
 * What an attempt in the checkout began on, on the disk before it begins. After a crash it tells the half-done work from a person's
 * files. It stands beside the lock; a runner that ends in order takes it away.
 */
import { closeSync, fdatasyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './lock.ts';
import type { Snapshot } from './snapshot.ts';

export interface JournalEntry {
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  readonly before: Snapshot;
}

export interface Journal {
  /** Records that an attempt begins. On the disk when it returns. */
  write(entry: JournalEntry): void;
  /** The run has ended in order: what it did is in a commit, under a ref, or left to a person. */
  close(): void;
}

/** Opens the journal of a plan's run. Written in place, as making a new file for every attempt costs more than all else in it. */
export function openJournal(commonDir: string, planId: string): Journal {
  mkdirSync(runFolder(commonDir), { recursive: true });
  const file = journalFile(commonDir, planId);
  const fd = openSync(file, 'w');
  let length = 0;
  return {
    write: (entry) => {
      const bytes = Buffer.from(JSON.stringify({ ...entry, before: { head: entry.before.head, dirty: [...entry.before.dirty] } }));
      // Blanks over the rest of a longer entry: JSON does not mind them.
      const padded = bytes.length < length ? Buffer.concat([bytes, Buffer.alloc(length - bytes.length, ' ')]) : bytes;
      for (let at = 0; at < padded.length;) at += writeSync(fd, padded, at, padded.length - at, at);
      length = padded.length;
      fdatasyncSync(fd);
    },
    close: () => {
      closeSync(fd);
      rmSync(file, { force: true });
    },
  };
}

/** The attempt that was under way when the last runner ended, or null. */
export function readJournal(commonDir: string, planId: string): JournalEntry | null {
  try {
    const value = JSON.parse(readFileSync(journalFile(commonDir, planId), 'utf8')) as Omit<JournalEntry, 'before'> & {
      before: { head: Snapshot['head']; dirty: [string, string][] };
    };
    return { ...value, before: { head: value.before.head, dirty: new Map(value.before.dirty) } };
  } catch {
    // None, or a crash while it was written: then the attempt had not begun.
    return null;
  }
}

function journalFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}.journal`);
}
