import { describe, expect, it } from 'vitest';
import { meteredAgent, usage, type MeteredStep } from '../support/metered.ts';
import { formatTrailers } from '../../src/core/trailer.ts';
import { rig, trailer, type Rig } from '../support/rig.ts';

/** A config whose agent `meter` a test gives the run. */
const config = (budget: object, more: object = {}) => ({
  'plans.config.json': JSON.stringify({ agent: 'meter', agents: { meter: { command: ['meter'] } }, budget, ...more }),
});
const tasks = (...ids: readonly string[]) => ids.map((id) => `- [ ] Do ${id}\n\n  \`\`\`yaml\n  id: ${id}\n  \`\`\`\n\n`).join('');
const parallel = (...ids: readonly string[]) => `## P\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${tasks(...ids)}`;
const never = new Promise<never>(() => {});

function runWith(it: Rig, script: Parameters<typeof meteredAgent>[1], options: Parameters<Rig['run']>[0] = {}) {
  const agent = meteredAgent('meter', script);
  return { agent, summary: it.run({ ...options, agents: new Map([['meter', agent]]) }) };
}
const spends = (...dollars: readonly number[]): readonly MeteredStep[] => dollars.map((usd) => ({ usage: usage(usd) }));
const done = (job: { taskId: string }): readonly MeteredStep[] => [{ write: `${job.taskId}.txt` }, ...spends(2)];
const much = (): readonly MeteredStep[] => [...spends(2), { until: never }];

describe('a ceiling', () => {
  it('stops the agent at the first word that reaches it, and the plan pauses with the figures', async () => {
    await using it = await rig(tasks('one', 'two'), config({ attempt: { usd: 1 } }));
    const { agent, summary } = runWith(it, () => [{ write: 'one.txt' }, ...spends(0.5, 1.25), { until: never }]);
    expect((await summary).end).toMatchObject({
      type: 'paused',
      reason: 'budget',
      task: 'one',
      detail: expect.stringContaining('$1.25 of $1.00'),
    });
    expect(agent.jobs).toMatchObject([{ maxBudgetUsd: 1, maxTokens: 20_000_000 }]);
    expect(it.of('agent-finished')).toMatchObject([{ outcome: 'budget', usage: { costUsd: 1.25 } }]);
    expect(it.of('attempt-finished')).toMatchObject([{ outcome: 'budget', willRetry: false, files: ['one.txt'] }]);
    const kept = it.repository.git('log', '-1', '--format=%B', 'refs/plans/attempts/demo/one/1');
    expect(trailer(kept, 'Plan-Cost-USD')).toBe('1.25');
    expect(trailer(it.repository.git('log', '-1', '--format=%B'), 'Plan-Cost-USD')).toBe('1.25');
    expect(await it.plan()).not.toContain('attempts:');
  });

  it('of the plan holds over its runs, and is read from git alone', async () => {
    await using it = await rig(tasks('one', 'two', 'three'), config({ plan: { usd: 3 } }));
    const first = runWith(it, done);
    // The second might cost what was left, and went beyond it with its one report; what was finished all the same is finished.
    expect(await first.summary).toMatchObject({ completedTasks: 2, end: { reason: 'budget', task: 'three' } });
    expect(first.agent.jobs.map(({ taskId, maxBudgetUsd }) => [taskId, maxBudgetUsd])).toEqual([
      ['one', 3],
      ['two', 1],
    ]);
    it.repository.git('clean', '-qxdf');
    const second = runWith(it, done);
    expect((await second.summary).end).toMatchObject({ reason: 'budget', detail: expect.stringContaining('Spent for the plan: $4.00') });
    expect(second.agent.jobs).toEqual([]);
  });

  it('counts what it cost to write the plan', async () => {
    await using it = await rig(tasks('one'), config({ plan: { usd: 3 } }));
    const evidence = { plan: 'demo', iteration: 'generation', changedBy: 'claude', prompt: 'x', tokens: 10, costUsd: 2.5 } as const;
    await it.repository.commit(`demo: written\n\n${formatTrailers(evidence)}`, { 'plans/demo.plan.md': `${await it.plan()}\n` });
    const { agent, summary } = runWith(it, done);
    await summary;
    expect(agent.jobs.map(({ maxBudgetUsd }) => maxBudgetUsd)).toEqual([0.5]);
  });

  it('counts an attempt that nothing landed of, in a clone as well', async () => {
    await using it = await rig(tasks('one'), config({ task: { usd: 3 }, attempt: { usd: 2 } }));
    for (const expected of [2, 1]) {
      const { agent, summary } = runWith(it, much);
      expect((await summary).end).toMatchObject({ reason: 'budget', task: 'one' });
      expect(agent.jobs.map(({ maxBudgetUsd }) => maxBudgetUsd)).toEqual([expected]);
      const refs = it.repository.git('for-each-ref', '--format=%(refname)', 'refs/plans').trim().split('\n');
      for (const ref of refs) it.repository.git('update-ref', '-d', ref);
      it.repository.git('clean', '-qxdf');
    }
    const { agent, summary } = runWith(it, much);
    expect((await summary).end).toMatchObject({ reason: 'budget', detail: expect.stringContaining('Spent for the task: $4.00') });
    expect(agent.jobs).toEqual([]);
  });

  it('of the plan may be lowered in its file, not raised', async () => {
    await using it = await rig(tasks('one'), config({ plan: { usd: 3 }, attempt: { usd: 2 } }));
    const plan = it.repository.read('plans/demo.plan.md');
    for (const [limit, expected] of [
      [50, 2],
      [1.5, 1.5],
    ] as const) {
      await it.repository.commit('limit', {
        'plans/demo.plan.md': (await plan).replace('status: ready', `status: ready\nmaxBudgetUsd: ${limit}`),
      });
      const { agent, summary } = runWith(it, () => []);
      await summary;
      expect(agent.jobs[0]?.maxBudgetUsd).toBe(expected);
    }
  });

  it('of a task counts its failed attempts too', async () => {
    await using it = await rig(tasks('one'), config({ task: { usd: 5 }, attempt: { usd: 3 } }, { maxAttempts: 9 }));
    const { agent, summary } = runWith(it, (job) => [
      { write: `${job.attempt}.txt` },
      ...spends(2),
      { end: { outcome: 'agent_failed', reason: `No ${job.attempt}.` } },
    ]);
    expect((await summary).end).toMatchObject({ reason: 'budget', task: 'one' });
    expect(agent.jobs.map(({ maxBudgetUsd }) => maxBudgetUsd)).toEqual([3, 3, 1]);
  });

  it('in tokens holds where prices are unknown, and the summary says that they are', async () => {
    await using it = await rig(tasks('one'), config({ attempt: { tokens: 5_000 } }));
    const { summary } = runWith(it, () => [{ usage: usage(null, 2_000) }, { usage: usage(null, 6_000) }, { until: never }]);
    const { end, tokens, costUsd } = await summary;
    expect(end).toMatchObject({ reason: 'budget', detail: expect.stringContaining('6,000 tokens of 5,000 tokens') });
    expect({ tokens, costUsd }).toEqual({ tokens: 6_000, costUsd: null });
  });
});

