/** Children that are talked to over pipes. */
import type { ChildProcess } from 'node:child_process';

/**
 * The child that `spawn` has given. Throws where the system had no file left for its pipes: Node gives a child without them then, and says
 * why only later, to nobody.
 */
export function withPipes<T extends ChildProcess>(child: T): T {
  if ((child.stdout as T['stdout'] | undefined) !== undefined) return child;
  child.on('error', () => {});
  throw Object.assign(new Error(`spawn ${child.spawnfile} EMFILE`), { code: 'EMFILE' });
}
