/** Objects and revisions through the library: trees, blobs, commits, and new trees from old ones. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { GitUnsupported } from '../git.ts';
import { parseTree, type TreeEntry } from '../tree.ts';
import type { Place } from './place.ts';

const SHA1_BYTES = 20;
const FULL_ID = /^[0-9a-f]{40}$/;
const STEPS = /^(.*?)((?:[~^]\d*)*)$/s;

/** An object's type and bytes; null where there is none. */
export async function readObject(place: Place, id: string): Promise<{ readonly type: string; readonly bytes: Buffer } | null> {
  if (!FULL_ID.test(id)) return null;
  const found = await place.library.readObject({ ...place.common, oid: id, format: 'content' }).catch(ifMissing);
  return found ? { type: found.type ?? '', bytes: Buffer.from(found.object as Uint8Array) } : null;
}

/** One tree's entries. */
export async function readTree(place: Place, id: string): Promise<ReadonlyMap<string, TreeEntry>> {
  const object = await readObject(place, id);
  if (object?.type !== 'tree') throw new Error(`Object ${id} is not a tree.`);
  return parseTree(object.bytes, SHA1_BYTES);
}

/** Every file of a tree. */
export async function listFiles(
  place: Place,
  id: string | null,
  wanted: (path: string) => boolean,
  prefix = '',
  files = new Map<string, TreeEntry>(),
): Promise<Map<string, TreeEntry>> {
  if (id === null) return files;
  for (const [name, entry] of await readTree(place, id)) {
    const path = prefix + name;
    if (!wanted(path)) continue;
    if (entry.mode === '40000') await listFiles(place, entry.id, wanted, `${path}/`, files);
    else files.set(path, entry);
  }
  return files;
}

/** The commit that a revision names: ids, names of references, and steps back (`HEAD~2^`). Other notations are refused. */
export async function resolveCommit(place: Place, revision: string): Promise<string | null> {
  if (/[:{}]|\.\./.test(revision)) throw new GitUnsupported(`The built-in git does not know the notation ${revision}.`);
  const [, base = '', steps = ''] = STEPS.exec(revision) ?? [];
  let id = await resolveName(place, base === '@' ? 'HEAD' : base);
  for (const [, kind, digits = ''] of steps.matchAll(/([~^])(\d*)/g)) {
    const count = digits === '' ? 1 : Number(digits);
    if (kind === '^') id = id && count > 0 ? ((await parentsOf(place, id))[count - 1] ?? null) : id;
    else for (let left = count; left > 0 && id; left--) id = (await parentsOf(place, id))[0] ?? null;
  }
  return id;
}

async function resolveName(place: Place, name: string): Promise<string | null> {
  const known = FULL_ID.test(name) ? name : await place.library.resolveRef({ ...place.common, ref: name }).catch(ifMissing);
  const short = /^[0-9a-f]{4,39}$/.test(name) ? await place.library.expandOid({ ...place.common, oid: name }).catch(ifMissing) : null;
  for (let id = known ?? short; id;) {
    const object = await readObject(place, id);
    if (object?.type === 'commit') return id;
    if (object?.type !== 'tag') return null;
    id = object.bytes.toString('latin1', 7, 47);
  }
  return null;
}

async function parentsOf(place: Place, id: string): Promise<readonly string[]> {
  return (await place.library.readCommit({ ...place.common, oid: id })).commit.parent;
}

/** A commit's tree. */
export async function treeOf(place: Place, commit: string): Promise<string> {
  return (await place.library.readCommit({ ...place.common, oid: commit })).commit.tree;
}

/** The id that a blob of these bytes has. */
const blobId = (bytes: Uint8Array): string => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** A path of the work tree as an entry, with its content; null where there is no file. `known` tells the mode where the system has none. */
export async function readWorkFile(
  place: Place,
  path: string,
  fileModes: boolean,
  known: string | undefined,
): Promise<{ readonly entry: TreeEntry; readonly bytes: Uint8Array } | null> {
  const file = join(place.root, path);
  const stat = await place.fs.promises.lstat(file).catch(() => null);
  if (stat === null || stat.isDirectory()) return null;
  const link = stat.isSymbolicLink();
  const bytes = link ? Buffer.from(await place.fs.promises.readlink(file)) : Buffer.from(await place.fs.promises.readFile(file));
  const executable = fileModes ? (stat.mode & 0o100) !== 0 : known === '100755';
  const mode = link ? '120000' : executable ? '100755' : '100644';
  return { entry: { mode, id: blobId(bytes) }, bytes };
}

/** A tree with these paths changed (null: taken out); null where nothing is left in it. */
export async function writeChangedTree(
  place: Place,
  base: string | null,
  changes: ReadonlyMap<string, TreeEntry | null>,
): Promise<string | null> {
  const entries = new Map(base === null ? [] : await readTree(place, base));
  const folders = new Map<string, Map<string, TreeEntry | null>>();
  for (const [path, entry] of [...changes].sort(([, a], [, b]) => Number(a !== null) - Number(b !== null))) {
    const slash = path.indexOf('/');
    if (slash !== -1) {
      const name = path.slice(0, slash);
      folders.set(name, (folders.get(name) ?? new Map<string, TreeEntry | null>()).set(path.slice(slash + 1), entry));
    } else if (entry) entries.set(path, entry);
    else if (entries.get(path)?.mode !== '40000') entries.delete(path);
  }
  for (const [name, inside] of folders) {
    const old = entries.get(name);
    const id = await writeChangedTree(place, old?.mode === '40000' ? old.id : null, inside);
    if (id) entries.set(name, { mode: '40000', id });
    else if (old?.mode === '40000') entries.delete(name);
  }
  if (entries.size === 0) return null;
  const tree = [...entries].map(([path, { mode, id }]) => ({ path, mode: mode.padStart(6, '0'), oid: id, type: typeOf(mode) }));
  return place.library.writeTree({ ...place.common, tree });
}

const typeOf = (mode: string): 'tree' | 'commit' | 'blob' => (mode === '40000' ? 'tree' : mode === '160000' ? 'commit' : 'blob');

/** The library throws where there is nothing; other failures stay failures. */
export function ifMissing(error: unknown): null {
  const code = (error as { code?: string }).code;
  if (code === 'NotFoundError' || code === 'ShortOidNotFound' || code === 'InvalidOidError' || code === 'InvalidRefNameError') return null;
  throw error;
}
