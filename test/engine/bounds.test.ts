import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchProgress } from '../../src/engine/progress-watch.ts';
import type { Git } from '../../src/adapters/git/git.ts';
import { attemptMessage } from '../../src/engine/kept.ts';
import { meteredAgent, usage } from '../support/metered.ts';
import { rig, task, trailer } from '../support/rig.ts';

const config = {
  'plans.config.json': JSON.stringify({ agent: 'meter', agents: { meter: { command: ['meter'] } }, progressTimeout: '1s' }),
};
const LATER = '2031-05-06T07:08:09.000Z';

/** Leaves a kept attempt as a run leaves it that was killed. */
async function interrupt(
  repository: { git(...args: string[]): string; head(): string },
  number: number,
  outcome = 'interrupted',
): Promise<void> {
  const message = attemptMessage(
    { plan: 'demo', task: 'one', attempt: 1, run: `r${number}`, outcome, tokens: null, costUsd: null, gates: [] },
    '',
  );
  const commit = repository.git('commit-tree', '-p', 'HEAD', '-m', message, 'HEAD^{tree}').trim();
  repository.git('update-ref', `refs/plans/attempts/demo/one/${number}`, commit);
}

describe('a rate limit', () => {
  it('pauses the plan until it resets, over restarts and without the cache', async () => {
    await using it = await rig('- [ ] One\n- [ ] Two\n', config);
    let limited = true;
    const agent = meteredAgent('meter', (job) => [
      { write: `${job.taskId}.txt` },
      ...(limited ? [{ end: { outcome: 'rate_limited' as const, reason: 'Too much.', resetsAt: LATER } }] : []),
    ]);
    const agents = new Map([['meter', agent]]);
    expect((await it.run({ agents })).end).toMatchObject({ type: 'paused', reason: 'rate_limited', task: 'one', resetsAt: LATER });
    expect(it.of('agent-finished')).toMatchObject([{ outcome: 'rate_limited', resetsAt: LATER }]);
    expect(it.of('run-paused')).toMatchObject([{ resetsAt: LATER }]);
    const message = it.repository.git('log', '-1', '--format=%B');
    expect([trailer(message, 'Plan-Reason'), trailer(message, 'Plan-Resets-At')]).toEqual(['rate_limited', LATER]);
    expect(await it.plan()).not.toContain('attempts:');

    limited = false;
    it.repository.git('clean', '-qxdf');
    const head = it.repository.head();
    expect((await it.run({ agents, now: () => new Date('2031-05-06T07:00:00Z') })).end).toMatchObject({
      reason: 'rate_limited',
      resetsAt: LATER,
    });
    expect([it.repository.head(), agent.jobs.length]).toEqual([head, 1]);
    expect((await it.run({ agents, now: () => new Date('2031-05-06T07:09:00Z') })).end).toEqual({ type: 'completed' });
    expect(agent.jobs.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  it('is not waited for when a person has said to go on', async () => {
    await using it = await rig('- [ ] One\n', config);
    const agent = meteredAgent('meter', (job) => [
      { write: 'one.txt' },
      ...(agent.jobs.indexOf(job) === 0 ? [{ end: { outcome: 'rate_limited' as const, reason: 'Too much.', resetsAt: LATER } }] : []),
    ]);
    const agents = new Map([['meter', agent]]);
    await it.run({ agents });
    await it.repository.write({ 'plans/demo.plan.md': (await it.plan()).replace('status: paused', 'status: ready') });
    expect((await it.run({ agents })).end).toEqual({ type: 'completed' });
  });
});

describe('a task at which the runner keeps dying', () => {
  it('is not begun a sixth time before a person has said so', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt') + task('two', 'echo 2 > two.txt'));
    for (let number = 1; number <= 5; number += 1) await interrupt(it.repository, number);
    expect((await it.run()).end).toMatchObject({
      reason: 'task_failed',
      task: 'one',
      detail: expect.stringContaining('plans run demo --task one'),
    });
    expect(it.of('attempt-started')).toEqual([]);
    expect((await it.run()).end).toMatchObject({ reason: 'task_failed', task: 'one' });
    expect((await it.run({ task: 'one' })).end).toEqual({ type: 'done' });
    expect((await it.run()).end).toEqual({ type: 'completed' });
  });

  it('is, where another outcome stands between', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt'));
    for (let number = 1; number <= 5; number += 1) await interrupt(it.repository, number);
    await interrupt(it.repository, 6, 'agent_failed');
    await interrupt(it.repository, 7);
    expect((await it.run()).end).toEqual({ type: 'completed' });
  });
});

describe('a run that was killed', () => {
  it('leaves what its attempt had cost, which counts once', async () => {
    const budget = { 'plans.config.json': config['plans.config.json'].replace('{', '{"budget":{"task":{"usd":3}},') };
    await using it = await rig('- [ ] One\n', budget);
    const before = { head: { branch: 'main', commit: it.repository.head() }, dirty: [] };
    const entry = { run: 'killed', task: 'one', attempt: 1, folder: null, landing: null, before, usage: usage(2.5) };
    const journal = { '.git/plans/demo.journal': JSON.stringify([entry]) };
    const agent = meteredAgent('meter', () => [{ usage: usage(0.1) }, { end: { outcome: 'auth', reason: 'No key.' } }]);
    for (const expected of [0.5, 0.4]) {
      // The second time as if the kill had come again before the journal was begun anew.
      await it.repository.write(journal);
      await it.run({ agents: new Map([['meter', agent]]), task: 'one' });
      expect(agent.jobs.at(-1)?.maxBudgetUsd).toBeCloseTo(expected);
      if (expected === 0.5) it.repository.git('update-ref', '-d', 'refs/plans/attempts/demo/one/2');
    }
    const kept = it.repository.git('log', '-1', '--format=%B', 'refs/plans/attempts/demo/one/1');
    expect([trailer(kept, 'Plan-Outcome'), trailer(kept, 'Plan-Cost-USD')]).toEqual(['interrupted', '2.5']);
  });
});

describe('another’s index.lock', () => {
  it('is waited for, and the task lands', async () => {
    await using it = await rig(task('one', 'echo 1 > one.txt'));
    const lock = it.repository.path('.git/index.lock');
    const summary = await it.run({
      on: (event) => {
        if (event.type !== 'agent-finished') return;
        writeFileSync(lock, '');
        spawn('sh', ['-c', 'sleep 0.7; rm "$0"', lock], { stdio: 'ignore' });
      },
    });
    expect(summary).toMatchObject({ end: { type: 'completed' }, attempts: 1 });
    expect(it.repository.status()).toEqual([]);
  });
});

describe('an agent that goes on printing', () => {
  it('the same, while nothing changes, is stopped, and the reason says no progress', async () => {
    await using it = await rig('- [ ] One\n\n  ```yaml\n  maxAttempts: 1\n  ```\n', config);
    const agent = meteredAgent('meter', () => [{ say: 'thinking, 1 s\n' }, { say: 'thinking, 2 s\n' }, { until: new Promise(() => {}) }]);
    const summary = await it.run({ agents: new Map([['meter', agent]]) });
    expect(summary.failure).toMatchObject({ outcome: 'timeout_idle', reason: expect.stringContaining('no progress') });
  });

  describe('is let be', () => {
    const LIMIT = 60_000;
    let files: string[] = [];
    const git = {
      root: '/nowhere',
      status: async () => ({ head: null, changes: files.map((path) => ({ path, kind: 'untracked', staged: false })) }),
    };
    const watch = () => {
      const seen = { stalled: 0 };
      return { seen, watch: watchProgress(git as unknown as Git, LIMIT, () => (seen.stalled += 1)) };
    };
    beforeEach(() => {
      files = [];
      vi.useFakeTimers();
    });
    afterEach(() => vi.useRealTimers());

    it.each<[string, (watch: ReturnType<typeof watchProgress>, step: number) => void]>([
      ['it says something new', (one, step) => one.printed(`reading ${'abcdef'[step]}\n`)],
      ['it uses tokens', (one, step) => (one.printed('…\n'), one.used(step + 1))],
      ['it changes files', (one, step) => (one.printed('working\n'), files.push(`file ${step}`))],
      ['it says nothing at all, which is the idle clock’s', () => {}],
    ])('as long as %s', async (_, news) => {
      const { watch: one, seen } = watch();
      for (let step = 0; step < 6; step += 1) {
        news(one, step);
        await vi.advanceTimersByTimeAsync(LIMIT - 1);
      }
      expect(seen.stalled).toBe(0);
      one.end();
      await vi.advanceTimersByTimeAsync(10 * LIMIT);
      expect(seen.stalled).toBe(0);
    });

    it('and no longer', async () => {
      const { watch: one, seen } = watch();
      one.printed('compiling\n');
      for (let step = 0; step < 4; step += 1) {
        one.printed(`⠋ waiting ${step} s\n`);
        await vi.advanceTimersByTimeAsync(LIMIT / 2);
      }
      expect(seen.stalled).toBe(1);
      one.end();
    });
  });
});

it('an attempt that changes its mind about a price is told as it goes', async () => {
  await using it = await rig('- [ ] One\n', config);
  const agent = meteredAgent('meter', () => [{ usage: usage(0.1) }, { usage: usage(0.2) }, { write: 'one.txt' }]);
  await it.run({ agents: new Map([['meter', agent]]) });
  expect(it.of('agent-usage').map((event) => event.usage.costUsd)).toEqual([0.1, 0.2]);
});
