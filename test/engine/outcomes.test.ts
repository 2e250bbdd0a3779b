import { describe, expect, it } from 'vitest';
import { readTrailers } from '../../src/core/trailer.ts';
import { meteredAgent, usage, type MeteredStep } from '../support/metered.ts';
import { rig, trailer, type Rig } from '../support/rig.ts';

const config = (more: object = {}) => ({
  'plans.config.json': JSON.stringify({
    agent: 'meter',
    agents: { meter: { command: ['meter'] } },
    qa: { gates: [{ name: 'exists', run: 'test -e good.txt' }] },
    ...more,
  }),
});
const script = (of: (attempt: number) => readonly MeteredStep[]) =>
  new Map([['meter', meteredAgent('meter', ({ attempt }) => [{ usage: usage(1) }, ...of(attempt)])]]);
const failed = (attempt: number): MeteredStep => ({ end: { outcome: 'agent_failed', reason: `No ${attempt}.`, usage: usage(1) } });
const last = (it: Rig) => it.repository.git('log', '-1', '--format=%B');

describe('a commit says how the attempts before it ended', () => {
  it('that lands the task', async () => {
    await using it = await rig('- [ ] One\n', config());
    const agents = script((attempt) => {
      const model = { end: { model: 'claude-sonnet-5-5', usage: usage(1) } };
      return attempt === 1 ? [{ write: 'bad.txt' }, model] : attempt === 2 ? [failed(2)] : [{ write: 'good.txt' }, model];
    });
    await it.run({ agents });
    const message = last(it);
    expect(trailer(message, 'Plan-Attempt')).toBe('3/3');
    expect(trailer(message, 'Plan-Outcomes')).toBe('gate_failed=exists agent_failed');
    expect(trailer(message, 'Plan-Model')).toBe('claude-sonnet-5-5');
    expect(trailer(message, 'Plan-Cost-USD')).toBe('3');
  });

  it('that records a failure, and the next one says only what came after', async () => {
    await using it = await rig('- [ ] One\n', config({ maxAttempts: 2, model: 'asked' }));
    await it.run({ agents: script((attempt) => [{ write: `${attempt}.txt` }]) });
    const evidence = readTrailers([...last(it).matchAll(/^(Plan[\w-]*): (.*)$/gm)].map(([, key = '', value = '']) => [key, value]));
    const gate = { outcome: 'gate_failed', gates: ['exists'] };
    expect(evidence).toMatchObject({ event: 'paused', agent: 'meter', model: 'asked', outcomes: [gate, gate], costUsd: 2 });
    expect(evidence).toHaveProperty('durationMs');
    await it.run({ task: 'one', agents: script(() => [{ write: 'good.txt' }]) });
    const landed = last(it);
    expect(trailer(landed, 'Plan-Outcomes')).toBeUndefined();
    expect(trailer(landed, 'Plan-Cost-USD')).toBe('1');
  });

  it('once, also where the run was stopped in between and the cache is lost', async () => {
    await using it = await rig('- [ ] One\n', config());
    const agents = script((attempt) => (attempt === 1 ? [{ write: 'bad.txt' }] : [{ write: 'good.txt' }]));
    await it.run({ agents, on: (event, pause) => (event.type === 'attempt-finished' ? pause(true) : undefined) });
    it.repository.git('clean', '-qxdf', '.plans');
    await it.run({ agents: script(() => [{ write: 'good.txt' }]) });
    const all = it.repository.git('log', '--format=%(trailers:key=Plan-Outcomes,valueonly,separator=%x2C)').trim().split('\n').join(' ');
    expect(
      all
        .trim()
        .split(/\s+/)
        .filter((word) => word.startsWith('gate_failed')),
    ).toEqual(['gate_failed=exists']);
  });
});
