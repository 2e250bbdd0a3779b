/**
 * What an attempt in the checkout began on, written before it begins. After a crash it tells the half-done work from a person's
 * files. It stands beside the lock and is gone as soon as the attempt is judged.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './lock.ts';
import type { Snapshot } from './snapshot.ts';

export interface JournalEntry {
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  readonly before: Snapshot;
}

/** Records that an attempt begins. On the disk when it returns. */
export function writeJournal(commonDir: string, planId: string, entry: JournalEntry): void {
  const file = journalFile(commonDir, planId);
  mkdirSync(runFolder(commonDir), { recursive: true });
  const draft = `${file}.new`;
  const fd = openSync(draft, 'w');
  try {
    writeSync(fd, JSON.stringify({ ...entry, before: { head: entry.before.head, dirty: [...entry.before.dirty] } }));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, file);
}

/** The attempt that was under way when the last runner ended, or null. */
export function readJournal(commonDir: string, planId: string): JournalEntry | null {
  try {
    const value = JSON.parse(readFileSync(journalFile(commonDir, planId), 'utf8')) as Omit<JournalEntry, 'before'> & {
      before: { head: Snapshot['head']; dirty: [string, string][] };
    };
    return { ...value, before: { head: value.before.head, dirty: new Map(value.before.dirty) } };
  } catch {
    // None, or a crash of the machine while it was written: then nothing had begun.
    return null;
  }
}

/** The attempt is judged: what it did is in a commit, under a ref, or left to a person. */
export function clearJournal(commonDir: string, planId: string): void {
  rmSync(journalFile(commonDir, planId), { force: true });
}

function journalFile(commonDir: string, planId: string): string {
  return join(runFolder(commonDir), `${planId}.journal`);
}
