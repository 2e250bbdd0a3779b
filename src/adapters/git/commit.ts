/**
 * One commit of some paths with the git program, hooks and signing included.
 *
 * Measured (status 3 ms and commit 10 ms in 100 files; 31 and 58 ms in 20,000): `--no-status` and switched-off maintenance save a scan
 * and a spawn. In a large tree git's refresh and its writes of the index are what is left, and `--only` does both twice, on an index of
 * its own: `--include` takes 35 ms there; where the
 * index changed since the last status, a look at what else is staged is needed for it, 4. `core.preloadIndex`, git's default,
 * helps (without it a refresh takes 30); index.threads, checkStat and fsync made no difference. What the commit holds is read from its
 * trees through the live reader, which spares a `diff-tree`.
 */
import { existsSync } from 'node:fs';
import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fewArguments, indexEntries, literal, nulList, setEntries } from './entries.ts';
import type { CommitOutcome, CommitRequest, Head } from './git.ts';
import type { HookFolder } from './hooks.ts';
import { temporaryName } from './keep.ts';
import type { GitProgram, GitResult } from './process.ts';
import { OPERATIONS } from './operations.ts';
import { failureOf, nothingToCommit, saysNothing } from './refusal.ts';
import type { StagedPaths } from './staged.ts';
import { diffTrees, lookUp, sameEntry, type ReadTree, type TreeDifference, type TreeEntry } from './tree.ts';

const QUIET = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'] as const;
/** `[main 1a2b3c4] Subject`, the first line of git's summary. */
const SUMMARY = /^\[.*?([0-9a-f]{4,64})\] /m;

/** Size of the index in bytes from which the second refresh costs more than a look at what is staged: some 5,000 files. */
const LARGE_INDEX_BYTES = 512 * 1024;

/** What a commit needs of the opened repository. */
export interface CommitPlace {
  readonly git: GitProgram;
  readonly gitDir: string;
  readonly hooks: HookFolder;
  /** The id that means "no object". */
  readonly zero: string;
  readonly readTree: ReadTree;
  readonly staged: StagedPaths;
  head(): Promise<Head>;
  resolve(revision: string): Promise<string | null>;
  commitObject(id: string): Promise<CommitObject>;
}

export interface CommitObject {
  readonly tree: string;
  readonly parents: readonly string[];
}

/** Commits the request's paths and nothing else. `largeIndexBytes`: the size of the index from which that is done in one pass where it can be. */
export async function commitPaths(place: CommitPlace, request: CommitRequest, largeIndexBytes = LARGE_INDEX_BYTES): Promise<CommitOutcome> {
  const head = await place.head();
  if (!sameHead(head, request.expect)) return { type: 'moved', head };
  const base = head.commit === null ? null : (await place.commitObject(head.commit)).tree;
  const known = await lookUp(place.readTree, base, request.paths);
  const added = await announce(
    place.git,
    request.paths.filter((path) => !known.has(path)),
    request.unstaged === true,
  );
  if ('type' in added) return added;
  const replaced = await becameFolders(place.git.folder, request.paths);
  const paths = request.paths.filter((path) => !added.absent.has(path) && !replaced.has(path));
  if (paths.length === 0) return nothingToCommit();
  const inOnePass = place.staged.indexBytes >= largeIndexBytes && (await isAlone(place, head, request.paths));
  const result = await runCommit(place, request.message, paths, inOnePass ? '--include' : '--only');
  // "repository has been updated, but unable to write new index file": committed all the same.
  if (result.code === 0 || result.stderr.includes('repository has been updated')) {
    const outcome = await conclude(place, request, head, base, result);
    // Tried once more: an index that lacks the commit shows its paths as changed by somebody. Where the disk does not have it, so be it.
    if (result.code !== 0) await settleLast(place).catch(() => {});
    if (!inOnePass || outcome.type !== 'committed' || !(await tookMore(place, request, outcome))) return outcome;
    await setEntries(place.git, place.zero, request.paths, known);
    return commitPaths(place, request, Infinity);
  }
  if (added.fresh.length > 0) await setEntries(place.git, place.zero, added.fresh, new Map());
  const now = await place.head();
  if (!sameHead(now, head)) return { type: 'moved', head: now };
  if (result.code !== 1) return failureOf(result.stderr);
  if (saysNothing(result.stdout.toString('utf8'))) return nothingToCommit();
  // What git itself cannot do ends with 128; 1 is a hook's no.
  return (await place.hooks.any()) ? { type: 'hook-refused', output: result.stderr.trim() } : failureOf(result.stderr);
}

