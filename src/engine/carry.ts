/** Files of one work tree put into another of the same repository, as they are: what git would write there, without asking it. And out again. */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from '../adapters/git/git.ts';
import { removeFile } from '../adapters/git/keep.ts';
import { preservedRef } from './kept.ts';
import { workDigest } from './snapshot.ts';
import { listed } from './work.ts';

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

interface Carried {
  /** The work tree it came from. */
  readonly from: string;
  readonly paths: readonly string[];
  readonly planId: string;
  readonly task: string;
}

/**
 * Puts paths that were brought into a checkout back to a commit. What stands there and did not come with them is a person's by now: it is kept
 * first. Null, or a sentence about that.
 */
export async function takeBack(git: Git, commit: string, { from, paths, planId, task }: Carried): Promise<string | null> {
  const theirs = paths.filter((path) => workDigest(git.root, [path]) !== workDigest(from, [path]));
  const kept = theirs.length === 0 ? null : await keepTheirs(git, commit, theirs, { planId, task });
  await git.restore(commit, paths);
  return kept;
}

async function keepTheirs(
  git: Git,
  parent: string,
  paths: readonly string[],
  { planId, task }: Pick<Carried, 'planId' | 'task'>,
): Promise<string | null> {
  const kept = await git.keep({ paths, parent, message: `${planId}/${task}: written where its work was taken out again` });
  const found = (await git.diff(parent, kept)).map(({ path }) => path);
  if (found.length === 0) return null;
  const ref = preservedRef(planId, task, kept);
  if ((await git.resolve(ref)) === null) await git.updateRef(ref, kept, null);
  return `${listed(found)}, where something else was written meanwhile: that is kept under ${ref}`;
}
