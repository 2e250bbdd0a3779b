/**
 * Commits that go from one machine to another in a file, and commits made without a work tree: for jobs that hold a token and therefore run
 * nothing of the repository. No hook, no filter, no helper for passwords is asked, whatever the repository's settings say.
 */
import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nulList } from './entries.ts';
import { temporaryName } from './keep.ts';
import { locate } from './locate.ts';
import { GitProgram, gitEnvironment } from './process.ts';

/** Largest bundle that is read. Bytes. */
const MAX_BUNDLE_BYTES = 256 * 1024 * 1024;
/** Longest time of taking one in. */
const TAKE_MS = 300_000;
/** What of git's words a message quotes. Characters. */
const MAX_QUOTED = 300;

/** Whose commits these are where a machine has no identity: the name and address by which GitHub knows its own. */
const BOT = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' } as const;

/** Settings that go before those of the repository. An empty value ends a list that others have begun. */
const QUIET: readonly (readonly [key: string, value: string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['commit.gpgSign', 'false'],
  ['push.gpgSign', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['submodule.recurse', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/** A parent's environment for git that runs nothing of the repository. The token goes to `server` (`https://github.com`) alone. */
export function quietEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  access: { readonly server: string; readonly token: string } | null,
): NodeJS.ProcessEnv {
  const settings = [...QUIET];
  if (access !== null) {
    const key = `http.${access.server.replace(/\/+$/, '')}/.extraheader`;
    const basic = Buffer.from(`x-access-token:${access.token}`).toString('base64');
    // What a checkout has left there would be sent too, and two such headers are refused.
    settings.push([key, ''], [key, `AUTHORIZATION: basic ${basic}`]);
  }
  const from = Number(parent['GIT_CONFIG_COUNT'] ?? '0') || 0;
  const env: NodeJS.ProcessEnv = { ...parent, GIT_CONFIG_COUNT: String(from + settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${from + index}`] = key;
    env[`GIT_CONFIG_VALUE_${from + index}`] = value;
  }
  return env;
}

export interface SidedFile {
  readonly mode: string;
  readonly id: string;
  /** 0 of a submodule. */
  readonly bytes: number;
}

interface SidedChange {
  readonly path: string;
  readonly before: SidedFile | null;
  readonly after: SidedFile | null;
}

interface FileCommit {
  readonly parent: string;
  readonly tree?: string;
  readonly path: string;
  readonly text: string;
  readonly message: string;
}

export interface Bundles {
  /** Writes what `ref` has and `from` has not into a file. Where that is nothing there would be no bundle: do not ask. */
  write(file: string, ref: string, from: string): Promise<void>;
  /** Takes a ref of a bundle in, under another name. The objects are checked as they come. Its commit, or why it cannot be read. */
  take(file: string, ref: string, as: string): Promise<{ readonly commit: string } | { readonly problem: string }>;
  /** What a commit changes, with what each file is. */
  changes(parent: string, commit: string): Promise<readonly SidedChange[]>;
  /** A commit on top of `parent` with the files of `tree`, a commit (the parent’s own), and one file that says something else. Neither index nor work tree is looked at. */
  commitFile(made: FileCommit): Promise<string>;
  /** Gives the repository an identity to commit with, where it has none. */
  ensureIdentity(): Promise<void>;
  close(): void;
}

/** Opens the repository that holds `folder`. `env` is the parent's, or that of {@link quietEnvironment}. */
export async function openBundles(folder: string, env: NodeJS.ProcessEnv): Promise<Bundles> {
  const environment = gitEnvironment(env);
  const { root, gitDir, commonDir } = await locate(new GitProgram(folder, environment));
  const git = new GitProgram(root, environment, { lasting: true });
  return {
    write: async (file, ref, from) => void (await git.must(['bundle', 'create', '--quiet', file, ref, `^${from}`])),
    take: (file, ref, as) => take(git, commonDir, file, ref, as),
    changes: (parent, commit) => changes(git, parent, commit),
    commitFile: (made) => commitFile(git, gitDir, made),
    ensureIdentity: () => ensureIdentity(git),
    close: () => git.close(),
  };
}

/**
 * Through a repository that is thrown away: git does not check the objects of a bundle, but those that come from another repository. Until
 * then nothing of it is here.
 */
async function take(
  git: GitProgram,
  commonDir: string,
  file: string,
  ref: string,
  as: string,
): Promise<{ commit: string } | { problem: string }> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? null;
  if (size === null) return { problem: 'there is no such file' };
  if (size > MAX_BUNDLE_BYTES) return { problem: `it has ${size} bytes; at most ${MAX_BUNDLE_BYTES} are read` };
  const folder = await mkdtemp(join(tmpdir(), 'plans-bundle-'));
  try {
    const between = new GitProgram(folder, git.env);
    const format = (await git.must(['rev-parse', '--show-object-format'])).toString('utf8').trim();
    await between.must(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`]);
    await writeFile(join(folder, 'objects/info/alternates'), `${join(commonDir, 'objects')}\n`);
    const read = await between.run([...FROM_FILE, ...FETCH, '--', file, `${ref}:refs/heads/taken`], { timeoutMs: TAKE_MS });
    if (read.code !== 0) return { problem: said(read.stderr) };
    const strict = [...FROM_FILE, '-c', 'fetch.fsckObjects=true', ...FETCH];
    const checked = await git.run([...strict, '--', folder, `refs/heads/taken:${as}`], { timeoutMs: TAKE_MS });
    if (checked.code !== 0) return { problem: said(checked.stderr) };
    const commit = (await git.must(['rev-parse', '--verify', '--quiet', '--end-of-options', `${as}^{commit}`])).toString('utf8').trim();
    return { commit };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const FROM_FILE = ['-c', 'protocol.allow=never', '-c', 'protocol.file.allow=always'] as const;
const FETCH = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
  '--force',
] as const;

async function changes(git: GitProgram, parent: string, commit: string): Promise<readonly SidedChange[]> {
  const listed = await git.must(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--no-ext-diff', parent, commit]);
  const words = listed.toString('utf8').split('\0');
  const raw = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [, modeBefore = '', modeAfter = '', before = '', after = ''] = /^:(\d+) (\d+) (\w+) (\w+) \w/.exec(words[at] ?? '') ?? [];
    raw.push({ path: words[at + 1] ?? '', before: { mode: modeBefore, id: before }, after: { mode: modeAfter, id: after } });
  }
  const blobs = raw.flatMap(({ before, after }) => [before, after]).filter(({ mode }) => isFile(mode));
  const sizes = await sizesOf(git, [...new Set(blobs.map(({ id }) => id))]);
  const side = ({ mode, id }: { mode: string; id: string }): SidedFile | null =>
    mode === NOTHING ? null : { mode, id, bytes: sizes.get(id) ?? 0 };
  return raw.map(({ path, before, after }) => ({ path, before: side(before), after: side(after) }));
}

/** The mode of what is not there. */
const NOTHING = '000000';
const isFile = (mode: string): boolean => mode !== NOTHING && mode !== '160000';

async function sizesOf(git: GitProgram, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const answer = await git.must(['cat-file', '--batch-check=%(objectname) %(objectsize)'], { input: `${ids.join('\n')}\n` });
  const lines = answer.toString('utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), Number(line.slice(line.indexOf(' ') + 1))]));
}

async function commitFile(
  git: GitProgram,
  gitDir: string,
  { parent, tree: files = parent, path, text, message }: FileCommit,
): Promise<string> {
  const id = (await git.must(['hash-object', '-w', '--no-filters', '--stdin'], { input: Buffer.from(text) })).toString().trim();
  const index = temporaryName(gitDir, 'commit');
  const own = { GIT_INDEX_FILE: index };
  try {
    await git.must(['-c', 'core.splitIndex=false', '-c', 'core.fsmonitor=false', 'read-tree', files], { env: own });
    await git.must(['update-index', '--add', '-z', '--index-info'], { env: own, input: nulList([`100644 ${id} 0\t${path}`]) });
    const tree = (await git.must(['write-tree'], { env: own })).toString().trim();
    const bot = { GIT_AUTHOR_NAME: BOT.name, GIT_AUTHOR_EMAIL: BOT.email, GIT_COMMITTER_NAME: BOT.name, GIT_COMMITTER_EMAIL: BOT.email };
    const made = await git.must(['commit-tree', '--no-gpg-sign', '-p', parent, '-F', '-', tree], { env: bot, input: message });
    return made.toString().trim();
  } finally {
    await Promise.all([rm(index, { force: true }), rm(`${index}.lock`, { force: true })]);
  }
}

async function ensureIdentity(git: GitProgram): Promise<void> {
  for (const [key, value] of [
    ['user.name', BOT.name],
    ['user.email', BOT.email],
  ] as const) {
    const given = await git.run(['config', '--get', key]);
    if (given.code !== 0) await git.must(['config', '--local', key, value]);
  }
}

function said(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim() || 'git gave no reason';
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line;
}
