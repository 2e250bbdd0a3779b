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
