import { describe, expect, it } from 'vitest';
import { meteredAgent, usage, type MeteredStep } from '../support/metered.ts';
import { answers, fails, says } from '../support/messages-reply.ts';
import { scriptedMessages, type Turn } from '../support/messages-server.ts';
import { rig, task, trailer } from '../support/rig.ts';

const TOKENS = { input: 1_000, output: 100 };
/** What one message costs with the config's model. */
const PRICE = 0.003;
const MESSAGE = { subject: 'feat: greet in two languages', body: 'The second is guessed from LANG.' };

async function run(
  tasks: string,
  turns: readonly Turn[],
  more: { steps?: readonly MeteredStep[]; config?: object; env?: object; files?: object } = {},
) {
  const server = await scriptedMessages(turns);
  const config = { agent: 'meter', agents: { meter: { command: ['meter'] } }, commit: { message: 'claude' }, ...more.config };
  const it = await rig(tasks, { 'plans.config.json': JSON.stringify(config), ...more.files });
  const agents = new Map([['meter', meteredAgent('meter', () => more.steps ?? [{ write: 'a.txt' }, { usage: usage(1) }])]]);
  const summary = await it.run({ agents, env: { ...process.env, ...server.environment, ...more.env } });
  const message = (skip = 0) => it.repository.git('log', '-1', `--skip=${skip}`, '--format=%B').trim();
  const end = async () => {
    await it[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { ...it, summary, server, message, [Symbol.asyncDispose]: end };
}

describe('a commit message by Claude', () => {
  it('is written from the diff, and its cost is the task’s', async () => {
    await using it = await run('- [ ] Greet people\n', [answers(MESSAGE, { usage: TOKENS })]);
    expect(it.summary).toMatchObject({ end: { type: 'completed' }, costUsd: 1 + PRICE, tokens: 2_100 });
    const text = it.message();
    expect(text).toMatch(/^feat: greet in two languages\n\nThe second is guessed from LANG\.\n\nPlan: demo\nPlan-Phase: /);
    expect([trailer(text, 'Plan-Cost-USD'), trailer(text, 'Plan-Tokens')]).toEqual(['1.003', '2100']);
    expect(it.of('message-asked')).toMatchObject([{ task: 'greet-people', usage: { inputTokens: 1_000, costUsd: PRICE } }]);
    const asked = JSON.stringify(it.server.requests[0]?.body);
    expect(asked).toContain('new a.txt');
    // How people write here, and not how runs do.
    expect(asked).toContain('init');
    expect(asked).not.toContain('demo: started');
    expect(it.server.refusals).toEqual([]);
  });

  it('is asked of the model that the config names, and not at all without the word of the config', async () => {
    await using small = await run('- [ ] Greet\n', [answers(MESSAGE, { usage: TOKENS })], {
      config: { commit: { message: 'claude', model: 'claude-haiku-5-5' } },
    });
    expect(small.server.requests[0]?.body.model).toBe('claude-haiku-5-5');
    expect(trailer(small.message(), 'Plan-Cost-USD')).toBe('1.00015');
    await using none = await run('- [ ] Greet\n', [], { config: { commit: {} } });
    expect(none.message()).toMatch(/^demo: Greet\n\nPlan: /);
    expect(none.server.requests).toEqual([]);
  });

  it.each<[string, Turn, object, RegExp]>([
    ['an answer that is none', says('Sure! Here it is.', { usage: TOKENS }), {}, /The answer is no JSON/],
    ['a refusal', says('no', { usage: TOKENS, stopReason: 'refusal' }), {}, /would not|refus/i],
    ['a key that is refused', fails(401), {}, /key/],
    ['an answer of nothing', answers({ subject: ' ', body: '' }, { usage: TOKENS }), {}, /^$/],
    ['no key', fails(500), { ANTHROPIC_API_KEY: '' }, /ANTHROPIC_API_KEY/],
  ])('is the plan’s own words after %s; the task lands all the same', async (_, turn, env, why) => {
    await using it = await run('- [ ] Greet people\n', [turn], { env });
    expect(it.summary.end).toEqual({ type: 'completed' });
    expect(it.message()).toMatch(/^demo: Greet people\n\nPlan: /);
    const notes = it.of('note').map(({ text }) => text);
    expect(notes.join('\n')).toMatch(why);
    if (why.source !== '^$') expect(notes).toEqual([expect.stringContaining("The commit has the plan's own words")]);
  });

  it('is not asked again in a run whose key is refused', async () => {
    await using it = await run(`${task('one', 'echo 1 > 1.txt')}${task('two', 'echo 2 > 2.txt')}`, [fails(401)]);
    expect(it.summary).toMatchObject({ end: { type: 'completed' }, completedTasks: 2 });
    expect(it.server.requests).toHaveLength(1);
    expect(it.of('note')).toHaveLength(1);
  });

  it('counts for a command, and leaves unknown what was unknown', async () => {
    await using command = await run(task('one', 'echo 1 > 1.txt'), [answers(MESSAGE, { usage: TOKENS })]);
    expect(trailer(command.message(), 'Plan-Cost-USD')).toBe(String(PRICE));
    await using silent = await run('- [ ] Greet\n', [answers(MESSAGE, { usage: TOKENS })], { steps: [{ write: 'a.txt' }] });
    expect([trailer(silent.message(), 'Plan-Tokens'), trailer(silent.message(), 'Plan-Cost-USD')]).toEqual(['1100', undefined]);
  });

  it('counts toward the plan’s ceiling at once', async () => {
    const turns = [answers(MESSAGE, { usage: { input: 450_000 } })];
    await using it = await run('- [ ] One\n- [ ] Two\n', turns, { config: { budget: { plan: { usd: 1.5 } } } });
    expect(it.summary.end).toMatchObject({ type: 'paused', reason: 'budget', task: 'two' });
  });

  it('has neither secrets of the work nor of the environment in what is sent, and nothing of the key in the commit', async () => {
    const env = { DB_PASSWORD: 'correct-horse-battery' };
    const leak = { subject: 'Add a key', body: 'sk-ant-test-0123456789abcdefghij' };
    const files = { 'a.txt': 'before\n' };
    await using it = await run('- [ ] Do not print correct-horse-battery\n', [answers(leak, { usage: TOKENS })], { env, files });
    expect(JSON.stringify(it.server.requests[0]?.body)).not.toContain('correct-horse');
    expect(it.message()).not.toContain('sk-ant-test');
  });
});
