/** Whether a repository is plain enough to be read and written without git. */
import type * as isomorphic from 'isomorphic-git';
import { dirname, join } from 'node:path';
import { GitUnavailable } from '../git.ts';
import { readIndex } from './index-file.ts';
import { exists, readConfig, type EmbeddedFs, type Place } from './place.ts';
import { unsupported } from './unsupported.ts';

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
