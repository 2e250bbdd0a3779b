/** Commits without git: everything that git would have done, or a refusal before anything is done. */
import { dirname, join } from 'node:path';
import type { CommitOutcome, CommitRequest, Head } from '../git.ts';
import { nothingToCommit } from '../refusal.ts';
import { diffTrees, lookUp, type TreeEntry } from '../tree.ts';
import { isOn, type Config } from './config.ts';
import { forgetYoung, formatIndex, makeEntry, readIndex, type IndexEntry } from './index-file.ts';
import { locked, Locked } from './lock.ts';
import { readObject, readTree, readWorkFile, treeOf, writeChangedTree } from './objects.ts';
import { assertReadable } from './find-place.ts';
import { exists, readText, readWholeConfig, type Place } from './place.ts';
import { unsupported } from './unsupported.ts';
import { readHead, readReference, swapReference } from './references.ts';

const HOOKS = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit', 'reference-transaction', 'post-index-change'] as const;
/** Attributes by which the committed content differs from the file's. */
const CONVERTING = /(?:^|\s)[-!]?(?:text|eol|crlf|filter|ident|working-tree-encoding)(?:=\S+)?(?=\s|$)/m;

interface Person {
  readonly name: string;
  readonly email: string;
  readonly timestamp: number;
  readonly timezoneOffset: number;
}

/** Refuses a repository in which a commit of these paths would not be what git makes of it. */
export async function assertCommittable(place: Place, config: Config, paths: readonly string[]): Promise<void> {
  await assertUnconverted(place, config, paths);
  if (config.has('core.hookspath')) throw unsupported(`${place.root} sets core.hooksPath`);
  for (const name of HOOKS) {
    if (await exists(place.fs, join(place.gitDir, 'hooks', name))) throw unsupported(`${place.root} has the hook ${name}`);
  }
  if (isOn(config.get('commit.gpgsign'))) throw unsupported(`${place.root} signs its commits (commit.gpgSign)`);
}

/** Refuses a repository in which these paths are not the same bytes in the work tree and in a commit. */
async function assertUnconverted(place: Place, config: Config, paths: readonly string[]): Promise<void> {
  await assertReadable(place);
  const autocrlf = config.get('core.autocrlf');
  if (isOn(autocrlf) || autocrlf === 'input') throw unsupported(`${place.root} converts line ends (core.autocrlf)`);
  if (config.has('core.attributesfile')) throw unsupported(`${place.root} sets core.attributesFile`);
  const folders = new Set(['']);
  for (const path of paths) for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  const files = [join(place.gitDir, 'info/attributes'), ...[...folders].map((folder) => join(place.root, folder, '.gitattributes'))];
  for (const file of files) {
    if (CONVERTING.test(await readText(place.fs, file))) throw unsupported(`${file} converts files on their way into a commit`);
  }
}

/** As the interface says; refusals of the repository's kind are thrown. */
export async function commitEmbedded(place: Place, request: CommitRequest): Promise<CommitOutcome> {
  const config = await readWholeConfig(place);
  await assertCommittable(place, config, request.paths);
  const person = identity(config);
  if (person === null) {
    const message = 'Nobody is named as the author: set user.name and user.email in your git configuration.';
    return { type: 'failed', reason: 'identity', message };
  }
  try {
    return await locked(place, join(place.gitDir, 'index'), async (replace) => {
      const head = await readHead(place);
      if (head.branch !== request.expect.branch || head.commit !== request.expect.commit) return { type: 'moved', head };
      return commitLocked(place, request, head, { config, person, replace });
    });
  } catch (error) {
    return failure(error);
  }
}

interface Means {
  readonly config: Config;
  readonly person: Person;
  readonly replace: (content: Uint8Array) => Promise<void>;
}

async function commitLocked(place: Place, request: CommitRequest, head: Head, means: Means): Promise<CommitOutcome> {
  const base = head.commit === null ? null : await treeOf(place, head.commit);
  const { changes, entries } = await takeFiles(place, base, request.paths, means.config);
  const tree = (await writeChangedTree(place, base, changes)) ?? (await place.library.writeTree({ ...place.common, tree: [] }));
  const files = await diffTrees((id) => readTree(place, id), base, tree);
  if (files.length === 0) return nothingToCommit();
  const parents = head.commit === null ? [] : [head.commit];
  const message = cleanMessage(request.message);
  const author = means.person;
  const commit = await place.library.writeCommit({
    ...place.common,
    commit: { message, tree, parent: parents, author, committer: author },
  });
  const index = await readIndex(place);
  const ref = head.branch === null ? 'HEAD' : `refs/heads/${head.branch}`;
  if (!(await swapReference(place, ref, commit, head.commit))) return { type: 'moved', head: await readHead(place) };
  await writeReflog(place, [...new Set(['HEAD', ref])], head.commit, commit, means, message);
  const others = forgetYoung(index).filter((entry) => !changes.has(entry.path));
  await means.replace(formatIndex([...others, ...entries]));
  if ((await readReference(place, ref)) !== commit) return { type: 'moved', head: await readHead(place) };
  return { type: 'committed', commit, parent: head.commit, files: files.map((file) => file.path) };
}

