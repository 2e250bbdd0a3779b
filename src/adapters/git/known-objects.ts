/** Trees and commits that have been read: neither ever changes, and one commit's trees are nearly those of the next. */
import type { CommitObject } from './commit.ts';
import type { ObjectReader } from './reader.ts';
import { parseTree, type TreeEntry } from './tree.ts';

/** Bounds of what is remembered: a few MB. */
const MAX_TREES = 64;
const MAX_TREE_ENTRIES = 2_000;
const MAX_COMMITS = 64;

export class KnownObjects {
  readonly #reader: ObjectReader;
  readonly #idBytes: number;
  readonly #trees = new Map<string, ReadonlyMap<string, TreeEntry>>();
  /** One's head is the next one's parent. */
  readonly #commits = new Map<string, CommitObject>();

  constructor(reader: ObjectReader, idBytes: number) {
    this.#reader = reader;
    this.#idBytes = idBytes;
  }

  readonly readTree = async (id: string): Promise<ReadonlyMap<string, TreeEntry>> => {
    const known = this.#trees.get(id);
    if (known) return known;
    const object = await this.#reader.read(id);
    if (object?.type !== 'tree') throw new Error(`Object ${id} is not a tree.`);
    const tree = parseTree(object.bytes, this.#idBytes);
    if (this.#trees.size >= MAX_TREES) this.#trees.clear();
    if (tree.size <= MAX_TREE_ENTRIES) this.#trees.set(id, tree);
    return tree;
  };

  readonly commitObject = async (id: string): Promise<CommitObject> => {
    const known = this.#commits.get(id);
    if (known !== undefined) return known;
    const object = await this.#reader.read(`${id}^{commit}`);
    if (object === null) throw new Error(`There is no commit ${id} in this repository.`);
    const text = object.bytes.toString('latin1');
    const lines = text.slice(0, text.indexOf('\n\n')).split('\n');
    const parents = lines.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7));
    const commit = { tree: lines[0]?.slice(5) ?? '', parents };
    if (this.#commits.size >= MAX_COMMITS) this.#commits.clear();
    if (id === object.id) this.#commits.set(id, commit);
    return commit;
  };
}
