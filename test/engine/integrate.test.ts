/** Work that was brought into the checkout and not committed comes out again; what a person wrote there meanwhile is kept. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { rig, task, type Rig } from '../support/rig.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
const apart = (tasks: string) => rig(`## P\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${tasks}`, { 'other.txt': 'other\n' });
const ONE = task('one', 'echo 1 >> README.md; echo 1 > one.txt; rm other.txt', 'maxAttempts: 1');

/** What is kept of a person's, at a path. */
function theirs(it: Rig, path: string): string {
  const kept = it.repository.git('log', '--format=%H %s', '--glob=refs/plans/preserved').split('\n');
  const [commit = ''] = kept.find((line) => line.includes('taken out again'))?.split(' ') ?? [];
  return it.repository.git('show', `${commit}:${path}`);
}
const notes = (it: Rig) => it.of('note').map(({ text }) => text);

function write(it: Rig): void {
  appendFileSync(it.repository.path('README.md'), 'mine\n');
  writeFileSync(it.repository.path('other.txt'), 'mine\n');
}

it('after a kill', async () => {
  await using it = await apart(ONE);
  const env = { ...process.env, PLANS_CRASH_AT: 'after-bring-in' };
  expect(spawnSync(process.execPath, [CLI, 'run', 'demo'], { cwd: it.repository.root, env }).signal).toBe('SIGKILL');
  write(it);
  expect((await it.run()).end).toEqual({ type: 'completed' });
  expect([theirs(it, 'README.md'), theirs(it, 'other.txt')]).toEqual(['hello\n1\nmine\n', 'mine\n']);
  expect(notes(it)).toEqual([
    expect.stringMatching(/"README.md" and "other.txt", where something else was written meanwhile: that is kept under/),
  ]);
  expect(it.repository.status()).toEqual([]);
});

it('where a hook refuses the commit, and a person writes while it runs', async () => {
  await using it = await apart(ONE);
  await it.repository.hook('pre-commit', 'git diff --cached --name-only | grep -q one.txt || exit 0\necho mine >> README.md\nexit 1');
  expect((await it.run()).end).toMatchObject({ type: 'paused', reason: 'task_failed' });
  expect(theirs(it, 'README.md')).toBe('hello\n1\nmine\n');
  expect(notes(it)).toEqual([expect.stringMatching(/^The work was taken out of the checkout again, also of "README.md", where/)]);
  expect(it.repository.status()).toEqual([]);
});

it('and nothing is said where nobody wrote', async () => {
  await using it = await apart(ONE);
  await it.repository.hook('pre-commit', 'git diff --cached --name-only | grep -q one.txt || exit 0\nexit 1');
  await it.run();
  expect([notes(it), it.repository.git('for-each-ref', 'refs/plans/preserved'), it.repository.status()]).toEqual([[], '', []]);
});
