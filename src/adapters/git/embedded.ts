/** Git without the git program, on isomorphic-git, for repositories that are plain enough; others are refused with what was found. */
import type { Commit, CommitOutcome, CommitRequest, Git, Head, LogQuery, WorkTreeStatus } from './git.ts';
import { listCommits, singleCommits } from './embedded/history.ts';
import { readObject, readTree, resolveCommit, treeOf } from './embedded/objects.ts';
import { assertReadable, findPlace } from './embedded/find-place.ts';
import { exists, readWholeConfig, type EmbeddedFs, type Place } from './embedded/place.ts';
import { unsupported } from './embedded/unsupported.ts';
import { readIndex } from './embedded/index-file.ts';
import { listReferences, readHead, swapReference } from './embedded/references.ts';
import { compareAll } from './embedded/status.ts';
import { assertCommittable, commitEmbedded, keepEmbedded, restoreEmbedded } from './embedded/write.ts';
import { IndexLock, unlessLocked } from './index-lock.ts';
import { OPERATIONS } from './operations.ts';
import { filesAt, filesOf, lookUp } from './tree.ts';

/** Opens the repository that holds `folder`. `home` is where the person's own configuration is; null: they have none. */
export async function openEmbeddedGit(folder: string, fs?: EmbeddedFs, home: string | null = null, lockWaitMs?: number): Promise<Git> {
  // The library takes 100 ms to load, and most never need it.
  const library = await import('isomorphic-git');
  return new EmbeddedGit(await findPlace(fs ?? (await import('node:fs')), library, folder, home), new IndexLock(null, lockWaitMs));
}

