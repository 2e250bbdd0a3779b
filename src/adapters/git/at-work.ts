/** Whether git is in the middle of changing the work tree, as its own files show it: nothing is started, so that it can be asked for each save. */
import { statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';

/** Held while files are written, and while HEAD is moved. */
const LOCKS = ['index.lock', 'HEAD.lock'] as const;
/** Folders that are there as long as several commits are put on top of each other, one after the other. */
const SEQUENCES = ['rebase-merge', 'rebase-apply', 'sequencer'] as const;
/** A lock that is older was left by a git that was killed. Milliseconds. */
const LEFT_OVER_MS = 120_000;
/** A sequence in which nothing has moved for so long waits for a person. Milliseconds. */
const WAITS_AFTER_MS = 1_000;

/** The file by which it shows that git is at work in the work tree of `gitDir` now (milliseconds since 1970), or null. */
export function gitAtWork(gitDir: string, now: number): string | null {
  for (const lock of LOCKS) {
    const stat = look(gitDir, lock);
    if (stat !== undefined && now - milliseconds(stat) < LEFT_OVER_MS) return lock;
  }
  for (const sequence of SEQUENCES) {
    const folder = look(gitDir, sequence);
    if (folder === undefined) continue;
    const head = look(gitDir, 'HEAD') ?? folder;
    if (now - Math.max(milliseconds(folder), milliseconds(head)) < WAITS_AFTER_MS) return sequence;
  }
  return null;
}

/** Differs after whatever git did to index or HEAD. */
export function gitSignature(gitDir: string): string {
  const parts = ['index', 'HEAD'].map((name) => {
    const stat = look(gitDir, name);
    return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
  });
  return parts.join('\n');
}

function look(gitDir: string, name: string): BigIntStats | undefined {
  try {
    return statSync(join(gitDir, name), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function milliseconds({ mtimeNs }: BigIntStats): number {
  return Number(mtimeNs / 1_000_000n);
}
