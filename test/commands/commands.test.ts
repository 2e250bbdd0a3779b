import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { candidates } from '../../src/commands/complete.ts';
import { PublishedEvent } from '../../src/core/event.ts';
import { StateExport } from '../../src/core/record.ts';
import { PLAN, world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

const withPlan = () => {
  here.write('plans/greet.plan.md', PLAN);
  here.write('README.md', 'x\n');
  here.commit();
};
const json = (text: string): any => JSON.parse(text);

describe('new', () => {
  it('writes a draft that lint accepts, and never overwrites', async () => {
    expect(await here.plans(['new', 'Add user authentication'])).toMatchObject({ code: 0 });
    const path = 'plans/add-user-authentication.plan.md';
    const text = here.read(path);
    expect(text).toContain('# Add user authentication');
    expect((await here.plans(['lint'])).code).toBe(0);
    const again = await here.plans(['new', 'Add user authentication']);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining(`${path} exists already and was not touched.`) });
    expect(here.read(path)).toBe(text);
  });

  it('takes a list from standard input or a file', async () => {
    const piped = await here.plans(['new', 'Tidy up', '--from', '-', '--json'], { input: '- one\n- two\n' });
    expect(json(piped.out)).toEqual({ version: 1, id: 'tidy-up', file: 'plans/tidy-up.plan.md', title: 'Tidy up', phases: 1, tasks: 2 });
    here.write('todo.md', '## A\n- [x] one\n');
    expect((await here.plans(['new', 'Other', '--from', 'todo.md'])).code).toBe(0);
    expect(here.read('plans/other.plan.md')).toContain('- [x] one');
  });

  it.each([
    [['--from', 'nothing.md'], '', 2, 'nothing.md cannot be read: there is no such file.'],
    [['--from', '-'], 'Only words.', 1, 'Standard input has no list of tasks'],
    [['--slug', 'Not A Slug'], '', 2, '"Not A Slug" cannot be a slug'],
  ])('says why not: %j', async (options, input, code, message) => {
    const result = await here.plans(['new', 'T', ...options], { input });
    expect(result.code).toBe(code);
    expect(result.err).toContain(message);
    expect(existsSync(join(here.root, 'plans'))).toBe(false);
  });
});

describe('lint', () => {
  const BROKEN = PLAN.replace('id: farewell', 'id: farewell\n  dependOn: [greeting]');

  it('shows each finding with its place and line, and exits with 1', async () => {
    here.write('plans/greet.plan.md', BROKEN);
    const { code, out } = await here.plans(['lint']);
    expect(code).toBe(1);
    expect(out).toMatch(/^plans\/greet\.plan\.md:20:3 {2}error {2}unknown-key$/m);
    expect(out).toContain('20 │   dependOn: [greeting]');
    const report = json((await here.plans(['lint', '--json'])).out);
    expect(report).toMatchObject({
      version: 1,
      errors: 1,
      plans: [{ id: 'greet', valid: false, diagnostics: [{ rule: 'unknown-key', line: 20 }] }],
    });
  });

  it('mends what is safe, and leaves every other byte', async () => {
    const before = '# T\r\n\r\n- [ ] a\r\n\r\n  ```yaml\r\n  id: 12\r\n  ```\r\n';
    here.write('plans/t.plan.md', before);
    const { code, out } = await here.plans(['lint', '--fix']);
    expect(out).toContain('1 finding mended');
    expect(here.read('plans/t.plan.md')).toBe(before.replace('id: 12', 'id: "12"'));
    expect(code).toBe(0);
  });

  it('takes slugs and files', async () => {
    withPlan();
    here.write('elsewhere/idea.md', '# Idea\n\n- [ ] x\n');
    const report = json((await here.plans(['lint', 'greet', 'elsewhere/idea.md', '--json'])).out);
    expect(report.plans.map((plan: { file: string }) => plan.file)).toEqual(['plans/greet.plan.md', 'elsewhere/idea.md']);
    expect((await here.plans(['lint', 'gret'])).err).toContain('There is no plan "gret" in plans/. Did you mean "greet"?');
  });
});