describe('attempts at once', () => {
  it('start only where what each may cost is free', async () => {
    await using it = await rig(parallel('one', 'two', 'three'), config({ plan: { usd: 5 }, attempt: { usd: 2 } }));
    const both = Promise.withResolvers<void>();
    let active = 0;
    let most = 0;
    const { summary } = runWith(
      it,
      (job) => {
        active += 1;
        most = Math.max(most, active);
        if (active === 2) both.resolve();
        return [{ write: `${job.taskId}.txt` }, { until: both.promise }, ...spends(1)];
      },
      { on: (event) => void (event.type === 'agent-finished' && (active -= 1)) },
    );
    // Two reserve four dollars of five: the third waits until one of them has cost less than it might have.
    expect(await summary).toMatchObject({ end: { type: 'completed' }, costUsd: 3 });
    expect(most).toBe(2);
  });
});

describe('what an attempt cost', () => {
  it('is in the task’s commit with that of the attempts before it, each once', async () => {
    await using it = await rig(tasks('one', 'two'), config({}));
    const { summary } = runWith(it, (job) => [
      { write: `${job.taskId}.txt` },
      ...spends(job.attempt === 1 ? 0.5 : 0.25),
      ...(job.taskId === 'one' && job.attempt === 1 ? [{ end: { outcome: 'agent_failed' as const, reason: 'No.' } }] : []),
    ]);
    expect(await summary).toMatchObject({ end: { type: 'completed' }, costUsd: 1.25 });
    expect(trailer(it.repository.git('log', '-1', '--format=%B', 'HEAD~1'), 'Plan-Cost-USD')).toBe('0.75');
    expect(trailer(it.repository.git('log', '-1', '--format=%B', 'HEAD'), 'Plan-Cost-USD')).toBe('0.5');
  });

  it('and went unsaid leaves the ceilings alone', async () => {
    await using it = await rig(tasks('one', 'two'), config({ plan: { usd: 1 } }));
    const { summary } = runWith(it, (job) => [{ write: `${job.taskId}.txt` }]);
    expect(await summary).toMatchObject({ end: { type: 'completed' }, costUsd: null, tokens: null });
  });
});
