/** Replaces a file's text only if it still is the text the new one was made from. */
import { constants } from 'node:fs';
import { publishExclusive, putBack, unlinkIfThere, workNames } from './away.ts';
import { readOnce, type RawText } from './read.ts';
import { codeOf, failure, failureOf, type FileFailure, type FileSystem, type OpenFile } from './system.ts';

export type Published =
  /** `replaced` is the old file, nameless and still open: a writer that had opened it before may yet write into it. */
  | { readonly type: 'published'; readonly replaced: OpenFile | null }
  /** Somebody wrote meanwhile: theirs is in place. */
  | { readonly type: 'moved' }
  | FileFailure;

/**
 * Write beside it, rename the old file away, compare it with the base, publish by a hard link, which fails when somebody
 * has written meanwhile. Whatever goes wrong, the file under `path` is as its last writer left it.
 */
export async function publish(fs: FileSystem, path: string, base: RawText, text: string): Promise<Published> {
  const { fresh, away } = workNames(path);
  try {
    await fs.access(path, constants.W_OK);
    const written = await writeFresh(fs, fresh, path, Buffer.from(text, 'utf8'), base.mode);
    if (written !== null) return written;
    return await swap(fs, { path, fresh, away }, base);
  } catch (error) {
    // Missing is not a failure yet: it may be between an editor's unlink and create. The next read decides.
    return codeOf(error) === 'ENOENT' ? { type: 'moved' } : failureOf(error, path);
  } finally {
    await unlinkIfThere(fs, fresh);
  }
}

async function writeFresh(fs: FileSystem, fresh: string, path: string, bytes: Buffer, mode: number): Promise<FileFailure | null> {
  const file = await fs.open(fresh, 'wx', mode);
  try {
    await file.writeFile(bytes);
    // The mode of `open` is subject to the umask.
    await file.chmod(mode);
    await file.sync();
    // A nearly full disk can write short without an error.
    const { size } = await file.stat({ bigint: true });
    return size === BigInt(bytes.length) ? null : failure('disk-full', `The disk is full: ${path} was not changed.`);
  } finally {
    await file.close();
  }
}

async function swap(fs: FileSystem, names: { path: string; fresh: string; away: string }, base: RawText): Promise<Published> {
  const { path, fresh, away } = names;
  await fs.rename(path, away);
  let replaced: OpenFile | null = null;
  try {
    const current = await readOnce(fs, away);
    if (current.type !== 'raw' || !current.bytes.equals(base.bytes)) {
      await putBack(fs, away, path);
      return { type: 'moved' };
    }
    replaced = await fs.open(away, 'r');
    if (await publishExclusive(fs, fresh, path)) {
      await unlinkIfThere(fs, away);
      return { type: 'published', replaced };
    }
    await replaced.close();
    await unlinkIfThere(fs, away);
    return { type: 'moved' };
  } catch (error) {
    await replaced?.close();
    await putBack(fs, away, path);
    throw error;
  }
}
