/** Trees of either implementation: looking paths up and comparing two of them, reading only what differs. */

export interface TreeEntry {
  /** Octal, as git prints it: `100644`, `100755`, `120000`, `40000`, `160000`. */
  readonly mode: string;
  readonly id: string;
}

export interface TreeDifference {
  readonly path: string;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

/** One tree's entries by name; null where there is no such tree. */
export type ReadTree = (id: string) => Promise<ReadonlyMap<string, TreeEntry>>;

const FOLDER = '40000';
/** What the modes of files begin with. */
const FILE = '100';
const EMPTY: ReadonlyMap<string, TreeEntry> = new Map();

/** The entries in a tree object's bytes. `idBytes` is 20, or 32 in a sha256 repository. */
export function parseTree(bytes: Buffer, idBytes: number): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    const mode = bytes.toString('latin1', at, space);
    const name = bytes.toString('utf8', space + 1, end);
    at = end + 1 + idBytes;
    entries.set(name, { mode, id: bytes.toString('hex', end + 1, at) });
  }
  return entries;
}

/** What a tree has at each of these paths; a path that it lacks, or where it has a folder, is not in the answer. */
export async function lookUp(readTree: ReadTree, root: string | null, paths: readonly string[]): Promise<Map<string, TreeEntry>> {
  const found = new Map<string, TreeEntry>();
  if (root === null) return found;
  const trees = new Map<string, Promise<ReadonlyMap<string, TreeEntry>>>();
  const folder = (id: string): Promise<ReadonlyMap<string, TreeEntry>> => {
    const known = trees.get(id) ?? readTree(id);
    trees.set(id, known);
    return known;
  };
  for (const path of paths) {
    let entry: TreeEntry | undefined = { mode: FOLDER, id: root };
    for (const name of path.split('/')) {
      entry = entry?.mode === FOLDER ? (await folder(entry.id)).get(name) : undefined;
    }
    if (entry && entry.mode !== FOLDER) found.set(path, entry);
  }
  return found;
}

/** Every path at which two trees differ, in path order within each folder. A file that became a folder is a deletion and additions. */
export async function diffTrees(
  readTree: ReadTree,
  before: string | null,
  after: string | null,
  wanted: (path: string) => boolean = () => true,
  prefix = '',
): Promise<TreeDifference[]> {
  if (before === after) return [];
  const [old, fresh] = await Promise.all([before === null ? EMPTY : readTree(before), after === null ? EMPTY : readTree(after)]);
  const differences: TreeDifference[] = [];
  for (const name of [...new Set([...old.keys(), ...fresh.keys()])].sort()) {
    const path = prefix + name;
    const [from, to] = [old.get(name), fresh.get(name)];
    if (sameEntry(from ?? null, to ?? null) || !wanted(path)) continue;
    const [oldFile, newFile] = [fileOf(from), fileOf(to)];
    if (oldFile || newFile) differences.push({ path, before: oldFile, after: newFile });
    const [oldFolder, newFolder] = [folderOf(from), folderOf(to)];
    if (oldFolder || newFolder) differences.push(...(await diffTrees(readTree, oldFolder, newFolder, wanted, `${path}/`)));
  }
  return differences;
}

const fileOf = (entry: TreeEntry | undefined): TreeEntry | null => (entry && entry.mode !== FOLDER ? entry : null);
const folderOf = (entry: TreeEntry | undefined): string | null => (entry?.mode === FOLDER ? entry.id : null);

/** Whether a path is one of these, inside one, or a folder on the way to one. */
export function under(paths: readonly string[]): (path: string) => boolean {
  const clean = paths.map((path) => path.replace(/\/+$/, ''));
  return (path) => clean.some((one) => one === '' || path === one || path.startsWith(`${one}/`) || one.startsWith(`${path}/`));
}

/** Same content, same mode; or both absent. */
export const sameEntry = (a: TreeEntry | null, b: TreeEntry | null): boolean => a?.id === b?.id && a?.mode === b?.mode;

/** Path → blob id of the files directly in a folder of a tree (`''`: the tree itself). */
export async function filesOf(readTree: ReadTree, root: string | null, folder: string): Promise<Map<string, string>> {
  let tree = root;
  for (const name of folder.split('/').filter(Boolean)) tree = tree === null ? null : folderOf((await readTree(tree)).get(name));
  const entries = tree === null ? EMPTY : await readTree(tree);
  return filesAt(new Map([...entries].map(([name, entry]) => [folder === '' ? name : `${folder}/${name}`, entry])), folder);
}

/** Path → blob id of those entries that are files directly in a folder. */
export function filesAt(entries: ReadonlyMap<string, TreeEntry>, folder: string): Map<string, string> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const here = ([path, { mode }]: readonly [string, TreeEntry]) =>
    path.startsWith(prefix) && !path.includes('/', prefix.length) && mode.startsWith(FILE);
  return new Map([...entries].filter(here).map(([path, { id }]) => [path, id]));
}