describe('list, show, next, export', () => {
  it('say the same in JSON whether or not the cache was there', async () => {
    withPlan();
    const commands = [['list'], ['show', 'greet'], ['next'], ['export'], ['log']];
    const ask = async () => Promise.all(commands.map(async (words) => json((await here.plans([...words, '--json'])).out)));
    const first = await ask();
    rmSync(join(here.root, '.plans'), { recursive: true, force: true });
    expect(await ask()).toEqual(first);
    expect(StateExport.safeParse(first[3]).error).toBeUndefined();
  });

  it('list a plan with errors beside the others', async () => {
    withPlan();
    here.write('plans/bad.plan.md', '# Bad\n\n- [ ] a\n- [ ] a\n');
    const { code, out } = await here.plans(['list']);
    expect(code).toBe(0);
    expect(out).toMatch(/^bad +invalid +0\/2 +✘ 1 error, line 4: /m);
    expect(out).toMatch(/^greet +ready +0\/3 +Greet$/m);
    expect((await here.plans(['list', '--status', 'draft', '--json'])).out).not.toContain('greet');
  });

  it('next says what is ready, and why the rest is not', async () => {
    withPlan();
    const { plans } = json((await here.plans(['next', '--json'])).out);
    expect(plans).toMatchObject([
      {
        id: 'greet',
        ready: [{ id: 'greeting', phase: 'write' }],
        waiting: [
          { id: 'farewell', because: [{ type: 'task-before', task: 'greeting' }] },
          { id: 'read', because: [{ type: 'phase-before', phase: 'write' }, { type: 'human-task' }] },
        ],
      },
    ]);
    expect((await here.plans(['next', 'greet'])).out).toContain('▸ Write the greeting  greeting');
  });

  it('next of all plans names what can start first, then what a person can do, and counts the rest', async () => {
    here.write('plans/greet.plan.md', PLAN);
    here.write('plans/a-draft.plan.md', PLAN.replace('status: ready', 'status: draft'));
    here.write('plans/b-given-up.plan.md', PLAN.replace('status: ready', 'status: failed'));
    here.write('plans/c-manual.plan.md', PLAN.replace('## Write\n', '## Write\n\n```yaml\nexecutionMode: manual\n```\n'));
    const { out } = await here.plans(['next']);
    expect(out).toBe(`greet  ready  Greet
  ▸ Write the greeting  greeting
    … 2 more wait: plans next greet --all

c-manual  ready  Greet
  ○ greeting  needs your approval: plans approve
    … 2 more wait: plans next c-manual --all

1 draft and 1 given up: plans next --all
`);
    const all = (await here.plans(['next', '--all'])).out;
    expect(all).toContain('a-draft  draft  Greet\n  3 open tasks; plans ready a-draft lets it run\n');
    expect(all).toContain('b-given-up  failed');
    expect(all).not.toContain('more wait');
  });

  it('next leaves to a person what is for a person', async () => {
    here.write('plans/greet.plan.md', PLAN.replaceAll(/- \[ \] Write/g, '- [x] Write'));
    const { plans } = json((await here.plans(['next', 'greet', '--json'])).out);
    expect(plans[0]).toMatchObject({ ready: [], waiting: [{ id: 'read', because: [{ type: 'human-task' }] }] });
  });
});

describe('ready and draft', () => {
  it('change the status and nothing else', async () => {
    withPlan();
    expect((await here.plans(['draft', 'greet'])).out).toContain('greet is a draft again');
    expect(here.read('plans/greet.plan.md')).toBe(PLAN.replace('status: ready', 'status: draft'));
    expect((await here.plans(['ready', 'plans/greet.plan.md'])).code).toBe(0);
    expect(here.read('plans/greet.plan.md')).toBe(PLAN);
    expect((await here.plans(['ready', 'greet'])).out).toBe('greet is ready already.\n');
  });

  it('leave a plan with errors as it is', async () => {
    const broken = PLAN.replace('status: ready', 'status: draft').replace('id: farewell', 'id: greeting');
    here.write('plans/greet.plan.md', broken);
    const { code, err } = await here.plans(['ready', 'greet']);
    expect(code).toBe(1);
    expect(err).toContain('plans/greet.plan.md has errors and was not changed.');
    expect(here.read('plans/greet.plan.md')).toBe(broken);
  });
});

