/**
 * A disk that answers with an error: strace has a system call of the runner, or of a git that it started, fail with EIO, before it took
 * effect. Whatever that meets, it is no bug, nothing is lost, and the next run goes on.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { problemsOf } from '../support/checker.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');

const inject = (call: string, when: number) => ['-f', '-qq', '-e', `trace=${call}`, '-e', `inject=${call}:error=EIO:when=${when}`];
const { status, stderr } = spawnSync('strace', [...inject('sync', 1), '-o', '/dev/null', 'true'], { encoding: 'utf8' });
if (status !== 0) console.log(`io-errors: skipped, as strace is not here or may not trace: ${stderr ?? 'not found'}`);

/** The calls by which plans, journals, refs, objects and the index get to the disk; the n-th of a process fails, in each of its processes. */
const CALLS = ['rename', 'fsync', 'fdatasync', 'link', 'pwrite64', 'unlink', 'openat', 'read', 'write'];
const SHORT: readonly (readonly [string, number])[] = [
  ['rename', 2],
  ['fsync', 8],
  ['fdatasync', 1],
  ['link', 3],
  ['unlink', 5],
  ['openat', 300],
];
const LONG = CALLS.flatMap((call) => rounds(1, 25).map((when) => [call, when] as const));

const phase = (mode: string, ids: readonly string[]) =>
  `## ${mode}\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${ids.map((id) => task(id, `echo ${id} > ${id}.txt`)).join('')}`;
const PLAN = `---\nstatus: ready\n---\n\n# Demo\n\n${phase('sequential', ['one', 'two'])}${phase('parallel', ['three', 'four'])}`;

function run({ root }: Repository, before: readonly string[]): { status: number | null; said: string } {
  const [file, ...args] = [...before, process.execPath, CLI, 'run', 'demo'];
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: root, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

it.skipIf(status !== 0).each(rounds(1, 25).length > 1 ? LONG : SHORT)('%s number %i of a process', async (call, when) => {
  await using repository = await createRepository({ 'plans/demo.plan.md': PLAN });
  const first = run(repository, ['strace', ...inject(call, when), '-o', repository.path('.git/trace')]);
  expect(first.said).not.toContain('bug in plans');
  for (let runs = 0, status: number | null = null; status !== 0; runs += 1) {
    const next = run(repository, []);
    ({ status } = next);
    // What failed may have been an attempt, for which the plan waits once.
    expect(next.said, first.said).not.toContain('bug in plans');
    expect(runs, first.said + next.said).toBeLessThan(2);
  }
  expect(problemsOf(repository.root, 'demo', 4)).toEqual([]);
});
