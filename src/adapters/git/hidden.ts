/** Paths whose changes git was told not to look for (`update-index --assume-unchanged`, `--skip-worktree`), read from the index itself. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nulList } from './entries.ts';
import type { GitProgram } from './process.ts';

/** Bytes of an entry before its object's id, and of the flags after it. https://git-scm.com/docs/index-format */
const STAT_BYTES = 40;
const FLAG_BYTES = 2;
const ASSUME_VALID = 0x8000;
const EXTENDED = 0x4000;
/** Of the second flags, which an entry of version 3 may have. */
const SKIP_WORKTREE = 0x4000;
const NONE: ReadonlySet<string> = new Set();

/**
 * Those of a work tree, by its git folder; `commit` is any of its commits, by which the length of ids is known. Empty where the index is
 * absent, or of version 4, in which names are not written whole.
 */
export function hiddenPaths(gitDir: string, commit: string): ReadonlySet<string> {
  const file = join(gitDir, 'index');
  // Git puts another file in its place whenever it changes.
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  const stamp = stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  if (last.file !== file || last.stamp !== stamp) last = { file, stamp, hidden: readHidden(file, commit) };
  return last.hidden;
}

/** Looked at twice or three times in a row. */
let last: { readonly file: string; readonly stamp: string; readonly hidden: ReadonlySet<string> } = { file: '', stamp: '', hidden: NONE };

function readHidden(file: string, commit: string): ReadonlySet<string> {
  const bytes = readIndex(file);
  if (bytes === null || bytes.length < 12) return NONE;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return NONE;
  const hidden = new Set<string>();
  const flagsAt = STAT_BYTES + commit.length / 2;
  let at = 12;
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    const flags = bytes.readUInt16BE(at + flagsAt);
    const more = (flags & EXTENDED) === 0 ? 0 : bytes.readUInt16BE(at + flagsAt + FLAG_BYTES);
    const name = at + flagsAt + ((flags & EXTENDED) === 0 ? FLAG_BYTES : 2 * FLAG_BYTES);
    const end = bytes.indexOf(0, name);
    if ((flags & ASSUME_VALID) !== 0 || (more & SKIP_WORKTREE) !== 0) hidden.add(bytes.toString('utf8', name, end));
    // Entries are filled up with 1 to 8 zeros.
    at += (end - at + 8) & ~7;
  }
  return hidden;
}

/** Has git look for changes of these paths again. */
export async function showPaths(git: GitProgram, paths: readonly string[]): Promise<void> {
  const input = nulList(paths);
  await git.must(['update-index', '--no-skip-worktree', '-z', '--stdin'], { input });
  await git.must(['update-index', '--no-assume-unchanged', '-z', '--stdin'], { input });
}

function readIndex(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
