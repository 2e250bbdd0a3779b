/** Taking a commit's change back beside the branch, and moving the branch onto what was made there. */
import { rm } from 'node:fs/promises';
import { nulList } from './entries.ts';
import type { Replayed, RevertRequest } from './git.ts';
import { KEEPER, temporaryName } from './keep.ts';
import type { GitProgram } from './process.ts';
import type { TreeDifference } from './tree.ts';
import { mergeTrees } from './worktrees.ts';

/** What a revert needs of the opened repository. */
interface RevertPlace {
  readonly git: GitProgram;
  readonly gitDir: string;
  readonly zero: string;
}

/**
 * Makes a commit on top of `onto` without the change of `commit` (`changes`, as trees have them), by the person and signed where they
 * sign. As with `git revert`, no hook judges it. Index, work tree and HEAD are not touched. Needs git 2.38.
 */
export async function revert(place: RevertPlace, request: RevertRequest, changes: readonly TreeDifference[]): Promise<Replayed> {
  const { git } = place;
  const { commit, onto, files, message } = request;
  const merged = changes.filter(({ path }) => !files.has(path));
  // A child of the commit that undoes it: merged with `onto`, their common ancestor is the commit itself.
  const undone = await treeWith(place, commit, new Map(merged.map(({ path, before }) => [path, before])));
  const child = await git.must(['commit-tree', '--no-gpg-sign', '-p', commit, '-m', 'undone', undone], { env: KEEPER });
  const answer = await mergeTrees(git, onto, child.toString().trim());
  if (answer.type === 'conflict') return answer;
  const entries = new Map<string, { mode: string; id: string }>();
  for (const [path, text] of files) {
    const id = (await git.must(['hash-object', '-w', '--no-filters', '--stdin'], { input: text })).toString().trim();
    const mode = (await git.must(['ls-tree', '--format=%(objectmode)', onto, '--', `:(top,literal)${path}`])).toString().trim();
    entries.set(path, { mode: mode || '100644', id });
  }
  const tree = await treeWith(place, answer.tree, entries);
  const signs = (await git.run(['config', '--type=bool', '--get', 'commit.gpgSign'])).stdout.toString().trim() === 'true';
  const made = await git.must(['commit-tree', ...(signs ? ['-S'] : []), '-p', onto, '-F', '-', tree], { input: message });
  return { type: 'clean', commit: made.toString().trim() };
}

/** A tree with some entries set, or taken out (null), through an index of its own. */
async function treeWith(
  { git, gitDir, zero }: RevertPlace,
  base: string,
  entries: ReadonlyMap<string, { readonly mode: string; readonly id: string } | null>,
): Promise<string> {
  const index = temporaryName(gitDir, 'revert');
  const env = { GIT_INDEX_FILE: index };
  const lines = [...entries].map(([path, entry]) => `${entry === null ? `0 ${zero}` : `${entry.mode} ${entry.id} 0`}\t${path}`);
  try {
    await git.must(['-c', 'core.splitIndex=false', '-c', 'core.fsmonitor=false', 'read-tree', base], { env });
    // What goes out first: it may stand where a folder has to be.
    await git.must(['update-index', '-z', '--index-info'], { env, input: nulList(lines.toSorted()) });
    return (await git.must(['write-tree'], { env })).toString().trim();
  } finally {
    await Promise.all([rm(index, { force: true }), rm(`${index}.lock`, { force: true })]);
  }
}

/**
 * Moves the branch forward to a descendant, files included, as a pull would; what a person has staged or changed elsewhere stays. Null, or
 * git's own words on what stands in the way: then nothing has changed.
 */
export async function forward(git: GitProgram, commit: string): Promise<string | null> {
  const result = await git.run(['-c', 'merge.autoStash=false', 'merge', '--quiet', '--ff-only', '--no-overwrite-ignore', commit]);
  return result.code === 0 ? null : result.stderr.trim() || `git merge ended with ${result.code}`;
}

/** Moves the branch to any commit, files included; files with a person's changes stop it. Null, or git's own words. */
export async function putBack(git: GitProgram, commit: string): Promise<string | null> {
  const result = await git.run(['reset', '--quiet', '--keep', commit]);
  return result.code === 0 ? null : result.stderr.trim() || `git reset ended with ${result.code}`;
}
