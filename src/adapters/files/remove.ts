/** Takes a file away only if it still says what it was taken away for. */
import nodeFs from 'node:fs';
import { putBack, unlinkIfThere, workNames } from './away.ts';
import { codeOf, failureOf, type FileFailure } from './system.ts';

export type Removed =
  | { readonly type: 'removed' }
  /** Somebody wrote meanwhile: theirs is in place. */
  | { readonly type: 'moved' }
  | FileFailure;

/** Removes the file if its text is `text`, else leaves it as it is. It is renamed away first, so that nobody can write in between. */
export function removeText(path: string, text: string): Removed {
  const { away } = workNames(path);
  try {
    nodeFs.renameSync(path, away);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { type: 'removed' } : failureOf(error, path);
  }
  try {
    if (nodeFs.readFileSync(away).equals(Buffer.from(text, 'utf8'))) {
      unlinkIfThere(nodeFs, away);
      return { type: 'removed' };
    }
    putBack(nodeFs, away, path);
    return { type: 'moved' };
  } catch (error) {
    putBack(nodeFs, away, path);
    return failureOf(error, path);
  }
}
