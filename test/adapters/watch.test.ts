import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { remoteFileSystem, watchFolder } from '../../src/adapters/watch.ts';
import { folderForEach } from '../support/folder.ts';

let root: string;
folderForEach((path) => (root = path));

/** Watches for plans, and counts hints. */
async function counting(folder: string) {
  let hints = 0;
  let heard: (() => void) | undefined;
  const watch = await watchFolder({
    root,
    folder,
    concerns: (name) => name.endsWith('.plan.md'),
    hint: () => {
      hints += 1;
      heard?.();
    },
    fail: (reason) => expect.fail(reason),
  });
  return {
    hints: () => hints,
    close: () => watch.close(),
    /** The next hint after `work`. */
    after: async (work: () => void) => {
      const hint = new Promise<void>((resolve) => (heard = resolve));
      work();
      await hint;
    },
  };
}

test('a folder that is not there yet is heard of, and then what is in it', async () => {
  const folder = join(root, 'docs/plans');
  const watch = await counting(folder);
  await watch.after(() => mkdirSync(folder, { recursive: true }));
  await watch.after(() => writeFileSync(join(folder, 'a.plan.md'), 'a'));
  await watch.close();
});

test('nothing is heard of other files, and of folders in the folder', async () => {
  const folder = join(root, 'docs/plans');
  mkdirSync(folder, { recursive: true });
  const watch = await counting(folder);
  for (const name of ['notes.md', 'docs/notes.md', 'docs/plans/notes.md', 'docs/a.plan.md']) writeFileSync(join(root, name), 'x');
  mkdirSync(join(folder, 'deeper'));
  writeFileSync(join(folder, 'deeper/b.plan.md'), 'b');
  await watch.after(() => writeFileSync(join(folder, 'b.plan.md'), 'b'));
  expect(watch.hints()).toBe(1);
  await watch.close();
});

describe('network drives', () => {
  test.runIf(process.platform === 'linux')('are known by their file system, also where the folder is not there yet', () => {
    const types: Record<string, number> = { '/mnt/share': 0x6969, '/home': 0xef53, '/win': 0xff534d42 };
    const typeOf = (path: string): number => {
      const type = types[path];
      if (type === undefined) throw new Error('ENOENT');
      return type;
    };
    expect(remoteFileSystem('/mnt/share/a/plans', typeOf)).toBe('NFS');
    expect(remoteFileSystem('/win', typeOf)).toBe('CIFS');
    expect(remoteFileSystem('/home/a', typeOf)).toBeNull();
    expect(remoteFileSystem('/nowhere', typeOf)).toBeNull();
    expect(remoteFileSystem(root)).toBeNull();
  });
});
