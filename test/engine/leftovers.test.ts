import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rig, task } from '../support/rig.ts';

/** A pid that no process has: above the largest that Linux gives. */
const DEAD = 4_194_999;

test('the temporary file of a killed writer is removed, and is in no commit', async () => {
  await using it = await rig(`## One\n\n${task('a', 'echo a > a.txt')}`);
  const left = join('plans', `.demo.plan.md.${DEAD}-3.plans-new`);
  await it.repository.write({ [left]: '# Half' });
  expect(await it.run()).toMatchObject({ end: { type: 'completed' } });
  expect(existsSync(join(it.repository.root, left))).toBe(false);
  expect(it.repository.status()).toEqual([]);
});

test('a state folder that a kill left without its ignore file is no work of a task', async () => {
  await using it = await rig(`## One\n\n${task('a', 'rm -f .plans/.gitignore; echo a > a.txt')}`);
  expect(await it.run()).toMatchObject({ end: { type: 'completed' } });
  expect(it.of('task-completed').map(({ files }) => files)).toEqual([['a.txt']]);
});

const FAILS = task('bad', 'echo bad > bad.txt; echo bad >> shared.txt; exit 1', 'maxAttempts: 1');

test('what a failed task left is in no commit of another', async () => {
  await using it = await rig(`## One\n\n${FAILS}${task('good', 'echo good > good.txt')}`, { 'shared.txt': 'base\n' });
  await it.run();
  await it.run({ task: 'good' });
  expect(it.of('task-completed').map(({ files }) => files)).toEqual([['good.txt']]);
  expect(it.repository.status()).toEqual([' M shared.txt', '?? bad.txt']);
});

test('a task that changes what another has left is told whose it is, and nothing is committed', async () => {
  await using it = await rig(`## One\n\n${FAILS}${task('same', 'echo same >> shared.txt')}`, { 'shared.txt': 'base\n' });
  await it.run();
  const { end } = await it.run({ task: 'same' });
  expect(end).toMatchObject({ type: 'paused', reason: 'conflict', detail: expect.stringContaining('the task "bad" has left') as unknown });
  expect(await it.repository.read('shared.txt')).toBe('base\nbad\nsame\n');
  expect(it.of('task-completed')).toEqual([]);
});

test('a task that is tried again goes on from its own files, and not from those of a person that it has changed too', async () => {
  await using it = await rig(`## One\n\n${task('a', 'echo a >> a.txt; echo a >> mine.txt')}`, { 'mine.txt': 'base\n' });
  await it.repository.write({ 'mine.txt': 'base\nmine\n' });
  expect(await it.run()).toMatchObject({ end: { type: 'paused', reason: 'conflict' } });
  // Once more: what the last attempt has changed is dirty still.
  expect(await it.run()).toMatchObject({ end: { type: 'paused', reason: 'conflict' } });
  expect(it.of('task-completed')).toEqual([]);
  const kept = it.repository.git('for-each-ref', '--format=%(refname)', 'refs/plans/attempts').trim().split('\n');
  expect(kept).toHaveLength(2);
  expect(it.repository.git('diff', '--name-only', `${kept[1]}^`, `${kept[1]}`).trim()).toBe('a.txt');
  expect(it.repository.git('show', `${kept[0]}:mine.txt`)).toBe('base\nmine\na\n');
  await it.repository.write({ 'mine.txt': 'base\n' });
  expect(await it.run()).toMatchObject({ end: { type: 'completed' } });
  expect(it.of('task-completed').map(({ files }) => files)).toEqual([['a.txt', 'mine.txt']]);
});
