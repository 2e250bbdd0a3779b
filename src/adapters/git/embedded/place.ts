/** A repository that is plain enough to be read and written without git, and where its parts are. */
import type * as isomorphic from 'isomorphic-git';
import type { promises } from 'node:fs';
import { dirname, join } from 'node:path';
import { GitUnavailable } from '../git.ts';
import { parseConfig, type Config } from './config.ts';
import { unsupported } from './unsupported.ts';
import { readIndex } from './index-file.ts';

/** The part of a file system that is used; `node:fs` and memfs have it. */
export interface EmbeddedFs {
  readonly promises: Pick<
    typeof promises,
    | 'readFile'
    | 'writeFile'
    | 'mkdir'
    | 'rmdir'
    | 'unlink'
    | 'stat'
    | 'lstat'
    | 'readdir'
    | 'readlink'
    | 'symlink'
    | 'rename'
    | 'chmod'
    | 'rm'
  >;
}

export interface Place {
  readonly fs: EmbeddedFs;
  readonly library: typeof isomorphic;
  readonly root: string;
  readonly gitDir: string;
  /** The person's home folder, for their configuration; null where there is none. */
  readonly home: string | null;
  /** What every call of the library takes. */
  readonly common: { readonly fs: EmbeddedFs; readonly dir: string; readonly gitdir: string; readonly cache: object };
}

/** Extensions of the repository format that change nothing here. */
const HARMLESS_EXTENSIONS = new Set(['extensions.worktreeconfig', 'extensions.objectformat', 'extensions.refstorage', 'extensions.noop']);

/** Finds the repository that holds `folder`, and refuses one that cannot even be read right. */
export async function findPlace(fs: EmbeddedFs, library: typeof isomorphic, folder: string, home: string | null): Promise<Place> {
  for (let root = folder; ; root = dirname(root)) {
    const gitDir = join(root, '.git');
    const stat = await fs.promises.lstat(gitDir).catch(() => null);
    if (stat?.isFile()) throw unsupported(`${root} is a linked work tree or a submodule (its .git is a file)`);
    if (stat) {
      const place = { fs, library, root, gitDir, home, common: { fs, dir: root, gitdir: gitDir, cache: {} } };
      await assertReadable(place);
      return place;
    }
    if ((await exists(fs, join(root, 'HEAD'))) && (await exists(fs, join(root, 'objects')))) {
      throw new GitUnavailable('bare', `The repository at ${root} has no work tree (it is bare). Plans works in a clone of it.`);
    }
    if (dirname(root) === root) {
      throw new GitUnavailable('not-a-repository', `${folder} is not in a git repository. Make one with \`git init\`, or go to one.`);
    }
  }
}

/** Throws `GitUnsupported` where reading or the index would come out wrong. */
export async function assertReadable(place: Place): Promise<void> {
  const { fs, root, gitDir } = place;
  const config = await readConfig(fs, join(gitDir, 'config'));
  if (config.get('core.bare') === 'true') {
    throw new GitUnavailable('bare', `The repository at ${root} has no work tree (it is bare). Plans works in a clone of it.`);
  }
  const format = config.get('extensions.objectformat') ?? 'sha1';
  if (format !== 'sha1') throw unsupported(`${root} uses ${format} object ids`);
  const references = config.get('extensions.refstorage') ?? 'files';
  if (references !== 'files') throw unsupported(`${root} keeps its references in ${references} format`);
  for (const key of config.keys()) {
    if (key.startsWith('extensions.') && !HARMLESS_EXTENSIONS.has(key)) throw unsupported(`${root} sets ${key}`);
    if (/^include(if)?\./.test(key)) throw unsupported(`The configuration of ${root} includes other files`);
  }
  if (config.get('core.sparsecheckout') === 'true') throw unsupported(`${root} is a sparse checkout`);
  if (await exists(fs, join(root, '.gitmodules'))) throw unsupported(`${root} has submodules`);
  if (await exists(fs, join(gitDir, 'objects/info/alternates'))) throw unsupported(`${root} borrows objects from another repository`);
  if (await exists(fs, join(gitDir, 'refs/replace'))) throw unsupported(`${root} replaces objects (refs/replace)`);
  const index = await readIndex(place);
  if (index.entries.some((entry) => entry.mode === '160000')) throw unsupported(`${root} has submodules`);
}

/** One configuration file; empty where there is none. */
export async function readConfig(fs: EmbeddedFs, file: string): Promise<Config> {
  return parseConfig(await readText(fs, file));
}

/** The person's configuration under the repository's. */
export async function readWholeConfig(place: Place): Promise<Config> {
  const home = place.home === null ? [] : [join(place.home, '.config/git/config'), join(place.home, '.gitconfig')];
  const files = [...home, join(place.gitDir, 'config')];
  const configs = await Promise.all(files.map((file) => readConfig(place.fs, file)));
  return new Map(configs.flatMap((config) => [...config]));
}

/** A file's text; empty where there is none. */
export function readText(fs: EmbeddedFs, file: string): Promise<string> {
  return fs.promises.readFile(file, 'utf8').catch(() => '');
}

export async function exists(fs: EmbeddedFs, file: string): Promise<boolean> {
  return (await fs.promises.lstat(file).catch(() => null)) !== null;
}
