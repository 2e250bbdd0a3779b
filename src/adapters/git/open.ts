/** The one way in: git itself where it is installed, else the built-in one where the repository is plain enough for it. */
import { homedir } from 'node:os';
import { GitUnavailable, type Git } from './git.ts';
import { openSystemGit } from './system.ts';

/**
 * Opens the repository that holds `folder`, from its root or any folder below. History too is read through git: its log measured
 * faster in-process than isomorphic-git's by far, and a blob from the live reader costs no spawn.
 */
export async function openGit(folder: string): Promise<Git> {
  try {
    return await openSystemGit(folder);
  } catch (error) {
    if (!(error instanceof GitUnavailable && error.reason === 'missing')) throw error;
    const { openEmbeddedGit } = await import('./embedded.ts');
    return openEmbeddedGit(folder, undefined, homedir());
  }
}
