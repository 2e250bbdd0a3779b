import { expect, it } from 'vitest';
import { rig, task, trailer } from '../support/rig.ts';

const TEST = { 'a.test.js': "it('a', () => {});\nit('b', () => {});\n" };

it('a task that removes a test says so in its commit, its event, a note and the summary', async () => {
  await using it = await rig(task('one', `echo "it.skip('a', () => {});" > a.test.js`), TEST);
  const summary = await it.run();
  expect(summary.end).toEqual({ type: 'completed' });
  const flags = [
    { name: 'tests-removed', count: 1 },
    { name: 'tests-skipped', count: 1 },
  ];
  expect(trailer(it.repository.git('log', '-1', '--format=%B'), 'Plan-Flags')).toBe('tests-removed=1 tests-skipped=1');
  expect(it.of('task-completed')).toMatchObject([{ flags }]);
  expect(summary.flags).toEqual(flags);
  expect(it.of('note')).toMatchObject([{ task: 'one', text: expect.stringContaining('1 test removed, 1 test skipped') as unknown }]);
});

it('waits for a person where the config says so, and lands when one has named the task', async () => {
  await using it = await rig(task('one', 'rm -f a.test.js; echo 1 >> one.txt'), {
    ...TEST,
    'plans.config.json': JSON.stringify({ qa: { onWeakened: 'pause' } }),
  });
  const summary = await it.run();
  expect(summary.end).toMatchObject({ type: 'paused', reason: 'manual_approval_required', task: 'one' });
  expect(it.of('attempt-finished')).toMatchObject([{ outcome: 'denied', willRetry: false }]);
  expect(it.repository.git('ls-files')).toContain('a.test.js');
  expect(it.repository.git('ls-tree', '-r', '--name-only', 'refs/plans/attempts/demo/one/1')).not.toContain('a.test.js');
  expect((await it.run({ task: 'one' })).end).toEqual({ type: 'completed' });
  expect(trailer(it.repository.git('log', '-1', '--format=%B'), 'Plan-Flags')).toBe('test-files-deleted=1 tests-removed=2');
});
