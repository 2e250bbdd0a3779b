import { expect, it } from 'vitest';
import { rig, task } from '../support/rig.ts';

const COMMIT = { subject: 'feat({plan}): {lowerText}', planSubject: 'chore({plan}): {lowerText}' };

it('every commit of a run has the subject that a hook of the repository takes', async () => {
  await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'exit 1', 'maxAttempts: 1'), {
    'plans.config.json': JSON.stringify({ commit: COMMIT }),
  });
  await it.repository.hook('commit-msg', String.raw`head -n 1 "$1" | grep -qE '^(feat|chore)\(demo\): [a-z]'`);
  expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
  const subjects = it.repository.git('log', '--format=%s').trim().split('\n');
  expect(subjects.slice(0, -1)).toEqual(['chore(demo): failed: Do two', 'feat(demo): do one', 'chore(demo): started']);
});
