/** Work trees beside the checkout, and one commit's change put on top of another's. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Replayed } from './git.ts';
import { HALF_MADE } from './left-locks.ts';
import { KEEPER, removeFile } from './keep.ts';
import type { GitProgram } from './process.ts';

/** One process writes the files: the default of one worker for each processor made `worktree add` three to six times slower at 20,000 files. */
const WRITERS = ['-c', 'checkout.workers=0', '-c', 'checkout.thresholdForParallelism=100'] as const;

/** Makes a linked work tree at `folder`, which must not exist, detached at `commit`. */
export async function addWorktree(git: GitProgram, folder: string, commit: string): Promise<void> {
  await git.must([...WRITERS, 'worktree', 'add', '--quiet', '--detach', folder, commit]);
}

/** Finishes a work tree whose making was cut off: where it `stands`, or at `commit` where that is nowhere yet. */
export async function finishWorktree(
  git: GitProgram,
  gitDir: string,
  { stands, commit }: { readonly stands: string | null; readonly commit: string },
): Promise<void> {
  if (stands === null) await git.must(['update-ref', '--no-deref', 'HEAD', commit]);
  await git.must([...WRITERS, 'reset', '--quiet', '--hard', stands ?? commit]);
  await rm(join(gitDir, HALF_MADE), { force: true });
}

/** Moves a work tree whose tracked files are clean to a commit, detached. */
export async function moveTo(git: GitProgram, commit: string): Promise<void> {
  await git.must([...WRITERS, 'checkout', '--quiet', '--detach', commit, '--']);
}

/** Moves a detached work tree to a commit, whatever is changed in it; `lacking` are changed files that the commit has not. */
export async function resetTo(git: GitProgram, commit: string, lacking: readonly string[]): Promise<void> {
  await git.must([...WRITERS, 'reset', '--quiet', '--hard', commit]);
  for (const path of lacking) await removeFile(git.folder, path);
}

/** Merges `commit` into `onto`, both children of a common ancestor, without touching a work tree. Needs git 2.38. */
export async function replay(git: GitProgram, commit: string, onto: string, message: string): Promise<Replayed> {
  const merged = await mergeTrees(git, onto, commit);
  if (merged.type === 'conflict') return merged;
  const made = await git.must(['commit-tree', '--no-gpg-sign', '-p', onto, '-F', '-', merged.tree], { env: KEEPER, input: message });
  return { type: 'clean', commit: made.toString().trim() };
}

/** The tree in which two commits come together. */
export async function mergeTrees(
  git: GitProgram,
  onto: string,
  commit: string,
): Promise<{ readonly type: 'tree'; readonly tree: string } | Extract<Replayed, { type: 'conflict' }>> {
  const merged = await git.run(['merge-tree', '--write-tree', '--name-only', '--messages', '-z', onto, commit]);
  const output = merged.stdout.toString('utf8');
  if (merged.code === 1) return conflictOf(output);
  if (merged.code !== 0) throw new Error(`git merge-tree failed: ${merged.stderr.trim()}`);
  return { type: 'tree', tree: output.slice(0, output.indexOf('\0')) };
}

/** `<tree> NUL (<path> NUL)* NUL (<count> NUL <path>… NUL <kind> NUL <message> NUL)*`, as git-merge-tree(1) has it. */
function conflictOf(output: string): Extract<Replayed, { type: 'conflict' }> {
  const end = output.indexOf('\0\0');
  const paths = (end < 0 ? output : output.slice(0, end)).split('\0').slice(1).filter(Boolean);
  const said = end < 0 ? '' : output.slice(end + 2);
  const detail = said
    .split('\0')
    .filter((part) => /^(?:CONFLICT|Auto-merging)/.test(part) && part.includes(' '))
    .map((part) => part.trim())
    .filter((part) => part.startsWith('CONFLICT ('))
    .join('\n');
  return { type: 'conflict', paths: [...new Set(paths)], detail };
}