/** Whether nothing but these paths is staged, no hook looks at the index, and nothing is under way that a whole commit would end. */
async function isAlone(place: CommitPlace, head: Head, paths: readonly string[]): Promise<boolean> {
  if (head.commit === null || OPERATIONS.some(([file]) => existsSync(join(place.gitDir, file))) || (await place.hooks.any())) return false;
  const staged = await place.staged.against(head.commit);
  return staged !== null && within(staged, paths);
}

function within(some: readonly string[], all: readonly string[]): boolean {
  const known = new Set(all);
  return some.every((path) => known.has(path));
}

/** Whether a person staged something else in the moment between the look and the commit. It is taken off the branch then, and stays staged. */
async function tookMore(place: CommitPlace, request: CommitRequest, made: CommitOutcome & { type: 'committed' }): Promise<boolean> {
  if (made.parent === null || within(made.files, request.paths)) return false;
  const undone = ['update-ref', '-m', 'plans: taken back, more was staged', 'HEAD', made.parent, made.commit];
  return (await place.git.run(undone)).code === 0;
}

/** Reads what was committed, and makes up for a head that moved in between and for hooks that rewrote. */
async function conclude(
  place: CommitPlace,
  request: CommitRequest,
  head: Head,
  base: string | null,
  result: GitResult,
): Promise<CommitOutcome> {
  const short = SUMMARY.exec(result.stdout.toString('utf8'))?.[1] ?? 'HEAD';
  const now = await place.head();
  const commit = now.commit?.startsWith(short) === true ? now.commit : await place.resolve(short);
  if (commit === null) throw new Error(`git commit reported ${short}, which does not exist`);
  const made = await place.commitObject(commit);
  const parent = made.parents[0] ?? null;
  if (parent !== head.commit) return takeBack(place, commit, made, parent);
  const files = await diffTrees(place.readTree, base, made.tree);
  if (await place.hooks.any()) await settleIndex(place, request.paths, files);
  return { type: 'committed', commit, parent, files: files.map((file) => file.path) };
}

/**
 * Somebody else committed between our look at HEAD and git's own, so the commit stands on a head that nobody asked for. It is taken off
 * the branch again with a compare-and-swap; where even that fails, others have built on it already and it stays.
 */
async function takeBack(place: CommitPlace, commit: string, made: CommitObject, parent: string | null): Promise<CommitOutcome> {
  const old = parent === null ? null : (await place.commitObject(parent)).tree;
  const files = await diffTrees(place.readTree, old, made.tree);
  const paths = files.map((file) => file.path);
  const undone = await place.git.run(['update-ref', '-m', 'plans: taken back, the branch had moved', 'HEAD', parent ?? place.zero, commit]);
  if (undone.code !== 0) return { type: 'committed', commit, parent, files: paths };
  await setEntries(place.git, place.zero, paths, entriesOf(files, 'before'));
  return { type: 'moved', head: await place.head() };
}

type Announced = { readonly fresh: readonly string[]; readonly absent: ReadonlySet<string> };

/** `--only` knows tracked paths: new files have to be in the index first. Those that are nowhere at all are left out. */
async function announce(git: GitProgram, paths: readonly string[], unstaged: boolean): Promise<Announced | CommitOutcome> {
  const fresh: string[] = [];
  const absent = new Set<string>();
  if (paths.length === 0) return { fresh, absent };
  const entries = unstaged ? new Map<string, TreeEntry>() : await indexEntries(git, paths);
  for (const path of paths) {
    if (entries.has(path)) continue;
    const stat = await lstat(join(git.folder, path)).catch(() => null);
    if (stat === null || stat.isDirectory()) absent.add(path);
    else fresh.push(path);
  }
  if (fresh.length === 0) return { fresh, absent };
  const result = await git.run(['update-index', '--add', '--replace', '-z', '--stdin'], { input: nulList(fresh) });
  return result.code === 0 ? { fresh, absent } : failureOf(result.stderr);
}

