/** Work that must not get lost, beside the branch: kept as a commit, or put back from one. */
import { existsSync } from 'node:fs';
import { lstat, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { indexEntries, literal, nulList } from './entries.ts';
import type { GitProgram } from './process.ts';
import { lookUp, type ReadTree } from './tree.ts';

/** Kept commits are the tool's own: they need no identity of a person, and none may be missing. */
export const KEEPER = {
  GIT_AUTHOR_NAME: 'Plans',
  GIT_AUTHOR_EMAIL: 'plans@localhost',
  GIT_COMMITTER_NAME: 'Plans',
  GIT_COMMITTER_EMAIL: 'plans@localhost',
};
/** A temporary index must not be split: its shared half would stay behind. */
const OWN_INDEX = ['-c', 'core.splitIndex=false', '-c', 'core.fsmonitor=false'] as const;
/** The mode of a tree's entry that is another repository's commit. */
const SUBMODULE = '160000';

let counter = 0;

/** A file name that no other call uses, inside git's own folder. */
export const temporaryName = (folder: string, purpose: string): string => join(folder, `plans-${purpose}-${process.pid}-${++counter}`);

export interface KeepRequest {
  readonly paths: readonly string[];
  readonly parent: string;
  readonly message: string;
}

/** Writes the commit through an index of its own, so that the person's index, work tree and HEAD are not even looked at. */
export async function keepCommit(git: GitProgram, gitDir: string, request: KeepRequest): Promise<string> {
  if (request.paths.length === 0) return keepTree(git, request, `${request.parent}^{tree}`);
  const index = temporaryName(gitDir, 'keep');
  const env = { GIT_INDEX_FILE: index };
  try {
    await git.must([...OWN_INDEX, 'read-tree', request.parent], { env });
    const { files, folders, gone } = await sortPaths(git.folder, request.paths);
    const known = folders.length === 0 ? null : await indexEntries(git, folders, env);
    const isSubmodule = (path: string) => known?.get(path)?.mode === SUBMODULE && existsSync(join(git.folder, path, '.git'));
    await removeEntries(git, [...gone, ...folders.filter((path) => !isSubmodule(path))], env);
    const input = nulList([...files, ...folders.filter(isSubmodule)]);
    await git.must([...OWN_INDEX, 'update-index', '--add', '--remove', '--replace', '-z', '--stdin'], { env, input });
    const tree = (await git.must([...OWN_INDEX, 'write-tree'], { env })).toString().trim();
    return await keepTree(git, request, tree);
  } finally {
    await Promise.all([rm(index, { force: true }), rm(`${index}.lock`, { force: true })]);
  }
}

async function keepTree(git: GitProgram, { parent, message }: KeepRequest, tree: string): Promise<string> {
  const args = ['commit-tree', '--no-gpg-sign', '-p', parent, '-F', '-', tree];
  return (await git.must(args, { env: KEEPER, input: message })).toString().trim();
}

/** Files and links, what is a folder now, and what is absent. */
async function sortPaths(root: string, paths: readonly string[]): Promise<{ files: string[]; folders: string[]; gone: string[] }> {
  const sorted = { files: [] as string[], folders: [] as string[], gone: [] as string[] };
  for (const path of paths) {
    const stat = await lstat(join(root, path)).catch(() => null);
    sorted[stat === null ? 'gone' : stat.isDirectory() ? 'folders' : 'files'].push(path);
  }
  return sorted;
}

async function removeEntries(git: GitProgram, paths: readonly string[], env: Record<string, string> = {}): Promise<void> {
  if (paths.length === 0) return;
  await git.must(['update-index', '--force-remove', '-z', '--stdin'], { env, input: nulList(paths) });
}

/** Puts paths back to a commit's state. Files that it lacks go first: one of them may stand where a folder has to be. */
export async function restorePaths(
  git: GitProgram,
  readTree: ReadTree,
  commit: string,
  tree: string,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  const known = await lookUp(readTree, tree, paths);
  const lacking = paths.filter((path) => !known.has(path));
  await removeEntries(git, lacking);
  for (const path of lacking) await removeFile(git.folder, path);
  if (known.size === 0) return;
  const args = ['restore', `--source=${commit}`, '--staged', '--worktree', '--pathspec-from-file=-', '--pathspec-file-nul'];
  await git.must(args, { input: nulList([...known.keys()].map(literal)) });
}

/** Removes a file and the folders that it leaves empty, as git does; a folder at its place is left alone. */
export async function removeFile(root: string, path: string): Promise<void> {
  const stat = await lstat(join(root, path)).catch(() => null);
  if (stat === null || stat.isDirectory()) return;
  await rm(join(root, path), { force: true });
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const removed = await rmdir(join(root, folder)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
