/** The one way in: git itself where it is installed. */
import type { Git } from './git.ts';
import { openSystemGit } from './system.ts';

/** Opens the repository that holds `folder`, from its root or any folder below. */
export function openGit(folder: string): Promise<Git> {
  return openSystemGit(folder);
}