/** Writes the paths' contents as blobs; what they become in the tree, and in the index. */
async function takeFiles(
  place: Place,
  base: string | null,
  paths: readonly string[],
  config: Config,
): Promise<{ changes: Map<string, TreeEntry | null>; entries: IndexEntry[] }> {
  const known = await lookUp((id) => readTree(place, id), base, paths);
  const changes = new Map<string, TreeEntry | null>();
  const entries: IndexEntry[] = [];
  for (const path of paths) {
    const file = await readWorkFile(place, path, config.get('core.filemode') !== 'false', known.get(path)?.mode);
    changes.set(path, file?.entry ?? null);
    if (file === null) continue;
    await place.library.writeBlob({ ...place.common, blob: file.bytes });
    entries.push(makeEntry(path, file.entry.mode, file.entry.id));
  }
  return { changes, entries };
}

/** A commit beside the branch; as `keep` of the interface. No hook and no signature is asked for, so that neither is in the way. */
export async function keepEmbedded(place: Place, paths: readonly string[], parent: string, text: string): Promise<string> {
  const config = await readWholeConfig(place);
  await assertUnconverted(place, config, paths);
  const base = await treeOf(place, parent);
  const { changes } = await takeFiles(place, base, paths, config);
  const tree = (await writeChangedTree(place, base, changes)) ?? (await place.library.writeTree({ ...place.common, tree: [] }));
  const author = { name: 'Plans', email: 'plans@localhost', ...now() };
  const commit = { message: cleanMessage(text), tree, parent: [parent], author, committer: author };
  return place.library.writeCommit({ ...place.common, commit });
}

/** As `restore` of the interface. */
export async function restoreEmbedded(place: Place, commit: string, paths: readonly string[]): Promise<void> {
  await assertUnconverted(place, await readWholeConfig(place), paths);
  const known = await lookUp((id) => readTree(place, id), await treeOf(place, commit), paths);
  await locked(place, join(place.gitDir, 'index'), async (replace) => {
    const restored: IndexEntry[] = [];
    for (const path of paths) if (!known.has(path)) await removeFile(place, path);
    for (const [path, entry] of known) {
      await writeFile(place, path, entry);
      restored.push(makeEntry(path, entry.mode, entry.id));
    }
    const touched = new Set(paths);
    const entries = forgetYoung(await readIndex(place));
    await replace(formatIndex([...entries.filter((entry) => !touched.has(entry.path)), ...restored]));
  });
}

async function writeFile(place: Place, path: string, entry: TreeEntry): Promise<void> {
  const object = await readObject(place, entry.id);
  if (object === null) throw new Error(`Object ${entry.id} is missing in this repository.`);
  const file = join(place.root, path);
  const fs = place.fs.promises;
  await fs.mkdir(dirname(file), { recursive: true });
  await fs.unlink(file).catch(() => {});
  if (entry.mode === '120000') return fs.symlink(object.bytes.toString('utf8'), file);
  await fs.writeFile(file, object.bytes);
  if (entry.mode === '100755') await fs.chmod(file, 0o755);
}

async function removeFile(place: Place, path: string): Promise<void> {
  await place.fs.promises.unlink(join(place.root, path)).catch(() => {});
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const left = await place.fs.promises.readdir(join(place.root, folder)).catch(() => ['']);
    if (left.length > 0) return;
    await place.fs.promises.rmdir(join(place.root, folder));
  }
}

async function writeReflog(
  place: Place,
  refs: readonly string[],
  from: string | null,
  to: string,
  means: Means,
  message: string,
): Promise<void> {
  if (means.config.get('core.logallrefupdates') === 'false') return;
  const { name, email, timestamp, timezoneOffset } = means.person;
  const kind = from === null ? 'commit (initial)' : 'commit';
  const zone = `${timezoneOffset > 0 ? '-' : '+'}${pad(Math.floor(Math.abs(timezoneOffset) / 60))}${pad(Math.abs(timezoneOffset) % 60)}`;
  const line = `${from ?? '0'.repeat(40)} ${to} ${name} <${email}> ${timestamp} ${zone}\t${kind}: ${message.split('\n')[0]}\n`;
  for (const ref of refs) {
    const file = join(place.gitDir, 'logs', ref);
    await place.fs.promises.mkdir(dirname(file), { recursive: true });
    await place.fs.promises.writeFile(file, line, { flag: 'a' });
  }
}

const pad = (value: number): string => String(value).padStart(2, '0');

function identity(config: Config): Person | null {
  const [name, email] = [config.get('user.name'), config.get('user.email')];
  return name && email ? { name, email, ...now() } : null;
}

function now(): { readonly timestamp: number; readonly timezoneOffset: number } {
  const date = new Date();
  return { timestamp: Math.floor(date.getTime() / 1000), timezoneOffset: date.getTimezoneOffset() };
}

/** As `--cleanup=whitespace`. */
function cleanMessage(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

function failure(error: unknown): CommitOutcome {
  if (error instanceof Locked) return { type: 'failed', reason: 'locked', message: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return { type: 'failed', reason: 'disk-full', message };
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return { type: 'failed', reason: 'read-only', message };
  throw error;
}
