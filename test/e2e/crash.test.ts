import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CRASH_POINTS } from '../../src/engine/crash.ts';
import { problemsOf } from '../support/checker.ts';
import { createRepository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { rounds } from '../support/runs.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
const TIMES = rounds(1, 5);

/** One that fails once, one that is done at once: each task's file holds what exactly one attempt wrote. */
const tasks = (prefix: string) =>
  task(`${prefix}-once`, `echo ${prefix} > ${prefix}-once.txt`) +
  task(`${prefix}-again`, `echo $PLANS_ATTEMPT > ${prefix}-again.txt; test $PLANS_ATTEMPT -ge 2`);
const phase = (title: string, mode: string, body: string) => `## ${title}\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${body}`;
const PLAN = `---\nstatus: ready\n---\n\n# Crash\n\n${phase('A', 'sequential', tasks('a'))}## H\n\n- [ ] Sign it\n\n  \`\`\`yaml\n  id: sign\n  assignee: human\n  \`\`\`\n\n${phase('B', 'parallel', tasks('b') + task('b-more', 'echo more > b-more.txt'))}${phase('C', 'sequential', tasks('c'))}`;

function run(root: string, crashAt: string | null): number | null {
  const env = { ...process.env, ...(crashAt === null ? {} : { PLANS_CRASH_AT: crashAt }) };
  return spawnSync(process.execPath, [CLI, 'run', 'crash', '--json'], { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] }).status;
}

describe('a run that dies', () => {
  const cases = CRASH_POINTS.flatMap((point) => TIMES.map((time) => `${point}:${time}`));
  it.each(cases)('at %s is taken up where git says it was', async (point) => {
    await using repository = await createRepository({ 'plans/crash.plan.md': PLAN, 'README.md': 'hello\n' });
    await repository.write({ 'mine.txt': 'a person’s\n', 'README.md': 'dirty\n' });
    let died = 0;
    for (let status: number | null = null; status !== 0;) {
      status = run(repository.root, died === 0 ? point : null);
      if (status === null) died += 1;
      // It waits for the person's task: then, and only then, the person does it.
      else if (status === 3)
        await repository.write({
          'plans/crash.plan.md': (await repository.read('plans/crash.plan.md')).replace('- [ ] Sign', '- [x] Sign'),
        });
      else expect(status).toBe(0);
    }
    // A point may be reached less often than asked for; each is reached once.
    if (point.endsWith(':1')) expect(died).toBe(1);
    expect(repository.status()).toEqual([' M README.md', '?? mine.txt']);
    repository.git('checkout', '--', 'README.md');
    await repository.write({ 'mine.txt': null });
    expect(problemsOf(repository.root, 'crash', 7)).toEqual([]);
    for (const prefix of ['a', 'b', 'c']) {
      expect(readFileSync(join(repository.root, `${prefix}-once.txt`), 'utf8')).toBe(`${prefix}\n`);
      expect(readFileSync(join(repository.root, `${prefix}-again.txt`), 'utf8')).toMatch(/^[23]\n$/);
    }
  });
});