/** Files with a folder in their place now: adding what is in it takes them out, and git would look for a repository there. */
async function becameFolders(root: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const parents = new Set<string>();
  for (const path of paths) for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) parents.add(path.slice(0, at));
  const replaced = new Set<string>();
  for (const path of paths) {
    if (parents.has(path) && (await lstat(join(root, path)).catch(() => null))?.isDirectory()) replaced.add(path);
  }
  return replaced;
}

/** Message on standard input, paths on the command line, or in a file where they are many. */
async function runCommit(
  place: CommitPlace,
  message: string,
  paths: readonly string[],
  taking: '--only' | '--include',
): Promise<GitResult> {
  const args = [...QUIET, 'commit', '--no-status', '--cleanup=whitespace', '--file=-', taking];
  const specs = paths.map(literal);
  if (fewArguments(specs)) return place.git.run([...args, '--', ...specs], { input: message });
  const list = temporaryName(place.gitDir, 'paths');
  try {
    await writeFile(list, nulList(specs));
    return await place.git.run([...args, `--pathspec-from-file=${list}`, '--pathspec-file-nul'], { input: message });
  } finally {
    await rm(list, { force: true });
  }
}

/**
 * With `--only` hooks work on an index of their own, and the real one keeps what the files were before the hook rewrote them. Each file of
 * the commit gets the committed entry, unless it is one that the hook added and the person had staged otherwise.
 */
async function settleIndex(place: CommitPlace, asked: readonly string[], files: readonly TreeDifference[]): Promise<void> {
  if (files.length === 0) return;
  const requested = new Set(asked);
  const paths = files.map((file) => file.path);
  const entries = await indexEntries(place.git, paths);
  const stale = files.filter((file) => {
    const entry = entries.get(file.path) ?? null;
    return !sameEntry(entry, file.after) && (requested.has(file.path) || sameEntry(entry, file.before));
  });
  if (stale.length === 0) return;
  const stalePaths = stale.map((file) => file.path);
  await setEntries(place.git, place.zero, stalePaths, entriesOf(stale, 'after'));
  // Entries set by id carry no file times, and every reader would have to hash them. Exit code 1 only says that other files differ.
  await place.git.run(['update-index', '-q', '--refresh']);
}

/**
 * Makes the index hold the last commit where a kill came before it did: git moves the branch first. Only paths whose file is what was
 * committed and whose entry is what was there before: anything else is a person's.
 */
export async function settleLast(place: CommitPlace): Promise<void> {
  const { commit } = await place.head();
  if (commit === null) return;
  const { tree, parents } = await place.commitObject(commit);
  const old = parents[0] === undefined ? null : (await place.commitObject(parents[0])).tree;
  const files = await diffTrees(place.readTree, old, tree);
  if (files.length === 0) return;
  const paths = files.map((file) => file.path);
  const differs = (await place.git.must(['diff', '--name-only', '--no-renames', '-z', commit, '--'])).toString('utf8').split('\0');
  const theirs = new Set(differs);
  const entries = await indexEntries(place.git, paths);
  const behind = files.filter(({ path, before, after }) => {
    const entry = entries.get(path) ?? null;
    return !theirs.has(path) && !sameEntry(entry, after) && sameEntry(entry, before);
  });
  if (behind.length === 0) return;
  const behindPaths = behind.map(({ path }) => path);
  await setEntries(place.git, place.zero, behindPaths, entriesOf(behind, 'after'));
  await place.git.run(['update-index', '-q', '--refresh']);
}

function entriesOf(files: readonly TreeDifference[], side: 'before' | 'after'): ReadonlyMap<string, TreeEntry> {
  return new Map(
    files.flatMap((file) => {
      const entry = file[side];
      return entry ? [[file.path, entry] as const] : [];
    }),
  );
}

/** Same branch, same commit. */
const sameHead = (a: Head, b: Head): boolean => a.branch === b.branch && a.commit === b.commit;
