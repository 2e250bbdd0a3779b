/** Files of one work tree put into another of the same repository, as they are: what git would write there, without asking it. */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeFile } from '../adapters/git/keep.ts';

/** Makes `paths` in `to` what they are in `from`: files, links, or not there. False, with nothing done, where one is anything else. */
export async function carry(from: string, to: string, paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map(async (path) => ({ path, stat: await lstat(join(from, path)).catch(() => null) })));
  // A link or file that became a folder is gone itself; a folder that git knows as one thing is another repository.
  if (found.some(({ stat }) => stat !== null && !stat.isFile() && !stat.isSymbolicLink())) return false;
  // What goes first: it may stand where a folder has to be.
  for (const { path, stat } of found) if (stat === null) await removeFile(to, path);
  for (const { path, stat } of found) {
    if (stat === null) continue;
    const target = join(to, path);
    // Never through what stands there: it may be a link.
    await rm(target, { force: true });
    await mkdir(dirname(target), { recursive: true });
    if (stat.isSymbolicLink()) await symlink(await readlink(join(from, path)), target);
    else await copyFile(join(from, path), target, constants.COPYFILE_FICLONE);
  }
  return true;
}
