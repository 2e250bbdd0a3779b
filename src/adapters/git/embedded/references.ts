/** References without git: loose files under their locks, packed ones read. */
import { join } from 'node:path';
import type { Head } from '../git.ts';
import { locked } from './lock.ts';
import { ifMissing, readObject, resolveCommit } from './objects.ts';
import { readText, type Place } from './place.ts';

const BRANCH = /^ref: refs\/heads\/(.+?)\n?$/;
const VALID = /^refs\/(?!.*(?:\.\.|\/\/|\.lock(?:\/|$)|@\{|\/\.))[^\0-\x20\x7f~^:?*[\\]+[^\0-\x20\x7f~^:?*[\\/.]$/;

export async function readHead(place: Place): Promise<Head> {
  const text = await readText(place.fs, join(place.gitDir, 'HEAD'));
  return { branch: BRANCH.exec(text)?.[1] ?? null, commit: await resolveCommit(place, 'HEAD') };
}

/** What a reference holds; null where it does not exist. */
export function readReference(place: Place, ref: string): Promise<string | null> {
  return place.library.resolveRef({ ...place.common, ref }).catch(ifMissing);
}

export async function listReferences(place: Place, prefix: string): Promise<Map<string, string>> {
  const folder = prefix.replace(/\/+$/, '');
  const names = await place.library.listRefs({ ...place.common, filepath: folder }).catch(ifMissing);
  const found = new Map<string, string>();
  for (const name of names ?? []) {
    // What an annotated tag points to stands in packed-refs as a line of its own.
    if (name.endsWith('^{}')) continue;
    const id = await readReference(place, `${folder}/${name}`);
    if (id !== null) found.set(`${folder}/${name}`, id);
  }
  return found;
}

/** Compare-and-swap under the reference's lock. */
export async function swapReference(place: Place, ref: string, to: string | null, from: string | null): Promise<boolean> {
  if (ref !== 'HEAD' && !VALID.test(ref)) throw new Error(`${ref} is not a valid name for a reference.`);
  if (to !== null && (await readObject(place, to)) === null) throw new Error(`There is no object ${to} in this repository.`);
  return locked(place, join(place.gitDir, ref), async (replace) => {
    if ((await readReference(place, ref)) !== from) return false;
    if (to !== null) await replace(`${to}\n`);
    // Deleting rewrites the packed references, which have a lock of their own.
    else if (from !== null) await locked(place, join(place.gitDir, 'packed-refs'), () => place.library.deleteRef({ ...place.common, ref }));
    return true;
  });
}
