import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatTrailers } from '../../src/core/trailer.ts';
import { world } from './world.ts';

/** Does what the task's title says: `write NAME`, or `fail`; and ticks the list's boxes itself, as agents of other tools do. */
const AGENT = `title=$(sed -n 's/.*\\(write [a-z]*\\|fail\\).*/\\1/p' | head -1)
sed -i 's/\\[ \\] T002/[X] T002/' specs/001-greeter/tasks.md
case "$title" in write*) echo x > "\${title#write }.txt";; *) exit 1;; esac`;
const LIST =
  '# Tasks: Greeter\r\n\r\n## Phase 1: Setup\r\n\r\n- [X] T001 Create it\r\n- [ ] T002 write one\r\n  - [ ] a step\r\n- [ ] T003 write two (depends on T002)\r\n\r\nText.';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
  here.write('agent.sh', AGENT);
  here.write('specs/001-greeter/tasks.md', LIST);
  here.write('plans.config.json', JSON.stringify({ agent: 'own', maxAttempts: 1, agents: { own: { command: ['sh', 'agent.sh'] } } }));
  here.commit('init');
});
afterEach(() => here.remove());

const run = (...more: readonly string[]) => here.plans(['run', '--in-place', 'specs/001-greeter/tasks.md', ...more]);

/** As a run with an agent that has a price leaves it. */
const paid = (usd: number) => {
  const place = { plan: '001-greeter', phase: 'setup', task: 't002', attempt: 1, maxAttempts: 3, agent: 'own', session: null };
  const evidence = { ...place, durationMs: 1_000, tokens: 5_000, costUsd: usd, gates: [] };
  here.write('specs/001-greeter/tasks.md', LIST.replace('[ ] T002', '[X] T002'));
  here.commit(`001-greeter: write one\n\n${formatTrailers(evidence)}`);
};

describe('run --in-place', () => {
  it('does the open tasks, and changes nothing of the list but the characters in their boxes', async () => {
    const { code, out, err } = await run();
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('write two');
    expect(here.read('specs/001-greeter/tasks.md')).toBe(LIST.replace('[ ] T002', '[X] T002').replace('[ ] T003', '[X] T003'));
    expect(here.git('log', '--format=%s', '--reverse').trim().split('\n')).toEqual([
      'init',
      '001-greeter: write one',
      '001-greeter: write two (depends on T002)',
    ]);
    expect(here.git('log', '-1', '--format=%(trailers:key=Plan-Task,valueonly)').trim()).toBe('t003');
    expect(here.git('show', '--format=', '--name-only', 'HEAD').trim().split('\n')).toEqual(['specs/001-greeter/tasks.md', 'two.txt']);
    expect(here.git('status', '--porcelain')).toBe('');
  });

  it('pauses where a task fails, with its box open, and goes on from there', async () => {
    here.write('specs/001-greeter/tasks.md', LIST.replace('write two', 'fail'));
    here.commit('harder');
    const first = await run();
    expect(first.code).toBe(3);
    expect(first.err).toContain('go on with: plans run --in-place specs/001-greeter/tasks.md');
    expect(here.read('specs/001-greeter/tasks.md')).toBe(LIST.replace('write two', 'fail').replace('[ ] T002', '[X] T002'));
    expect(here.git('for-each-ref', '--format=%(refname)', 'refs/plans/attempts').trim()).toMatch(
      /^refs\/plans\/attempts\/001-greeter\/t003\/1$/,
    );
    expect(here.git('status', '--porcelain')).toBe('');
    here.write('specs/001-greeter/tasks.md', here.read('specs/001-greeter/tasks.md').replace('fail', 'write two'));
    expect((await run()).code).toBe(0);
    expect(here.git('log', '-2', '--format=%s').trim().split('\n')).toEqual([
      '001-greeter: write two (depends on T002)',
      '001-greeter: edit the plan',
    ]);
  });

  it('runs one task alone', async () => {
    expect((await run('--task', 't002')).code).toBe(0);
    expect(here.read('specs/001-greeter/tasks.md')).toBe(LIST.replace('[ ] T002', '[X] T002'));
  });

  describe('what its tasks have cost', () => {
    const CONFIG = { agent: 'own', agents: { own: { command: ['sh', 'agent.sh'] } } };
    it.each<[string, object, readonly string[]]>([
      ['its own', { plan: { usd: 10 } }, ['--in-place', 'specs/001-greeter/tasks.md']],
      ['the day’s, of another list', { day: { usd: 10 } }, ['--in-place', 'specs/002-more/tasks.md']],
      ['the day’s, of a plan', { day: { usd: 10 } }, ['other']],
    ])('counts toward %s budget', async (_, budget, argv) => {
      here.write('specs/002-more/tasks.md', LIST);
      here.write('plans/other.plan.md', '---\nstatus: ready\n---\n\n# Other\n\n- [ ] write it\n');
      here.write('plans.config.json', JSON.stringify({ ...CONFIG, budget }));
      paid(12);
      const { code, out } = await here.plans(['run', ...argv]);
      expect(out).toMatch(/The budget is used up[^]*\$12\.00 and 5,000 tokens, of \$10\.00/);
      expect(code).toBe(3);
    });

    it('is in the log, by its name and by its path, and in the day’s sum', async () => {
      paid(12);
      for (const argv of [[], ['001-greeter'], ['specs/001-greeter/tasks.md']])
        expect((await here.plans(['log', ...argv])).out).toMatch(/t002.*\n.*own · attempt 1 of 3 · 1.0s.*\$12\.00/);
      expect((await here.plans(['log', '002-more'])).err).toContain('There is no plan "002-more"');
      here.write('plans/other.plan.md', '---\nstatus: ready\n---\n\n# Other\n\n- [ ] write it\n');
      expect((await here.plans(['status'])).out).toContain('$12.00');
    });
  });

  it.each<[string, Record<string, string>, readonly string[], string]>([
    ['no file', {}, ['gone.md'], 'There is no file'],
    [
      'no format for it',
      { 'todo.md': '- [ ] a\n' },
      ['todo.md'],
      'only the lists of spec-kit, OpenSpec and Kiro can be carried out where they are. Import it: plans import todo.md',
    ],
    [
      'a name that is taken',
      { 'plans/001-greeter.plan.md': '# x\n\n- [ ] a\n' },
      ['specs/001-greeter/tasks.md'],
      'There is a plan "001-greeter" already',
    ],
    ['a dry run', {}, ['specs/001-greeter/tasks.md', '--dry-run'], '--in-place and --dry-run cannot both be given'],
    ['no list named', {}, [], '--in-place needs the list to run'],
  ])('refuses with a sentence: %s', async (_, files, argv, message) => {
    for (const [path, text] of Object.entries(files)) here.write(path, text);
    const result = await here.plans(['run', '--in-place', ...argv]);
    expect(result.err).toContain(message);
    expect(result.code).toBe(2);
    expect(here.git('log', '--format=%s').trim()).toBe('init');
  });
});
