import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { rig, task } from '../support/rig.ts';

/** Runs the rig's plan with a git whose `status` throws once `when` is there. */
async function runWith(root: string, when: string, error: Error): Promise<unknown> {
  const workspace = await openWorkspace(root);
  const { git } = workspace;
  const failing = new Proxy(git, {
    get: (target, name) => {
      if (name === 'status' && existsSync(when)) return () => Promise.reject(error);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const run = runPlan({ ...workspace, git: failing }, 'demo', { env: process.env, publish: () => {} });
  return await run
    .then(
      () => null,
      (thrown: unknown) => thrown,
    )
    .finally(() => workspace.close());
}

const refused = (code: string, words: string) => Object.assign(new Error(`${code}: ${words}, write`), { code });

it.each([
  ['ENOSPC', refused('ENOSPC', 'no space left on device'), 'Free some space on the disk.'],
  ['EIO', refused('EIO', 'i/o error'), 'Check the disk.'],
  ['EMFILE', refused('EMFILE', 'too many open files'), 'Raise the limit of open files (ulimit -n).'],
  ['git', new Error('git write-tree failed: fatal: unable to write: No space left on device'), 'Free some space on the disk.'],
])('what the machine refuses stops the run, which says where and what to do (%s)', async (_, error, remedy) => {
  await using it = await rig(task('one', 'echo 1 >> one.txt') + task('two', 'echo 2 >> two.txt'));
  const thrown = await runWith(it.repository.root, it.repository.path('two.txt'), error);
  expect(thrown).toBeInstanceOf(Problem);
  expect((thrown as Problem).message).toContain(`${error.message} (in ${it.repository.root}). ${remedy} Then run the plan again`);
  expect(it.repository.log()).toEqual(['demo: Do one', 'demo: started', 'init']);
  expect(await it.plan()).toContain('- [ ] Do two');
  // What was begun is the task's, not a person's.
  expect(await it.run()).toMatchObject({ end: { type: 'completed' }, completedTasks: 1 });
  expect(it.repository.git('show', 'HEAD:two.txt')).toBe('2\n2\n');
  expect(it.repository.git('show', 'refs/plans/attempts/demo/two/1:two.txt')).toBe('2\n');
  expect(it.repository.status()).toEqual([]);
});

it('anything else an effect throws is a bug and comes out as it is', async () => {
  await using it = await rig(task('one', 'echo 1 > one.txt'));
  const error = new Error('no such thing');
  expect(await runWith(it.repository.root, it.repository.path('one.txt'), error)).toBe(error);
});
