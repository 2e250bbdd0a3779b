/** Git by the git program: whatever a repository uses (hooks, signing, attributes, worktrees, sha256), git itself does it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitPaths, settleLast, type CommitPlace } from './commit.ts';
import { indexEntries, literal } from './entries.ts';
import type {
  Commit,
  CommitOutcome,
  CommitRequest,
  FileChange,
  Git,
  Head,
  LogQuery,
  RemoteRefs,
  RemoteUpdate,
  Replayed,
  RevertRequest,
  WorkTreeStatus,
} from './git.ts';
import { showPaths } from './hidden.ts';
import { HookFolder } from './hooks.ts';
import { IndexLock, unlessLocked, type Pause } from './index-lock.ts';
import { isHalfMade, recoverLeft } from './left-locks.ts';
import { keepCommit, restorePaths, type KeepRequest } from './keep.ts';
import { locate, type Location } from './locate.ts';
import { oldestRoot, readLog, readSingles } from './log.ts';
import { OPERATIONS } from './operations.ts';
import { GitProgram, gitEnvironment } from './process.ts';
import { KnownObjects } from './known-objects.ts';
import { ObjectReader } from './reader.ts';
import { fetchRefs, pushRefs, remoteRefs, statement } from './remote.ts';
import { forward, putBack, revert } from './revert.ts';
import { StagedPaths } from './staged.ts';
import { STATUS_ARGUMENTS, parseStatus } from './status.ts';
import { diffTrees, filesAt, filesOf, lookUp, type ReadTree } from './tree.ts';
import { branchIn, detachAt, hasNoRefs, idIn, looseRef, mergeBase, putHead, unstage } from './head.ts';
import { addWorktree, finishWorktree, moveTo, replay, resetTo } from './worktrees.ts';

interface SystemGitLimits {
  /** The longest wait for another's `index.lock`. */
  readonly lockWaitMs?: number;
  /** How time passes in that wait. */
  readonly lockPause?: Pause;
  /** Size of the index from which a commit is made in one pass where it can be. */
  readonly largeIndexBytes?: number;
}

/** Opens the repository that holds `folder`. Throws `GitUnavailable` with a sentence where there is none to work in. */
export async function openSystemGit(folder: string, env: NodeJS.ProcessEnv = process.env, limits: SystemGitLimits = {}): Promise<Git> {
  const environment = gitEnvironment(env);
  const location = await locate(new GitProgram(folder, environment));
  return new SystemGit(location, new GitProgram(location.root, environment, { lasting: true }), limits);
}

