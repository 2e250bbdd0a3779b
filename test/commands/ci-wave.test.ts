/** The commands of many runners one after another, as the jobs of a workflow call them. */
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { jobWorld, type JobWorld } from './ci.ts';

const KEY = 'k3y-0123456789abcdef';
const item = (id: string, ...fields: string[]) =>
  `- [ ] Do ${id}\n\n  \`\`\`yaml\n  id: ${id}\n${fields.map((line) => `  ${line}\n`).join('')}  \`\`\`\n\n`;
const PLAN = `---\nstatus: ready\n---\n\n# Tips\n\n## Work\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${item('a', 'agent: probe')}${item('b', 'run: echo b > b.txt')}${item('c', 'run: echo c > c.txt', 'dependsOn: [b]')}`;
const FILES = {
  'plans/tips.plan.md': PLAN,
  'plans/later.plan.md': `---\nstatus: paused\n---\n\n# Later\n\n${item('x', 'run: "true"')}`,
  'agent.sh': 'printf %s "$MY_KEY" | wc -c > length.txt; echo "it was $MY_KEY" >&2\n',
  'plans.config.yaml':
    'agents:\n  probe: { command: [sh, agent.sh], env: [MY_KEY] }\nqa:\n  gates:\n    - name: env\n      run: test -z "$MY_KEY$GITHUB_TOKEN"\n',
};

/** Does a task as a job of its own would, and gives its folder to the one that joins. */
async function work(of: JobWorld, task: string, start: string): Promise<{ code: number; out: string; err: string }> {
  of.here.git('checkout', '--quiet', '--detach', start);
  of.here.git('branch', '--quiet', '-f', 'plans/tips', start);
  writeFileSync(join(of.temp, 'secrets'), `MY_KEY=${KEY}\n`);
  const fd = openSync(join(of.temp, 'secrets'), 'r');
  const done = await of.job(['ci', 'task', '--plan', 'tips', '--task', task, `--secrets-fd=${fd}`], {
    env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(of.temp, 'summary') },
  });
  mkdirSync(join(of.temp, 'work'), { recursive: true });
  if (existsSync(join(of.temp, 'plans'))) renameSync(join(of.temp, 'plans'), join(of.temp, 'work', task));
  return done;
}

test('a wave is planned, done and joined; the key reaches its agent and nothing else', { timeout: 120_000 }, async () => {
  await using of = await jobWorld(FILES);
  const start = of.here.git('rev-parse', 'HEAD').trim();
  const planned = await of.job(['ci', 'plan', '--json'], { env: { GITHUB_OUTPUT: join(of.temp, 'output') } });
  const wave = JSON.parse(planned.out) as { plans: unknown[] };
  expect(wave).toEqual({
    version: 1,
    plans: [{ plan: 'tips', commit: start, key: '1' }],
    tasks: [
      { plan: 'tips', task: 'b', commit: start, key: '1-1' },
      { plan: 'tips', task: 'a', commit: start, key: '1-2' },
    ],
  });
  expect(readFileSync(join(of.temp, 'output'), 'utf8')).toContain('"plans":[{"plan":"tips"');
  const told = await of.job(['ci', 'plan']);
  expect(told.out).toBe('later  It is paused, and waits for a person.\ntips  b a\n');

  for (const task of ['a', 'b']) {
    const { code, out, err } = await work(of, task, start);
    expect([code, err], out).toEqual([0, '']);
    expect(out + readFileSync(join(of.temp, 'summary'), 'utf8')).not.toContain(KEY);
  }
  of.here.git('checkout', '--quiet', '--detach', start);
  of.here.git('branch', '--quiet', '-f', 'plans/tips', start);
  const joined = await of.job(['ci', 'join', '--plan', 'tips', '--from', join(of.temp, 'work')], {
    env: { GITHUB_STEP_SUMMARY: join(of.temp, 'joined') },
  });
  expect([joined.code, joined.err], joined.out).toEqual([0, '']);
  expect(of.here.git('log', '--reverse', '--format=%s', `${start}..plans/tips`).trim().split('\n')).toEqual([
    'tips: started',
    'tips: Do b',
    'tips: Do a',
  ]);
  expect(of.here.git('show', 'plans/tips:length.txt').trim()).toBe(String(KEY.length));
  expect(of.here.git('log', '--format=%B', '-p', 'plans/tips')).not.toContain(KEY);
  expect(readFileSync(join(of.temp, 'joined'), 'utf8')).toContain('2 of 3 tasks are closed');
  expect(existsSync(join(of.temp, 'plans/plan.bundle'))).toBe(true);

  // What is not published is no progress; what is begins the next wave, where the token may do that.
  const next = ['ci', 'next', '--workflow', 'plans-matrix.yml', '--wave', JSON.stringify(wave.plans)];
  expect((await of.job(next)).out).toBe('This was the last wave.\n');
  of.here.git('push', '--quiet', 'origin', 'plans/tips');
  of.here.git('fetch', '--quiet', 'origin');
  const refused = await of.job(next);
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('"actions: write"')]);
  expect((await of.job(next, { permissions: { contents: 'read', actions: 'write' } })).out).toBe('The next wave begins: tips\n');
  expect(of.server.state.dispatches).toEqual([{ workflow: 'plans-matrix.yml', ref: 'main', inputs: {} }]);
});

it('plans what waits for a person too, so that joining can say so; and says why nothing is done', async () => {
  const manual = `---\nstatus: ready\n---\n\n# Ask\n\n## One\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${item('look', 'run: "true"')}`;
  await using of = await jobWorld({ 'plans/ask.plan.md': manual });
  expect((await of.job(['ci', 'plan'])).out).toBe('ask  waits for a person: look, as its phase is manual\n');
  expect(JSON.parse((await of.job(['ci', 'plan', '--json'])).out)).toMatchObject({ plans: [{ plan: 'ask', key: '1' }], tasks: [] });
});

it('says what is missing', async () => {
  await using of = await jobWorld(FILES);
  const err = async (...argv: string[]) => (await of.job(argv)).err;
  expect(await err('ci', 'task', '--plan', 'tips')).toContain('Name the task: --task migration');
  expect(await err('ci', 'task', '--plan', 'tips', '--task', 'c')).toContain('The task "c" of "tips" cannot be done at');
  expect(await err('ci', 'join', '--plan', 'tips')).toContain('--from work');
  expect(await err('ci', 'next', '--wave', '[]')).toContain('--workflow plans-matrix.yml');
  expect(await err('ci', 'next', '--workflow', 'x.yml', '--wave', '{}')).toContain('the list of plans that "plans ci plan" has given');
  expect(of.here.git('status', '--porcelain')).toBe('');
});
