/** Where HEAD and references stand; HEAD put back where it belongs, with the index and the files as they are. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { literal, nulList } from './entries.ts';
import type { Head } from './git.ts';
import { temporaryName } from './keep.ts';
import type { GitProgram } from './process.ts';

const BRANCH = /^ref: refs\/heads\/(.+)\n?$/;
/** What HEAD holds as a file where the references are kept elsewhere (reftable). */
const NO_BRANCH = '.invalid';

/** What a half-done operation may be told to forget, leaving everything as it is. */
const FORGETTABLE = ['rebase', 'cherry-pick', 'revert', 'merge', 'am'] as const;

/** Puts HEAD on a branch (detached: on a commit) at `to`. The branch moves only from `from`; false where it is elsewhere. */
export async function putHead(git: GitProgram, to: Head & { readonly commit: string }, from: string): Promise<boolean> {
  // Without an operation to forget git ends with an error, and nothing has happened.
  for (const name of FORGETTABLE) await git.run([name, '--quit']);
  const why = ['-m', 'plans: put back'];
  if (to.branch === null) {
    await git.must(['update-ref', ...why, '--no-deref', 'HEAD', to.commit]);
    return true;
  }
  const branch = `refs/heads/${to.branch}`;
  if (from !== to.commit && (await git.run(['update-ref', ...why, branch, to.commit, from])).code !== 0) return false;
  await git.must(['symbolic-ref', ...why, 'HEAD', branch]);
  return true;
}

/**
 * Moves the HEAD of a work tree in which nobody else works from one commit to another; index and files stay. A file that holds an id needs
 * no git to hold another; where references are kept otherwise git does it.
 */
export async function detachAt(git: GitProgram, gitDir: string, commit: string): Promise<void> {
  const head = join(gitDir, 'HEAD');
  if (idIn(readFileSync(head, 'utf8'), commit.length) === null) return void (await git.must(['update-ref', '--no-deref', 'HEAD', commit]));
  const fresh = temporaryName(gitDir, 'head');
  writeFileSync(fresh, `${commit}\n`);
  renameSync(fresh, head);
}

/** Index entries of `paths` back to what HEAD has. */
export async function unstage(git: GitProgram, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await git.must(['reset', '--quiet', '--pathspec-from-file=-', '--pathspec-file-nul'], { input: nulList(paths.map(literal)) });
}

/** What a reference's own file says: no process is needed for it. Null where it is packed, or kept otherwise, and git has to be asked. */
export function looseRef(commonDir: string, ref: string, idLength: number): string | null {
  try {
    return idIn(readFileSync(join(commonDir, ref), 'utf8'), idLength);
  } catch {
    return null;
  }
}

/** The id that is all a reference's file, or a detached HEAD, holds. */
export function idIn(text: string, idLength: number): string | null {
  const id = text.trimEnd();
  return id.length === idLength && /^[0-9a-f]+$/.test(id) ? id : null;
}

/** Whether files alone say that there are no references below `prefix`, so that no process is needed. False where git has to be asked. */
export function hasNoRefs(commonDir: string, prefix: string): boolean {
  if (existsSync(join(commonDir, prefix)) || existsSync(join(commonDir, 'reftable'))) return false;
  try {
    return !readFileSync(join(commonDir, 'packed-refs'), 'utf8').includes(` ${prefix}`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** The short name of the branch that HEAD's file names; null where it is detached. */
export async function branchIn(git: GitProgram, head: string): Promise<string | null> {
  const name = BRANCH.exec(head)?.[1] ?? null;
  if (name !== NO_BRANCH) return name;
  const result = await git.run(['symbolic-ref', '--quiet', '--short', 'HEAD']);
  return result.code === 0 ? result.stdout.toString('utf8').trim() : null;
}

/** The newest commit that both have; null where they share none, or one of them is not there. */
export async function mergeBase(git: GitProgram, ids: readonly (string | null)[]): Promise<string | null> {
  if (ids.includes(null)) return null;
  const result = await git.run(['merge-base', ...ids.map(String)]);
  return result.code === 0 ? result.stdout.toString('utf8').trim() : null;
}
