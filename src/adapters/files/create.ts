/** Makes a file that is not there yet. */
import nodeFs, { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { publishExclusive, unlinkIfThere, workNames } from './away.ts';
import { writeFresh } from './publish.ts';
import { failureOf, type FileFailure } from './system.ts';

export type Created =
  | { readonly type: 'created' }
  /** The name is taken, and what has it was not touched. */
  | { readonly type: 'exists' }
  | FileFailure;

/** Makes the file, and the folders on the way. Under its name it is whole from the first moment, or not there at all. */
export function createText(path: string, text: string): Created {
  const { fresh } = workNames(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const failed = writeFresh(nodeFs, fresh, path, Buffer.from(text, 'utf8'), null);
    if (failed !== null) return failed;
    return publishExclusive(nodeFs, fresh, path) ? { type: 'created' } : { type: 'exists' };
  } catch (error) {
    return failureOf(error, path);
  } finally {
    unlinkIfThere(nodeFs, fresh);
  }
}
