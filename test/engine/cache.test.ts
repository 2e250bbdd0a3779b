import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { showPlan } from '../../src/engine/export.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { problemsOf } from '../support/checker.ts';
import { seeded } from '../support/faults.ts';
import { rig, task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

async function shown(root: string): Promise<string> {
  const workspace = await openWorkspace(root);
  try {
    const { live, ...rest } = (await showPlan(workspace, 'demo')) ?? { live: [] };
    expect(live).toEqual([]);
    return JSON.stringify(rest);
  } finally {
    await workspace.close();
  }
}

it.each(rounds(2, 100))('the cache may be deleted, cut, garbled and replaced by a folder while a run uses it: seed %i', async (seed) => {
  const ids = Array.from({ length: 10 }, (_, index) => `t${index}`);
  await using it = await rig(ids.map((id) => task(id, `echo ${id} > ${id}.txt`)).join(''));
  const random = seeded(seed);
  const folder = it.repository.path('.plans');
  const harm = (): void => {
    if (random() > 0.3) return;
    // Not `-shm`: SQLite maps that file, and the system ends a process whose mapping is cut short. The next run then goes on.
    const names = readdirSync(folder).filter((name) => /^state\.db(?:-wal)?$/.test(name));
    const file = join(folder, names[Math.floor(random() * names.length)] ?? 'state.db');
    const how = random();
    if (how < 0.3) rmSync(folder, { recursive: true, force: true });
    else if (how < 0.5) rmSync(file, { force: true });
    else if (how < 0.6) {
      rmSync(file, { force: true });
      mkdirSync(file);
    } else if (how < 0.8) truncateSync(file, 100);
    else writeFileSync(file, 'garbled '.repeat(2_000));
  };
  const summary = await it.run({
    on: () => {
      try {
        harm();
      } catch (error) {
        // Deleted already, or a folder: that is harm enough.
        expect((error as NodeJS.ErrnoException).code).toMatch(/^(?:ENOENT|EEXIST|EISDIR|ERR_FS_EISDIR)$/);
      }
    },
  });
  expect(summary.end).toEqual({ type: 'completed' });
  expect(problemsOf(it.repository.root, 'demo', 10)).toEqual([]);
  const before = await shown(it.repository.root);
  rmSync(folder, { recursive: true, force: true });
  expect(await shown(it.repository.root)).toBe(before);
});

it.runIf(process.platform === 'linux')('a run whose mapped "-shm" is cut short is ended by the system, and the next goes on', async () => {
  const cut = 'test -e .git/once || { touch .git/once; truncate -s 0 .plans/state.db-shm; }; echo 1 >> one.txt';
  await using it = await rig(task('one', cut) + task('two', 'echo 2 > two.txt'));
  const cli = join(import.meta.dirname, '../../src/cli.ts');
  const run = () => spawnSync(process.execPath, [cli, 'run', 'demo', '--quiet'], { cwd: it.repository.root, stdio: 'ignore' });
  expect(run().signal).toBe('SIGBUS');
  expect(run().status).toBe(0);
  expect(problemsOf(it.repository.root, 'demo', 2)).toEqual([]);
  expect(it.repository.status()).toEqual([]);
});

/** Root reads and writes whatever it likes. */
const isRoot = process.getuid?.() === 0;
if (isRoot) console.log('cache: a file that may not be read is skipped, as root may read it all the same');

describe.each<[string, (file: string) => void, boolean?]>([
  ['is a folder', (file) => mkdirSync(file, { recursive: true })],
  ['is of another program', (file) => writeFileSync(file, 'SQLite format 3\0 or so'.repeat(500))],
  ['may not be read', (file) => (writeFileSync(file, ''), chmodSync(file, 0)), isRoot],
  ['may not be written', (file) => (writeFileSync(file, ''), chmodSync(file, 0o400)), isRoot],
])('where the cache %s', (_, harm, skipped = false) => {
  it.skipIf(skipped)('a run goes on without it, and what is Plans’ own is still nothing that git sees', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'));
    mkdirSync(it.repository.path('.plans'));
    harm(it.repository.path('.plans/state.db'));
    expect((await it.run()).end).toEqual({ type: 'completed' });
    expect(problemsOf(it.repository.root, 'demo', 2)).toEqual([]);
    expect(it.repository.status()).toEqual([]);
    expect(await shown(it.repository.root)).toContain('"status":"completed"');
  });
});

it('a file where its folder has to be is named, and nothing is lost', async () => {
  await using it = await rig(task('one', 'echo 1 > one.txt'));
  writeFileSync(it.repository.path('.plans'), 'mine');
  const place = it.repository.path('.plans');
  await expect(it.run()).rejects.toThrow(
    new RegExp(`^The run was stopped, .*${place}.* A file stands where a folder has to be: move it away\\.`),
  );
  expect(await it.repository.read('.plans')).toBe('mine');
  rmSync(place);
  expect((await it.run()).end).toEqual({ type: 'completed' });
  expect(problemsOf(it.repository.root, 'demo', 1)).toEqual([]);
});
