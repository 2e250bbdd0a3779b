/** Replaces a file's text only if it still is the text the new one was made from. */
import { constants } from 'node:fs';
import { publishExclusive, putBack, unlinkIfThere, workNames } from './away.ts';
import type { RawText } from './read.ts';
import { closeRead, codeOf, failure, failureOf, readBytes, type FileFailure, type FileSystem } from './system.ts';

export type Published =
  /** `replaced` is the old file, nameless and still open: a writer that had opened it before may yet write into it. */
  | { readonly type: 'published'; readonly replaced: number }
  /** Somebody wrote meanwhile: theirs is in place. */
  | { readonly type: 'moved' }
  | FileFailure;

/**
 * Write beside it, rename the old file away, compare it with the base, publish by a hard link, which fails when somebody
 * has written meanwhile. Whatever goes wrong, the file under `path` is as its last writer left it.
 */
export function publish(fs: FileSystem, path: string, base: RawText, text: string): Published {
  const { fresh, away } = workNames(path);
  try {
    fs.accessSync(path, constants.W_OK);
    return writeFresh(fs, fresh, path, Buffer.from(text, 'utf8'), base.mode) ?? swap(fs, { path, fresh, away }, base);
  } catch (error) {
    // Missing is not a failure yet: it may be between an editor's unlink and create. The next read decides.
    return codeOf(error) === 'ENOENT' ? { type: 'moved' } : failureOf(error, path);
  } finally {
    unlinkIfThere(fs, fresh);
  }
}

/** Writes a file whole and to the disk; null, or why not. `mode` null: as the umask has it. */
export function writeFresh(fs: FileSystem, fresh: string, path: string, bytes: Buffer, mode: number | null): FileFailure | null {
  const file = fs.openSync(fresh, 'wx', mode ?? undefined);
  try {
    for (let at = 0; at < bytes.length;) {
      const count = fs.writeSync(file, bytes, at, bytes.length - at, at);
      if (count === 0) break;
      at += count;
    }
    // The mode of `open` is subject to the umask.
    if (mode !== null) fs.fchmodSync(file, mode);
    fs.fsyncSync(file);
    // A nearly full disk can write short without an error.
    const { size } = fs.fstatSync(file, { bigint: true });
    return size === BigInt(bytes.length) ? null : failure('disk-full', `The disk is full: ${path} was not changed.`);
  } finally {
    fs.closeSync(file);
  }
}

function swap(fs: FileSystem, names: { path: string; fresh: string; away: string }, base: RawText): Published {
  const { path, fresh, away } = names;
  let replaced = -1;
  try {
    fs.renameSync(path, away);
    replaced = fs.openSync(away, 'r');
    const { size } = fs.fstatSync(replaced, { bigint: true });
    const same = size === BigInt(base.bytes.length) && readBytes(fs, replaced, base.bytes.length).equals(base.bytes);
    if (same && publishExclusive(fs, fresh, path)) {
      unlinkIfThere(fs, away);
      return { type: 'published', replaced };
    }
    closeRead(fs, replaced);
    replaced = -1;
    // Where the name is taken, somebody saved after reading this very text: theirs includes it.
    putBack(fs, away, path);
    return { type: 'moved' };
  } catch (error) {
    if (replaced >= 0) closeRead(fs, replaced);
    putBack(fs, away, path);
    throw error;
  }
}
