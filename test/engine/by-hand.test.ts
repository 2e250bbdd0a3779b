/** `plans done` as a person's commit: what goes into it, and what a kill leaves of its gates. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gates, rig, task, type Rig } from '../support/rig.ts';
import { agentCommand, contentOf, isRunning } from '../support/scripted.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const SECRET = 'sentinel-77c1-value';

function done({ repository: { root } }: Rig, ...more: readonly string[]) {
  const env = { ...process.env, MY_TOKEN: SECRET };
  return spawnSync(process.execPath, [CLI, 'done', 'demo', 'one', '--yes', ...more], { cwd: root, env, encoding: 'utf8' });
}

it('a secret in what goes in is refused before a gate runs, and the file is left as it is', async () => {
  await using it = await rig(task('one', 'true'), gates({ name: 'tell', run: 'echo ran > .git/ran' }));
  await it.repository.write({ 'key.txt': `key: ${SECRET}\n`, 'mine.txt': 'mine\n' });
  const before = it.repository.head();
  const refused = expect.stringMatching(/^plans: The value of MY_TOKEN stands in "key\.txt", .* Nothing was committed\.\n$/);
  expect(done(it)).toMatchObject({ status: 2, stderr: refused });
  expect([it.repository.head(), it.repository.status(), await it.repository.read('key.txt')]).toEqual([
    before,
    ['?? key.txt', '?? mine.txt'],
    `key: ${SECRET}\n`,
  ]);
  await expect(it.repository.read('.git/ran')).rejects.toThrow('ENOENT');
  expect(done(it, '--files', 'mine.txt')).toMatchObject({ status: 0 });
  expect(it.repository.status()).toEqual(['?? key.txt']);
});

it('a secret that a gate writes into it is found before the box is ticked', async () => {
  const config = { env: ['MY_TOKEN'], qa: { gates: [{ name: 'stamp', run: 'echo "$MY_TOKEN" >> mine.txt' }] } };
  await using it = await rig(task('one', 'true'), { 'plans.config.json': JSON.stringify(config) });
  await it.repository.write({ 'mine.txt': 'mine\n' });
  const before = [it.repository.head(), await it.plan()];
  expect(done(it)).toMatchObject({ status: 2, stderr: expect.stringContaining('stands in "mine.txt"') });
  expect([it.repository.head(), await it.plan()]).toEqual(before);
});

it('a hook that refuses leaves the box open, and what a person wrote into the plan meanwhile', async () => {
  await using it = await rig(task('one', 'true'));
  await it.repository.write({ 'mine.txt': 'mine\n' });
  const before = await it.plan();
  await it.repository.hook('pre-commit', 'echo "- [ ] Mine" >> plans/demo.plan.md; exit 1');
  expect(done(it)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/not committed, and its box is open again: A git hook refused/),
  });
  expect(await it.plan()).toBe(`${before}- [ ] Mine\n`);
});

it.skipIf(process.platform !== 'linux')('what its gates leave behind where it is killed is ended by whoever comes next', async () => {
  const { file, args } = agentCommand(['escape', '.git/pid'], ['wait', '.git/never']);
  const run = [file, ...args].map((word) => `'${word}'`).join(' ');
  await using it = await rig(task('one', 'true') + task('two', 'echo 2 > two.txt'), gates({ name: 'daemon', run }));
  await it.repository.write({ 'one.txt': 'mine\n' });
  const child = spawn(process.execPath, [CLI, 'done', 'demo', 'one', '--yes'], { cwd: it.repository.root, stdio: 'ignore' });
  const left = Number(await contentOf(it.repository.path('.git/pid')));
  child.kill('SIGKILL');
  expect(isRunning(left)).toBe(true);
  expect(spawnSync(process.execPath, [CLI, 'skip', 'demo', 'two'], { cwd: it.repository.root })).toMatchObject({ status: 0 });
  expect(isRunning(left)).toBe(false);
  // It is the person's still, and no attempt at the task.
  expect(it.repository.status()).toEqual(['?? one.txt']);
  expect(it.repository.git('for-each-ref', 'refs/plans')).toBe('');
  expect(done(it, '--no-gates')).toMatchObject({ status: 0 });
  expect(it.repository.git('log', '-1', '--format=%(trailers:key=Plan-Attempt,valueonly)').trim()).toBe('1/3');
});
