import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fails, reply, says, text, thinking, toolUse } from '../support/messages-reply.ts';
import { scriptedMessages } from '../support/messages-server.ts';
import { world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

const task = (id: string, ...lines: readonly string[]) =>
  `- [ ] Do ${id}\n\n  \`\`\`yaml\n  id: ${id}\n${lines.map((line) => `  ${line}\n`).join('')}  \`\`\`\n`;
const plan = (name: string, ...tasks: readonly string[]) =>
  here.write(`plans/${name}.plan.md`, `---\nstatus: ready\n---\n\n# ${name}\n\n${tasks.join('\n')}`);
const gates = (...list: readonly object[]) => here.write('plans.config.json', JSON.stringify({ maxAttempts: 2, qa: { gates: list } }));

describe('plans logs', () => {
  it('shows what the last attempt printed, how it went, and the gate that failed', async () => {
    plan('demo', task('one', String.raw`run: 'printf "I try\033[31m hard\n"; echo $PLANS_ATTEMPT > one.txt'`));
    gates({ name: 'good', run: 'echo fine' }, { name: 'bad', run: 'seq 100; echo not good enough; test $(cat one.txt) = 9' });
    here.commit();
    await here.plans(['run', 'demo']);
    const { code, out } = await here.plans(['logs', 'one']);
    expect(code).toBe(0);
    expect(out).toMatch(/^demo\/one {2}attempt 2 {2}gate failed {2}run · /);
    expect(out).toContain('Gate "bad" failed');
    expect(out).toContain('\nI try hard\n');
    expect(out).toMatch(/\n✔ good {2}/);
    expect(out).not.toContain('fine');
    expect(out).toMatch(/\n✘ bad {2}.*exit code 1.*\n {2}… 41 lines before this\n {2}42\n[^]*\n {2}not good enough\n$/);
    expect(out).not.toContain('\u001B');
    const first = JSON.parse((await here.plans(['logs', 'demo/one', '--attempt', '1', '--json'])).out) as Record<string, unknown>;
    expect(first).toMatchObject({
      version: 1,
      plan: 'demo',
      task: 'one',
      attempt: 1,
      agent: 'run',
      outcome: 'gate_failed',
      transcript: null,
      gates: [
        { name: 'good', status: 'passed', output: 'fine\n' },
        { name: 'bad', status: 'failed', exitCode: 1, output: expect.stringMatching(/^1\n2\n/) as unknown },
      ],
    });
  });

  it('shows what Claude said and did', async () => {
    await using server = await scriptedMessages([
      reply([
        thinking('What is asked?'),
        text('I begin.'),
        toolUse('bash', { command: 'seq 30' }),
        toolUse('read', { file_path: 'none.txt' }),
      ]),
      says('It cannot be done.'),
      fails(401),
    ]);
    plan('demo', task('one'));
    here.commit();
    await here.plans(['run', 'demo'], { env: { ...server.environment } });
    const { out } = await here.plans(['logs', 'demo', 'one', '-a', '1']);
    expect(out).toMatch(/^demo\/one {2}attempt 1 {2}no changes {2}claude · .* · 2,200 tokens · <\$0\.01\n/);
    const shown = out.slice(out.indexOf('claude, claude-sonnet-5-5'));
    expect(shown).toContain('▏ # Task: Do one\n');
    expect(shown).toContain('· What is asked?\n');
    expect(shown).toContain('\nI begin.\n');
    expect(shown).toContain('$ seq 30\n  … 10 lines before this\n  11\n');
    expect(shown).toContain('read none.txt\n  read: none.txt: no such file or directory\n');
    expect(shown).toMatch(/\nIt cannot be done\.\n\n$/);
    const whole = JSON.parse((await here.plans(['logs', 'one', '-a', '1', '--json'])).out) as {
      transcript: { type: string; text?: string }[];
      output: string;
    };
    expect(whole.transcript.map(({ type }) => type)).toEqual(
      'begin system system prompt thinking text call call result result text end'.split(' '),
    );
    expect(whole.output).toContain('$ seq 30\n1\n2\n');
  });

  it('says what it cannot find, and what there is', async () => {
    plan('demo', task('one', 'run: echo 1 > one.txt'), task('two', 'run: echo 2 > two.txt', 'assignee: human'));
    plan('other', task('one', 'run: echo 3 > three.txt'));
    here.commit();
    await here.plans(['run', 'demo']);
    await here.plans(['run', 'other']);
    const said = async (...words: string[]) => (await here.plans(['logs', ...words])).err;
    expect(await said('one')).toContain('Several plans have a task "one": demo, other. Say which: plans logs one --plan');
    expect((await here.plans(['logs', 'one', '--plan', 'other'])).out).toMatch(/^other\/one {2}attempt 1 {2}passed/);
    expect(await said('two')).toContain('No attempt at "two" has been made on this machine.');
    expect(await said('onne')).toContain('There is no task "onne". Did you mean "one"?');
    expect(await said('demo/one', '--attempt', '7')).toContain('There is no log of attempt 7 at "one". There is one of 1 attempt: 1.');
    expect(await said('demo/one', '--attempt', 'last')).toContain('--attempt cannot be "last"');
    expect(await said('one', '--plan', 'nothing')).toContain('There is no plan "nothing" in plans/. "plans list"');
  });

  it('finds the files of attempts that the cache has forgotten', async () => {
    plan('demo', task('one', 'run: echo said; echo 1 > one.txt'));
    here.commit();
    await here.plans(['run', 'demo']);
    for (const name of ['state.db', 'state.db-wal', 'state.db-shm']) rmSync(join(here.root, '.plans', name), { force: true });
    expect((await here.plans(['logs', 'one'])).out).toMatch(/^one {2}attempt 1, run .*\n\nsaid\n$/);
  });
});

/** Runs the plan, and follows its task once that has said something; `heard` hears what is printed. */
async function followed(words: readonly string[], heard: (all: string) => void) {
  const begun = Promise.withResolvers<void>();
  const run = here.plans(['run', 'demo', '--json'], { heard: (text) => text.includes('"type":"agent-output"') && begun.resolve() });
  await begun.promise;
  let all = '';
  const { out, code } = await here.plans(['logs', ...words], {
    heard: (text) => {
      all += text;
      heard(all);
    },
  });
  return { out, code, run };
}

describe('plans logs --follow', () => {
  const SLOW = 'run: \'echo begun; until test -e .go; do sleep 0.05; done; echo "go on"; echo 1 > one.txt\'';
  const GATE = { name: 'check', run: 'echo looking; until test -e .checked; do sleep 0.05; done; printf seen' };

  beforeEach(() => {
    plan('demo', task('one', SLOW), task('two', 'run: echo 2 > two.txt'));
    gates(GATE);
    here.write('.gitignore', '.go\n.checked\n');
    here.commit();
  });

  it('prints what comes, of the agent and of its gates, and ends with the attempt', async () => {
    const { out, code, run } = await followed(['one', '-f'], (all) => {
      if (all.includes('begun\n')) writeFileSync(join(here.root, '.go'), '');
      if (all.includes('looking\n')) writeFileSync(join(here.root, '.checked'), '');
    });
    expect(code).toBe(0);
    expect(out).toMatch(
      /^demo\/one {2}attempt 1 {2}under way {2}run\n\nbegun\ngo on\n\ncheck\nlooking\nseen\n\ndemo\/one {2}attempt 1 {2}passed {2}run · /,
    );
    await run;
  });

  it('prints a line of JSON for each piece', async () => {
    const { out, run } = await followed(['one', '-f', '--json'], (all) => {
      if (all.includes('begun')) writeFileSync(join(here.root, '.go'), '');
      if (all.includes('looking')) writeFileSync(join(here.root, '.checked'), '');
    });
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; text?: string; gate?: string });
    const of = (type: string) =>
      lines
        .filter((line) => line.type === type)
        .map((line) => line.text ?? '')
        .join('');
    expect([of('output'), of('gate-output')]).toEqual(['begun\ngo on\n', 'looking\nseen']);
    expect(lines.at(-1)).toEqual({ type: 'end', outcome: 'passed', reason: '' });
    await run;
  });

  it('waits for an attempt that has not begun, and ends with the run where there is none', async () => {
    const begun = Promise.withResolvers<void>();
    const run = here.plans(['run', 'demo', '--json'], { heard: (text) => text.includes('"type":"agent-output"') && begun.resolve() });
    await begun.promise;
    const following = here.plans(['logs', 'demo/two', '-f']);
    for (const name of ['.go', '.checked']) writeFileSync(join(here.root, name), '');
    expect((await following).out).toMatch(/^demo\/two {2}attempt 1 {2}[^]*\n\ndemo\/two {2}attempt 1 {2}passed/);
    await run;
    expect((await here.plans(['logs', 'one', '-f', '-a', '3'])).err).toContain('There is no log of attempt 3');
  });

  it('ends at a signal, and leaves the run alone', async () => {
    const { out, code, run } = await followed(['one', '-f'], (all) => all.includes('begun\n') && here.interrupt());
    expect(code).toBe(0);
    expect(out).toMatch(/begun\n$/);
    expect(existsSync(join(here.root, '.go'))).toBe(false);
    for (const name of ['.go', '.checked']) writeFileSync(join(here.root, name), '');
    expect((await run).code).toBe(0);
  });
});
