/** Where the parts of a repository are that is read and written without git, and its configuration. */
import type * as isomorphic from 'isomorphic-git';
import type { promises } from 'node:fs';
import { join } from 'node:path';
import { parseConfig, type Config } from './config.ts';

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
