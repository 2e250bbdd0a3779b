import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PastWork } from '../../src/core/past.ts';
import { GROUPINGS, statistics, type Totals } from '../../src/core/statistics.ts';
import { runs } from '../support/runs.ts';

const entry = (change: Partial<PastWork> = {}): PastWork => ({
  type: 'landed',
  at: 0,
  plan: 'p',
  phase: 'a',
  task: 'one',
  agent: 'claude',
  model: 'm',
  durationMs: 1_000,
  tokens: 100,
  costUsd: 0.1,
  outcomes: [],
  gates: [],
  ...change,
});
const end = (outcome: string, ...gates: readonly string[]) => ({ outcome, gates });
const gate = (name: string, status: 'passed' | 'failed' | 'skipped' = 'passed') => ({ name, status });

describe('totals', () => {
  it('count tasks, attempts and failures; a stop is no failure', () => {
    const { totals } = statistics(
      [
        entry(),
        entry({ task: 'two', outcomes: [end('gate_failed', 'test'), end('rate_limited'), end('')] }),
        entry({ type: 'given-up', task: 'three', outcomes: [end('agent_failed'), end('cancelled')] }),
        entry({ type: 'taken-back', durationMs: 0, tokens: 0, costUsd: 0 }),
      ],
      'plan',
    );
    expect(totals).toMatchObject({ tasks: 2, first: 1, takenBack: 1, attempts: 7, failed: 3 });
  });

  it('of money are exact, and say what is not known', () => {
    const cents = Array.from({ length: 1_000 }, () => entry({ costUsd: 0.1 }));
    expect(statistics(cents, 'plan').totals).toMatchObject({ costUsd: 100, unpriced: 0 });
    expect(statistics([entry({ costUsd: 0.000001 }), entry({ costUsd: 0.2 }), entry({ costUsd: null })], 'plan').totals).toMatchObject({
      costUsd: 0.200001,
      unpriced: 1,
    });
  });

  it('of nothing are zero', () => {
    expect(statistics([], 'model')).toMatchObject({ from: null, to: null, groups: [], totals: { tasks: 0, attempts: 0, costUsd: 0 } });
  });
});

it('gates that failed, most often first; a skipped one was not run', () => {
  const { gates, outcomes } = statistics(
    [
      entry({
        gates: [gate('types'), gate('test'), gate('slow', 'skipped')],
        outcomes: [end('gate_failed', 'test', 'types'), end('gate_failed', 'test')],
      }),
      entry({ gates: [gate('types'), gate('test'), gate('fine')], outcomes: [end('timeout_idle')] }),
    ],
    'plan',
  );
  expect(gates).toEqual([
    { gate: 'test', runs: 4, failed: 2 },
    { gate: 'types', runs: 3, failed: 1 },
  ]);
  expect(outcomes).toEqual([
    { outcome: 'gate_failed', count: 2 },
    { outcome: 'timeout_idle', count: 1 },
  ]);
});

it('the slowest tasks, with all that was tried', () => {
  const { slowest } = statistics(
    [
      entry({ task: 'slow', type: 'given-up', durationMs: 9_000, outcomes: [end('agent_failed')], costUsd: null }),
      entry({ task: 'slow' }),
      entry({ task: 'fast' }),
      entry({ type: 'written', task: 'generation', durationMs: 1e9 }),
    ],
    'plan',
  );
  expect(slowest).toEqual([
    { plan: 'p', task: 'slow', attempts: 2, durationMs: 10_000, costUsd: null },
    { plan: 'p', task: 'fast', attempts: 1, durationMs: 1_000, costUsd: 0.1 },
  ]);
});

/** The names of groups of three commits that differ. */
const names = (by: (typeof GROUPINGS)[number]) =>
  statistics(
    [
      entry({ costUsd: 3 }),
      entry({ plan: 'q', costUsd: 2, model: null }),
      entry({ type: 'written', task: 'review', phase: null, costUsd: 1 }),
    ],
    by,
  ).groups.map(({ plan, name }) => `${plan}/${name}`);

it('what has no name stands by itself, and tasks of one name in two plans are two', () => {
  expect(names('task')).toEqual(['p/one', 'q/one', 'p/(review)']);
  expect(names('phase')).toEqual(['p/a', 'q/a', 'p/(review)']);
  expect(names('plan')).toEqual(['null/p', 'null/q']);
  expect(names('model')).toEqual(['null/m', 'null/null']);
});

it('groups add up to the totals, whatever they are', () => {
  const name = fc.constantFrom('a', 'b', null);
  const work = fc.array(
    fc.record({
      type: fc.constantFrom('landed' as const, 'given-up' as const, 'written' as const, 'taken-back' as const),
      at: fc.nat(),
      plan: fc.constantFrom('p', 'q'),
      phase: name,
      task: name,
      agent: name,
      model: name,
      durationMs: fc.nat(),
      tokens: fc.option(fc.nat()),
      costUsd: fc.option(fc.nat(1e9).map((millionths) => millionths / 1e6)),
      outcomes: fc.array(fc.constantFrom(end('gate_failed', 'test'), end('cancelled'), end(''))),
      gates: fc.constant([gate('test')]),
    }),
  );
  fc.assert(
    fc.property(work, fc.constantFrom(...GROUPINGS), (entries, by) => {
      const { totals, groups } = statistics(entries, by);
      for (const key of Object.keys(totals) as (keyof Totals)[]) {
        const sum = groups.reduce((before, group) => before + group[key], 0);
        expect(key === 'costUsd' ? Math.round(sum * 1e6) : sum).toBe(key === 'costUsd' ? Math.round(totals[key] * 1e6) : totals[key]);
      }
      expect(totals.attempts).toBeGreaterThanOrEqual(totals.tasks + totals.failed);
    }),
    runs(200),
  );
});
