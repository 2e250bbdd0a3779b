import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { add, init, setConfig } from 'isomorphic-git';
import { createFsFromVolume, Volume } from 'memfs';
import { openEmbeddedGit } from '../../../src/adapters/git/embedded.ts';
import type { Git } from '../../../src/adapters/git/git.ts';
import { openSystemGit } from '../../../src/adapters/git/system.ts';
import { createRepository } from '../../support/repository.ts';
import { conformance } from './conformance.ts';
import type { Workplace } from './workplace.ts';

/** A lock that is meant to stay need not be waited for. Milliseconds. */
const LOCK_WAIT_MS = 40;

async function onDisk(open: (folder: string) => Promise<Git>): Promise<Workplace> {
  const repository = await createRepository();
  return {
    git: await open(repository.root),
    write: (files) => repository.write(files),
    read: async (path) => (existsSync(repository.path(path)) ? repository.read(path) : null),
    stage: async (path) => void repository.git('add', '--', path),
    detach: async (commit) => void repository.git('checkout', '--quiet', '--detach', commit),
    mark: (file) => writeFile(repository.path(`.git/${file}`), ''),
    unmark: (file) => rm(repository.path(`.git/${file}`)),
    complaints: () => [
      ...repository.git('fsck', '--strict', '--no-dangling', '--no-progress').split('\n').filter(Boolean),
      ...repository
        .git('status', '--porcelain=v2')
        .split('\n')
        .filter((line) => line.startsWith('u ')),
    ],
    dispose: () => repository.dispose(),
  };
}

async function inMemory(): Promise<Workplace> {
  const volume = Volume.fromJSON({}, '/');
  const fs = createFsFromVolume(volume) as unknown as typeof import('node:fs');
  const dir = '/work';
  fs.mkdirSync(dir);
  await init({ fs, dir, defaultBranch: 'main' });
  await setConfig({ fs, dir, path: 'user.name', value: 'Ada Lovelace' });
  await setConfig({ fs, dir, path: 'user.email', value: 'ada@example.org' });
  return {
    git: await openEmbeddedGit(dir, fs, null, LOCK_WAIT_MS),
    write: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        const file = join(dir, name);
        if (content === null) {
          fs.rmSync(file, { force: true, recursive: true });
          continue;
        }
        fs.mkdirSync(dirname(file), { recursive: true });
        fs.writeFileSync(file, content);
      }
    },
    read: async (path) => (fs.existsSync(join(dir, path)) ? fs.readFileSync(join(dir, path), 'utf8') : null),
    stage: (path) => add({ fs, dir, filepath: path }),
    detach: async (commit) => fs.writeFileSync(join(dir, '.git/HEAD'), `${commit}\n`),
    mark: async (file) => fs.writeFileSync(join(dir, '.git', file), ''),
    unmark: async (file) => fs.rmSync(join(dir, '.git', file)),
    complaints: () => [],
    dispose: async () => volume.reset(),
  };
}

const limits = { lockWaitMs: LOCK_WAIT_MS };
conformance('git on disk', () => onDisk((folder) => openSystemGit(folder, process.env, limits)));
conformance('git on disk, a large index', () => onDisk((folder) => openSystemGit(folder, process.env, { ...limits, largeIndexBytes: 0 })));
conformance('isomorphic-git on disk', () => onDisk((folder) => openEmbeddedGit(folder, undefined, null, LOCK_WAIT_MS)));
conformance('isomorphic-git in memory', inMemory);
