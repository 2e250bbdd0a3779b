/** Git's own protocol for changing a file: create `NAME.lock`, write it, rename it. Whoever comes second is refused. */
import { dirname } from 'node:path';
import type { Place } from './place.ts';

/** Somebody else is writing. */
export class Locked extends Error {
  override readonly name = 'Locked';
}

/** Holds a file's lock during `action`, which may hand back new content; it replaces the file whole. */
export async function locked<T>(
  place: Place,
  file: string,
  action: (replace: (content: Uint8Array | string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const lock = `${file}.lock`;
  const fs = place.fs.promises;
  await fs.mkdir(dirname(file), { recursive: true });
  await fs.writeFile(lock, '', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new Locked(`${lock} exists: another git is writing, or one has crashed.`) : error;
  });
  let replaced = false;
  try {
    return await action(async (content) => {
      await fs.writeFile(lock, content);
      await fs.rename(lock, file);
      replaced = true;
    });
  } finally {
    if (!replaced) await fs.unlink(lock).catch(() => {});
  }
}