describe('run', () => {
  it('prints with --dry-run what would happen, and changes nothing', async () => {
    withPlan();
    const { code, out } = await here.plans(['run', 'greet', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toMatch(/1\. Write the greeting[^]*2\. Write the farewell[^]*Look\n +⏸ It is your turn: task read is for a person\./);
    expect(here.git('status', '--porcelain')).toBe('');
    expect(here.git('log', '--oneline').trim().split('\n')).toHaveLength(1);
  });

  it('runs to the pause, shows the box, and log reads it back', async () => {
    withPlan();
    const { code, out } = await here.plans(['run', '--yes']);
    expect(code).toBe(3);
    expect(out).toContain('done greeting: ');
    expect(out).toMatch(/│ ✔ Write .* 2\/2 │/);
    expect(out).toContain('It is your turn: task read is for a person.');
    const { tasks } = json((await here.plans(['log', '--json'])).out);
    expect(tasks).toMatchObject([
      { task: 'farewell', attempt: 1 },
      { task: 'greeting', plan: 'greet', phase: 'write', agent: 'run' },
    ]);
    expect((await here.plans(['log', 'greet', '-n', '1'])).out.trim().split('\n')).toHaveLength(2);
  });

  it('gives programs one event a line and nothing else', async () => {
    withPlan();
    const { code, out } = await here.plans(['run', 'greet', '--task', 'greeting', '--json']);
    expect(code).toBe(0);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => PublishedEvent.parse(JSON.parse(line)));
    expect(events.map((each) => each.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.some((each) => each.event.type === 'task-completed')).toBe(true);
  });

  it('restores the terminal at the end', async () => {
    withPlan();
    const { out } = await here.plans(['run', 'greet', '--task', 'greeting'], { isTTY: true });
    expect(out.startsWith('\u001B[?25l')).toBe(true);
    expect(out.lastIndexOf('\u001B[?25h')).toBeGreaterThan(out.lastIndexOf('\u001B[?25l'));
    expect(out).toContain('✔ Write the greeting');
  });

  it('lets the task that runs finish at the first interrupt, and pauses', async () => {
    here.write('plans/greet.plan.md', PLAN);
    here.commit();
    let interrupted = false;
    const { code, out } = await here.plans(['run', 'greet', '--json'], {
      heard: (text) => {
        if (interrupted || !text.includes('attempt-started')) return;
        interrupted = true;
        here.interrupt();
      },
    });
    expect(out).toContain('"reason":"requested"');
    expect(existsSync(join(here.root, 'hello.txt'))).toBe(true);
    expect(existsSync(join(here.root, 'bye.txt'))).toBe(false);
    expect(code).toBe(3);
  });

  it.each([
    [['run'], 'There is no plan to run.'],
    [['run', 'nope'], 'There is no plan "nope": plans/ has no plans yet.'],
    [['log', '--limit', 'x'], '--limit cannot be "x"; it is a whole number from 1 to 100000.'],
  ])('%j says why not', async (argv, message) => {
    const { code, err } = await here.plans(argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('asks before it runs a plan that was not named', async () => {
    withPlan();
    expect((await here.plans(['run'], { answer: 'n' })).code).toBe(0);
    expect(here.git('log', '--oneline').trim().split('\n')).toHaveLength(1);
  });
});

describe('init', () => {
  it('detects gates, tries each once, writes the config and a first plan; a second call changes nothing', async () => {
    here.write('package.json', '{"name":"x","type":"module","scripts":{"test":"node -e 0","lint":"node -e \\"process.exit(1)\\""}}');
    here.commit();
    const { code, out } = await here.plans(['init', '--yes']);
    expect(code).toBe(0);
    expect(out).toMatch(/✔ test {2}/);
    expect(out).toMatch(/✘ lint .*\n {6}fails already/);
    expect(here.read('plans/first-plan.plan.md')).toContain('status: draft');
    const before = here.git('status', '--porcelain', '-uall');
    const again = json((await here.plans(['init', '--yes', '--json'])).out);
    expect(again).toMatchObject({ config: { file: 'plans.config.yaml', written: false }, plan: null });
    expect(here.git('status', '--porcelain', '-uall')).toBe(before);
  });

  it('writes nothing where a person says no', async () => {
    here.write('a', 'a');
    here.commit();
    expect((await here.plans(['init'], { answer: 'n' })).out).toContain('Nothing was written.');
    expect(here.git('status', '--porcelain')).toBe('');
  });
});

describe('a command line', () => {
  it('that fails says so in one sentence, as JSON where JSON was asked for', async () => {
    expect(await here.plans(['stauts'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^plans: "stauts" is not a plans command\.[^\n]*\n$/),
    });
    const { out } = await here.plans(['show', 'x', '--json']);
    expect(json(out)).toEqual({ error: { message: expect.stringContaining('There is no plan "x"') } });
  });

  it('works in another folder with -C, and says so where there is no repository', async () => {
    withPlan();
    expect((await here.plans(['-C', 'plans', 'list'])).out).toContain('greet');
    const { code, err } = await here.plans(['-C', '/', 'list']);
    expect(code).toBe(2);
    expect(err.split('\n')).toHaveLength(2);
  });
});

describe('completion', () => {
  const known = {
    plans: () => Promise.resolve(['add-auth', 'tidy-up']),
    tasks: (plan: string) => Promise.resolve([[`${plan}-task`, 'a task'] as const]),
    suggestions: () => Promise.resolve([]),
  };
  it.each([
    [['r'], ['review', 'ready', 'run', 'resume', 'retry', 'rollback']],
    [
      ['run', ''],
      ['add-auth', 'tidy-up'],
    ],
    [['run', 'add-auth', '--ta'], ['--task']],
    [['run', 'add-auth', '--task', ''], ['add-auth-task']],
    [['-C', 'dir', 'show', 't'], ['tidy-up']],
    [['list', '--status', 'p'], ['paused']],
    [
      ['lint', 'add-auth', ''],
      ['add-auth', 'tidy-up'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'statu'], ['status']],
  ])('%j → %j', async (words, expected) => {
    expect((await candidates(words, known)).map(([word]) => word)).toEqual(expected);
  });
});
