/** A system that has no more files to open: the run says so and stops, wherever that meets it, and the next one goes on. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { problemsOf } from '../support/checker.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
/** From where Node itself can just start to where nearly all is there. */
const LIMITS = rounds(4, 26).map((_, index, all) => 26 + Math.round((index * 26) / all.length));

const phase = (mode: string, ids: readonly string[]) =>
  `## ${mode}\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${ids.map((id) => task(id, `echo ${id} >> ${id}.txt`)).join('')}`;
const PLAN = `---\nstatus: ready\n---\n\n# Demo\n\n${phase('sequential', ['one', 'two'])}${phase('parallel', ['three', 'four'])}`;

function run({ root }: Repository, limit: number | null): { status: number | null; said: string } {
  const script = `${limit === null ? '' : `ulimit -n ${limit}; `}exec "$0" "$@"`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, CLI, 'run', 'demo'], { cwd: root, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

it.skipIf(process.platform === 'win32').each(LIMITS)('%i files are told from a bug, and nothing is lost', async (limit) => {
  await using repository = await createRepository({ 'plans/demo.plan.md': PLAN });
  const { status, said } = run(repository, limit);
  expect([0, 2], said).toContain(status);
  if (status === 2) expect(said).toMatch(/EMFILE.*Raise the limit of open files|[Tt]oo many open files/s);
  expect(said).not.toContain('bug in plans');
  const { status: ended, said: then } = run(repository, null);
  expect(ended, then).toBe(0);
  expect(problemsOf(repository.root, 'demo', 4)).toEqual([]);
});
