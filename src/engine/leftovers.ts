/**
 * What the last attempt at a task has left in the checkout: seen, put away, and brought back. All of it is in the commit that keeps the attempt, so
 * that putting it away is a ref to that commit and a look back at HEAD. Only what stands as the attempt left it goes: what a person has changed
 * since is theirs, and stays.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, Commit, Git } from '../adapters/git/git.ts';
import { Problem } from '../core/problem.ts';
import { lastAttempt, stashRef } from './kept.ts';
import { listed } from './work.ts';

export interface Leftovers {
  /** The commit that keeps the attempt. */
  readonly commit: string;
  /** What of it stands in the checkout as it left it: paths. */
  readonly files: readonly string[];
  /** What of it is dirty too, and was changed or staged by a person since. */
  readonly changed: readonly string[];
  /** Of those, the ones with something else staged. */
  readonly staged: readonly string[];
}

/** Leftovers of a task that have gone out of the checkout. */
export interface PutAway {
  readonly task: string;
  /** Under which they are, with all else that the attempt did; null where none went. */
  readonly ref: string | null;
  readonly files: readonly string[];
  /** Those that stay: changed by a person since, or wanted where they are. */
  readonly stays: readonly string[];
}

/** What the last attempt at a task has left, as far as any of it is in the checkout still; null where nothing is. */
export async function leftoversOf(git: Git, planId: string, task: string): Promise<Leftovers | null> {
  const commit = await lastAttempt(git, planId, task);
  const left = commit === null ? null : await compare(git, commit);
  return left === null || left.files.length + left.changed.length === 0 ? null : left;
}

/** Puts paths of a kept attempt back to HEAD. The ref stands before a file goes. */
export async function putAway(
  git: Git,
  planId: string,
  task: string,
  { commit, files }: Pick<Leftovers, 'commit' | 'files'>,
): Promise<string> {
  const ref = stashRef(planId, task);
  await point(git, ref, commit);
  await git.restore(await headOf(git), files);
  return ref;
}

/** The commit that a task's leftovers were put away as; null where they were not, or where the task was tried once more since. */
export async function stashed(git: Git, planId: string, task: string): Promise<string | null> {
  const commit = await git.resolve(stashRef(planId, task));
  return commit !== null && commit === (await lastAttempt(git, planId, task)) ? commit : null;
}

/** Leftovers of a task that are in the checkout again. */
export interface BroughtBack {
  readonly task: string;
  readonly files: readonly string[];
  /** Those that were not touched, as a person has something uncommitted there. */
  readonly stays: readonly string[];
}

/**
 * Brings what was put away into the checkout again, on top of what has landed since; null where nothing was put away. A {@link Problem} where the
 * two do not go together; then nothing has changed.
 */
export async function bringBackStash(git: Git, planId: string, task: string): Promise<BroughtBack | null> {
  const commit = await stashed(git, planId, task);
  if (commit === null) return null;
  const ref = stashRef(planId, task);
  const { paths, files, changed } = await compare(git, commit);
  const clean = paths.filter((path) => !files.includes(path) && !changed.includes(path));
  const stays = [...changed, ...(await unseen(git, clean))];
  const back = clean.filter((path) => !stays.includes(path));
  const replayed = await git.replay(commit, await headOf(git), `${planId}/${task}: brought back`);
  if (replayed.type === 'conflict')
    throw new Problem(
      `What the last attempt at "${task}" left does not go together with what has landed since in ${listed(replayed.paths)}. It stays under ${ref} (git show ${ref}).`,
    );
  await git.restore(replayed.commit, back);
  // As the attempt left it: nothing is staged.
  await git.unstage(back);
  await point(git, ref, null);
  return { task, files: [...files, ...back].toSorted(), stays };
}

/** Moves a ref, whatever it stood at. */
export async function point(git: Git, ref: string, to: string | null): Promise<void> {
  const from = await git.resolve(ref);
  if (from === to) return;
  if (!(await git.updateRef(ref, to, from))) throw new Problem(`${ref} was moved by somebody else meanwhile. Try again.`);
}

async function headOf(git: Git): Promise<string> {
  const { commit } = await git.head();
  if (commit === null) throw new Problem('The branch has no commit yet.');
  return commit;
}

interface Compared extends Leftovers {
  /** All that the attempt changed. */
  readonly paths: readonly string[];
}

/** Compares the checkout with a kept attempt, through git's own eyes: line endings and filters are no difference. */
async function compare(git: Git, commit: string): Promise<Compared> {
  const [attempt] = await git.log({ to: commit, limit: 1 });
  const paths = attempt?.changes.map(({ path }) => path) ?? [];
  if (attempt === undefined || paths.length === 0) return { commit, paths, files: [], changed: [], staged: [] };
  const own = new Set(paths);
  const dirty = (await git.status(paths)).changes.filter(({ path }) => own.has(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  if (dirty.length === 0) return { commit, paths, files: [], changed: [], staged: [] };
  const found = await git.keep({ paths: dirty.map(({ path }) => path), parent: commit, message: 'what stands in the checkout' });
  const [standing] = await git.log({ to: found, limit: 1 });
  const staged = await stagedOtherwise(git, attempt, dirty);
  const theirs = new Set([...(standing?.changes.map(({ path }) => path) ?? []), ...staged]);
  const [changed, files] = [dirty.filter(({ path }) => theirs.has(path)), dirty.filter(({ path }) => !theirs.has(path))];
  return { commit, paths, files: files.map(({ path }) => path), changed: changed.map(({ path }) => path), staged };
}

/** Paths at which something else is staged than what the attempt left. */
async function stagedOtherwise(git: Git, { changes }: Commit, dirty: readonly Change[]): Promise<readonly string[]> {
  const wanted = new Map(changes.map(({ path, after }) => [path, after]));
  const folders = new Map<string, ReadonlyMap<string, string>>();
  const other: string[] = [];
  for (const { path, staged } of dirty) {
    if (!staged) continue;
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const index = folders.get(folder) ?? (await git.filesIn(null, folder));
    folders.set(folder, index);
    if ((index.get(path) ?? null) !== wanted.get(path)) other.push(path);
  }
  return other;
}

/** Files at which git sees no change, and that HEAD does not have: it ignores them by now. */
async function unseen(git: Git, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const isThere = lstatSync(join(git.root, path), { throwIfNoEntry: false })?.isDirectory() === false;
    if (isThere && (await git.readFile('HEAD', path)) === null) found.push(path);
  }
  return found;
}