class SystemGit implements Git, CommitPlace {
  readonly name = 'git';
  readonly root: string;
  readonly commonDir: string;
  readonly gitDir: string;
  readonly git: GitProgram;
  readonly hooks: HookFolder;
  readonly staged: StagedPaths;
  readonly zero: string;
  readonly #reader: ObjectReader;
  readonly readTree: ReadTree;
  readonly commitObject: CommitPlace['commitObject'];
  /** The last of the calls that take index.lock: one after another they never refuse each other. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #indexLock: IndexLock;
  readonly #largeIndexBytes: number | undefined;

  constructor(location: Location, git: GitProgram, limits: SystemGitLimits) {
    this.#indexLock = new IndexLock(location, limits.lockWaitMs, limits.lockPause);
    this.#largeIndexBytes = limits.largeIndexBytes;
    this.root = location.root;
    this.commonDir = location.commonDir;
    this.gitDir = location.gitDir;
    this.git = git;
    this.zero = '0'.repeat(2 * location.idBytes);
    this.hooks = new HookFolder(git, location.commonDir, location.gitDir);
    this.staged = new StagedPaths(git, location.gitDir);
    this.#reader = new ObjectReader(git);
    const objects = new KnownObjects(this.#reader, location.idBytes);
    this.readTree = objects.readTree;
    this.commitObject = objects.commitObject;
  }

  async head(): Promise<Head> {
    const text = readFileSync(join(this.gitDir, 'HEAD'), 'utf8');
    const branch = await branchIn(this.git, text);
    const id = branch === null ? idIn(text, this.zero.length) : null;
    return { branch, commit: id ?? (await this.resolve(branch === null ? 'HEAD' : `refs/heads/${branch}`)) };
  }

  async resolve(revision: string): Promise<string | null> {
    const loose = revision.startsWith('refs/heads/') ? looseRef(this.commonDir, revision, this.zero.length) : null;
    if (loose !== null) return loose;
    return (await this.#reader.read(`${revision}^{commit}`))?.id ?? null;
  }

  async status(paths?: readonly string[]): Promise<WorkTreeStatus> {
    const scope = paths === undefined ? [] : ['--', ...paths.map(literal)];
    const ask = async () => parseStatus((await this.git.must([...STATUS_ARGUMENTS, ...scope])).toString('utf8'));
    return paths === undefined ? this.staged.learn(ask) : ask();
  }

  async untracked(patterns: string): Promise<readonly string[]> {
    const listed = await this.git.must(['ls-files', '-z', '--others', '--ignored', `--exclude-from=${patterns}`]);
    return listed.toString('utf8').split('\0').filter(Boolean);
  }

  async operation(): Promise<string | null> {
    return OPERATIONS.find(([file]) => existsSync(join(this.gitDir, file)))?.[1] ?? null;
  }

  async assertCommits(): Promise<void> {
    // Git does whatever a repository asks for; what goes wrong there is an outcome of the commit.
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return this.#alone(() => unlessLocked(this.#indexLock, () => commitPaths(this, request, this.#largeIndexBytes)));
  }

  async recover(): Promise<void> {
    if (recoverLeft(this)) await this.#alone(() => this.#indexLock.change(() => settleLast(this)));
  }

  async log(query: LogQuery = {}): Promise<readonly Commit[]> {
    if (query.only !== undefined) return readSingles(this.git, query.only);
    const to = await this.resolve(query.to ?? 'HEAD');
    if (to === null && query.to === undefined) return [];
    const from = query.from === undefined ? null : await this.resolve(query.from);
    if (to === null) throw new Error(`There is no commit ${query.to} in this repository.`);
    if (from === null && query.from !== undefined) throw new Error(`There is no commit ${query.from} in this repository.`);
    return readLog(this.git, query, to, from);
  }

  async readBlob(id: string): Promise<Uint8Array | null> {
    const object = await this.#reader.read(id);
    return object?.type === 'blob' ? object.bytes : null;
  }

  async readFile(revision: string, path: string): Promise<Uint8Array | null> {
    if (!/[\n:]|^\.{0,2}\//.test(path)) {
      const object = await this.#reader.read(`${revision}^{commit}:${path}`);
      return object?.type === 'blob' ? object.bytes : null;
    }
    const commit = await this.resolve(revision);
    if (commit === null) return null;
    const entry = (await lookUp(this.readTree, (await this.commitObject(commit)).tree, [path])).get(path);
    return entry ? this.readBlob(entry.id) : null;
  }

  async filesIn(revision: string | null, folder: string): Promise<ReadonlyMap<string, string>> {
    if (revision === null) return filesAt(await indexEntries(this.git, [folder]), folder);
    const commit = await this.resolve(revision);
    return filesOf(this.readTree, commit === null ? null : (await this.commitObject(commit)).tree, folder);
  }

  async mergeBase(one: string, other: string): Promise<string | null> {
    return mergeBase(this.git, await Promise.all([this.resolve(one), this.resolve(other)]));
  }

  async refs(prefix: string): Promise<ReadonlyMap<string, string>> {
    const pattern = prefix.replace(/\/+$/, '');
    if (hasNoRefs(this.commonDir, pattern)) return new Map();
    const listed = await this.git.must(['for-each-ref', '--format=%(objectname) %(refname)', pattern]);
    const lines = listed.toString('utf8').split('\n').filter(Boolean);
    return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
  }

  async updateRef(ref: string, to: string | null, from: string | null): Promise<boolean> {
    if (to === null && from === null) return (await this.#refId(ref)) === null;
    const change = to === null ? ['-d', ref, from ?? ''] : [ref, to, from ?? this.zero];
    return this.#indexLock.change(async () => {
      const result = await this.git.run(['update-ref', '--no-deref', ...change]);
      if (result.code === 0) return true;
      // Where the reference does stand at `from`, it was something else: no such object, a bad name, a held lock.
      if ((await this.#refId(ref)) !== from) return false;
      throw new Error(`git update-ref failed: ${result.stderr.trim()}`);
    });
  }

  keep(request: KeepRequest): Promise<string> {
    return keepCommit(this.git, this.gitDir, request);
  }

  async restore(commit: string, paths: readonly string[]): Promise<void> {
    const { tree } = await this.commitObject(commit);
    await this.#alone(() => this.#indexLock.change(() => restorePaths(this.git, this.readTree, commit, tree, paths)));
  }

  async diff(from: string, to: string): Promise<readonly FileChange[]> {
    const [before, after] = await Promise.all([this.commitObject(from), this.commitObject(to)]);
    const differences = await diffTrees(this.readTree, before.tree, after.tree);
    return differences.map(({ path, before: old, after: now }) => ({ path, before: old?.id ?? null, after: now?.id ?? null }));
  }

  addWorktree(folder: string, commit: string): Promise<void> {
    return this.#indexLock.change(() => addWorktree(this.git, folder, commit));
  }

  async finishWorktree(commit: string): Promise<void> {
    if (!isHalfMade(this.gitDir)) return;
    const stands = await this.resolve('HEAD');
    await this.#alone(() => this.#indexLock.change(() => finishWorktree(this.git, this.gitDir, { stands, commit })));
  }

  moveTo(commit: string): Promise<void> {
    return this.#alone(() => this.#indexLock.change(() => moveTo(this.git, commit)));
  }

  putHead(to: Head & { readonly commit: string }, from: string | null): Promise<boolean> {
    return this.#alone(() => this.#indexLock.change(() => putHead(this.git, to, from ?? this.zero)));
  }

  show(paths: readonly string[]): Promise<void> {
    return this.#alone(() => this.#indexLock.change(() => showPaths(this.git, paths)));
  }

  unstage(paths: readonly string[]): Promise<void> {
    return this.#alone(() => this.#indexLock.change(() => unstage(this.git, paths)));
  }

  async resetTo(commit: string, paths: readonly string[]): Promise<void> {
    const known = await lookUp(this.readTree, (await this.commitObject(commit)).tree, paths);
    const lacking = paths.filter((path) => !known.has(path));
    await this.#alone(() => this.#indexLock.change(() => resetTo(this.git, commit, lacking)));
  }

  async advance(commit: string, paths: readonly string[]): Promise<void> {
    // Each has a lock of its own, and neither reads what the other writes.
    await Promise.all([this.restore(commit, paths), detachAt(this.git, this.gitDir, commit)]);
  }

  async standOn(commit: string): Promise<void> {
    await this.#alone(() => this.#indexLock.change(() => this.git.must(['reset', '--quiet', '--mixed', '--no-refresh', commit])));
  }

  replay(commit: string, onto: string, message: string): Promise<Replayed> {
    return replay(this.git, commit, onto, message);
  }

  async revert(request: RevertRequest): Promise<Replayed> {
    const { tree, parents } = await this.commitObject(request.commit);
    const [parent] = parents;
    if (parent === undefined || parents.length > 1)
      throw new Error(`The commit ${request.commit} has not one parent, but ${parents.length}.`);
    return revert(this, request, await diffTrees(this.readTree, (await this.commitObject(parent)).tree, tree));
  }

  forward(commit: string): Promise<string | null> {
    return this.#alone(() => this.#indexLock.change(() => forward(this.git, commit)));
  }

  putBack(commit: string): Promise<string | null> {
    return this.#alone(() => this.#indexLock.change(() => putBack(this.git, commit)));
  }

  statement(message: string): Promise<string> {
    return statement(this.git, message);
  }

  remoteRefs(remote: string, refs: readonly string[]): Promise<RemoteRefs> {
    return remoteRefs(this.git, remote, refs);
  }

  fetch(remote: string, refs: readonly string[]): Promise<string | null> {
    return fetchRefs(this.git, remote, refs);
  }

  push(remote: string, updates: readonly RemoteUpdate[]): Promise<string | null> {
    return pushRefs(this.git, remote, updates);
  }

  async rootCommit(): Promise<string | null> {
    if (existsSync(join(this.commonDir, 'shallow'))) return null;
    if ((await this.resolve('HEAD')) === null) return null;
    return oldestRoot(this.git);
  }

  async close(): Promise<void> {
    await this.#queue;
    this.git.close();
    await this.#reader.close();
  }

  /** What a reference holds itself, be it a commit or not. */
  async #refId(ref: string): Promise<string | null> {
    return (await this.#reader.read(ref))?.id ?? null;
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(action);
    this.#queue = result.catch(() => {});
    return result;
  }
}
