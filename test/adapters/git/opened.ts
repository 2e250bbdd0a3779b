/** Opened repositories of a test, closed and removed after it. */
import { afterEach } from 'vitest';
import type { CommitOutcome, Git } from '../../../src/adapters/git/git.ts';
import { openSystemGit } from '../../../src/adapters/git/system.ts';
import { createRepository, type Repository } from '../../support/repository.ts';

export const opened: { close(): Promise<void> }[] = [];
export const disposables: { dispose(): Promise<void> }[] = [];

afterEach(async () => {
  for (const git of opened.splice(0)) await git.close();
  for (const one of disposables.splice(0)) await one.dispose();
});

export async function repositoryWith(files: Record<string, string> | null, ...init: string[]): Promise<Repository> {
  const repository = await createRepository(files, ...init);
  disposables.push(repository);
  return repository;
}

export async function open(folder: string): Promise<Git> {
  const git = await openSystemGit(folder);
  opened.push(git);
  return git;
}

export const commit = async (git: Git, paths: string[], message = 'task'): Promise<CommitOutcome> =>
  git.commit({ message, paths, expect: await git.head() });
