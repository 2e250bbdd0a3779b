/** Head, index and work tree compared without git. */
import { join } from 'node:path';
import type { Change, Head } from '../git.ts';
import { sameEntry, under, type TreeEntry } from '../tree.ts';
import { readIndex, type Index, type IndexEntry } from './index-file.ts';
import { listFiles, readWorkFile, treeOf } from './objects.ts';
import { exists, readConfig, type Place } from './place.ts';

/** Every path that differs, as `git status` would list it. */
export async function compareAll(place: Place, head: Head, paths: readonly string[] | undefined): Promise<Change[]> {
  const wanted = paths === undefined ? () => true : under(paths);
  const tree = head.commit === null ? null : await treeOf(place, head.commit);
  const [files, index, config] = await Promise.all([
    listFiles(place, tree, wanted),
    readIndex(place),
    readConfig(place.fs, join(place.gitDir, 'config')),
  ]);
  const fileModes = config.get('core.filemode') !== 'false';
  const indexed = Map.groupBy(
    index.entries.filter((entry) => wanted(entry.path)),
    (entry) => entry.path,
  );
  const changes: Change[] = [];
  for (const path of new Set([...files.keys(), ...indexed.keys()])) {
    const change = await compareOne(place, path, files.get(path) ?? null, indexed.get(path) ?? [], index, fileModes);
    if (change) changes.push(change);
  }
  const tracked = new Set([...indexed.keys(), ...files.keys()]);
  changes.push(...(await listUntracked(place, '', tracked, wanted)));
  return changes;
}

async function compareOne(
  place: Place,
  path: string,
  head: TreeEntry | null,
  entries: readonly IndexEntry[],
  index: Index,
  fileModes: boolean,
): Promise<Change | null> {
  const entry = entries[0] ?? null;
  if (entry && entry.stage > 0) return { path, kind: 'conflicted', staged: true };
  const staged = !sameEntry(head, entry);
  const work = await workEntry(place, path, entry, index, fileModes);
  if (work === null || (entry === null && (await ignored(place, path)))) return { path, kind: 'deleted', staged };
  if (!staged && sameEntry(work, entry)) return null;
  return { path, kind: head === null ? 'added' : 'modified', staged };
}

/** What the work tree has at a path. A file with the index's time and size, and older than the index, is not read. */
async function workEntry(
  place: Place,
  path: string,
  entry: IndexEntry | null,
  index: Index,
  fileModes: boolean,
): Promise<TreeEntry | null> {
  const stat = await place.fs.promises.lstat(join(place.root, path), { bigint: true }).catch(() => null);
  if (stat === null) return null;
  const sameFile = entry && stat.isFile() && stat.size === BigInt(entry.size) && entry.size > 0 && stat.mtimeNs === entry.mtimeNs;
  const sameMode = !fileModes || ((stat.mode & 0o100n) !== 0n) === (entry?.mode === '100755');
  if (sameFile && sameMode && entry.mtimeNs < index.writtenNs && entry.mode !== '120000') return entry;
  return (await readWorkFile(place, path, fileModes, entry?.mode))?.entry ?? null;
}

async function listUntracked(
  place: Place,
  folder: string,
  tracked: ReadonlySet<string>,
  wanted: (path: string) => boolean,
): Promise<Change[]> {
  const found: Change[] = [];
  for (const name of await place.fs.promises.readdir(join(place.root, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (name === '.git' || tracked.has(path) || !wanted(path)) continue;
    const stat = await place.fs.promises.lstat(join(place.root, path)).catch(() => null);
    if (stat === null || (await ignored(place, path))) continue;
    const change: Change = { path, kind: 'untracked', staged: false };
    if (!stat.isDirectory()) found.push(change);
    else if (await exists(place.fs, join(place.root, path, '.git'))) found.push({ ...change, nested: true });
    else found.push(...(await listUntracked(place, path, tracked, wanted)));
  }
  return found;
}

const ignored = (place: Place, path: string): Promise<boolean> => place.library.isIgnored({ ...place.common, filepath: path });