class EmbeddedGit implements Git {
  readonly name = 'isomorphic-git';
  readonly root: string;
  readonly gitDir: string;
  readonly commonDir: string;
  /** It runs none, and makes no commit where there are any. */
  readonly hooks = { folder: async () => `${this.commonDir}/hooks` };
  readonly #place: Place;
  readonly #indexLock: IndexLock;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(place: Place, indexLock: IndexLock) {
    this.#indexLock = indexLock;
    this.#place = place;
    this.root = place.root;
    this.gitDir = place.gitDir;
    this.commonDir = place.gitDir;
  }

  head(): Promise<Head> {
    return readHead(this.#place);
  }

  resolve(revision: string): Promise<string | null> {
    return resolveCommit(this.#place, revision);
  }

  async status(paths?: readonly string[]): Promise<WorkTreeStatus> {
    await assertReadable(this.#place);
    const head = await this.head();
    return { head, changes: await compareAll(this.#place, head, paths) };
  }

  async operation(): Promise<string | null> {
    for (const [file, name] of OPERATIONS) if (await exists(this.#place.fs, `${this.commonDir}/${file}`)) return name;
    return null;
  }

  async assertCommits(paths: readonly string[]): Promise<void> {
    await assertCommittable(this.#place, await readWholeConfig(this.#place), paths);
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return this.#alone(() => unlessLocked(this.#indexLock, () => commitEmbedded(this.#place, request)));
  }

  async recover(): Promise<void> {
    // Its commits are one rename of the index and one of a reference; a lock that a kill leaves is named to the person.
  }

  async log(query: LogQuery = {}): Promise<readonly Commit[]> {
    if (query.only !== undefined) return singleCommits(this.#place, query.only);
    const to = await this.resolve(query.to ?? 'HEAD');
    if (to === null && query.to === undefined) return [];
    const from = query.from === undefined ? null : await this.resolve(query.from);
    if (to === null) throw new Error(`There is no commit ${query.to} in this repository.`);
    if (from === null && query.from !== undefined) throw new Error(`There is no commit ${query.from} in this repository.`);
    return listCommits(this.#place, query, to, from);
  }

  async readBlob(id: string): Promise<Uint8Array | null> {
    const object = await readObject(this.#place, id);
    return object?.type === 'blob' ? object.bytes : null;
  }

  async readFile(revision: string, path: string): Promise<Uint8Array | null> {
    const commit = await this.resolve(revision);
    if (commit === null) return null;
    const found = await lookUp((id) => readTree(this.#place, id), await treeOf(this.#place, commit), [path]);
    const entry = found.get(path);
    return entry ? this.readBlob(entry.id) : null;
  }

  async filesIn(revision: string | null, folder: string): Promise<ReadonlyMap<string, string>> {
    if (revision === null) return filesAt(new Map((await readIndex(this.#place)).entries.map((entry) => [entry.path, entry])), folder);
    const commit = await this.resolve(revision);
    return filesOf((id) => readTree(this.#place, id), commit === null ? null : await treeOf(this.#place, commit), folder);
  }

  async mergeBase(one: string, other: string): Promise<string | null> {
    const oids = await Promise.all([this.resolve(one), this.resolve(other)]);
    if (oids.includes(null)) return null;
    const found: unknown = await this.#place.library.findMergeBase({ ...this.#place.common, oids: oids.map(String) });
    return Array.isArray(found) && typeof found[0] === 'string' ? found[0] : null;
  }

  refs(prefix: string): Promise<ReadonlyMap<string, string>> {
    return listReferences(this.#place, prefix);
  }

  updateRef(ref: string, to: string | null, from: string | null): Promise<boolean> {
    return this.#alone(() => swapReference(this.#place, ref, to, from));
  }

  keep(request: { readonly paths: readonly string[]; readonly parent: string; readonly message: string }): Promise<string> {
    return keepEmbedded(this.#place, request.paths, request.parent, request.message);
  }

  restore(commit: string, paths: readonly string[]): Promise<void> {
    return this.#alone(async () => {
      const id = await this.resolve(commit);
      if (id === null) throw new Error(`There is no commit ${commit} in this repository.`);
      await this.#indexLock.change(() => restoreEmbedded(this.#place, id, paths));
    });
  }

  diff(): Promise<never> {
    return Promise.reject(unsupported('Parallel phases need linked work trees'));
  }

  untracked(): Promise<never> {
    return this.diff();
  }

  async finishWorktree(): Promise<void> {
    // It makes none.
  }

  addWorktree(): Promise<never> {
    return this.diff();
  }

  moveTo(): Promise<never> {
    return this.diff();
  }

  resetTo(): Promise<never> {
    return this.diff();
  }

  advance(): Promise<never> {
    return this.diff();
  }

  putHead(): Promise<never> {
    return this.diff();
  }

  unstage(): Promise<never> {
    return this.diff();
  }

  show(): Promise<never> {
    return this.diff();
  }

  standOn(): Promise<never> {
    return this.diff();
  }

  replay(): Promise<never> {
    return this.diff();
  }

  revert(): Promise<never> {
    return Promise.reject(unsupported('Taking a task back needs merges'));
  }

  forward(): Promise<never> {
    return Promise.reject(unsupported('Moving a branch forward needs merges'));
  }

  putBack(): Promise<never> {
    return this.forward();
  }

  statement(): Promise<never> {
    return Promise.reject(unsupported('A plan that is run from a remote needs pushes'));
  }

  remoteRefs(): Promise<never> {
    return this.statement();
  }

  fetch(): Promise<never> {
    return this.statement();
  }

  push(): Promise<never> {
    return this.statement();
  }

  async rootCommit(): Promise<string | null> {
    if (await exists(this.#place.fs, `${this.commonDir}/shallow`)) return null;
    const roots = (await this.log()).filter((commit) => commit.parents.length === 0);
    return roots.sort((a, b) => Date.parse(a.committedAt) - Date.parse(b.committedAt))[0]?.id ?? null;
  }

  async close(): Promise<void> {
    await this.#queue;
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(action);
    this.#queue = result.catch(() => {});
    return result;
  }
}
