/** Hooks that stand in the work tree (`core.hooksPath`, as husky sets it): git runs them at a commit, with a person's rights. */
import { join, relative, sep } from 'node:path';
import type { Git } from '../adapters/git/git.ts';
import type { Task } from '../core/plan.ts';

/** Their folder, relative to the root, with a final `/`; null where hooks stand elsewhere. */
export async function hooksInTree({ hooks, root }: Pick<Git, 'hooks' | 'root'>): Promise<string | null> {
  const folder = relative(root, await hooks.folder())
    .split(sep)
    .join('/');
  if (folder === '' || folder.startsWith('../') || folder.startsWith('.git/')) return null;
  // Husky's own folder holds only what calls the files beside it.
  return `${folder.replace(/\/_$/, '')}/`;
}

/** A task changes them where its `files` name them. */
export function mayChangeHooks({ files }: Pick<Task, 'files'>, folder: string): boolean {
  return files?.some((glob) => glob.startsWith(folder)) === true;
}

/** Absolute folders in the checkout whose files are not the task's to change, as git or what git runs would run them. */
export async function hookFolders(git: Pick<Git, 'hooks' | 'root'>, task: Pick<Task, 'files'>): Promise<readonly string[]> {
  const folder = await hooksInTree(git);
  if (folder === null || mayChangeHooks(task, folder)) return [];
  return [...new Set([join(git.root, folder, '.'), await git.hooks.folder()].map((path) => path.replace(/[\\/]+$/, '')))];
}
