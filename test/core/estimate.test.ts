import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate, type OpenTask } from '../../src/core/estimate.ts';
import { parsePlan } from '../../src/core/parse.ts';
import type { PastWork } from '../../src/core/past.ts';
import { runs } from '../support/runs.ts';

const LIMITS = { prices: {}, maxConcurrency: 4 };

/** `tasks` in one phase, done by an agent. */
function open(count: number, change: Partial<OpenTask> = {}, mode = 'sequential', fields = ''): OpenTask[] {
  const tasks = Array.from({ length: count }, (_, index) => `- [ ] Task ${index}\n\n  \`\`\`yaml\n  id: t${index}\n${fields}  \`\`\`\n`);
  const { plan } = parsePlan(`# P\n\n## A\n\n\`\`\`yaml\nexecutionMode: ${mode}\n\`\`\`\n\n${tasks.join('\n')}`, 'p');
  return plan.phases.flatMap((phase) =>
    phase.tasks.map((task) => ({ phase, task, agent: 'claude', model: 'claude-sonnet-5-5', promptChars: 4_000, ...change })),
  );
}

const past = (...costs: readonly (number | null)[]): PastWork[] =>
  costs.map((costUsd, index) => ({
    type: 'landed',
    at: index,
    plan: 'old',
    phase: 'a',
    task: `t${index}`,
    agent: 'claude',
    model: 'claude-sonnet-5-5',
    durationMs: 60_000 * (costUsd ?? 1),
    tokens: costUsd === null ? null : 1_000 * costUsd,
    costUsd,
    outcomes: [],
    gates: [],
  }));

describe('from history', () => {
  it('is the mean of the like, so many times, in a range that is wider the fewer they are', () => {
    const few = estimate(open(4), past(1, 2, 3), LIMITS);
    expect(few.cost?.expected).toBeCloseTo(8, 9);
    expect(few.time?.expected).toBeCloseTo(8 * 60_000, 6);
    expect(few.tokens?.expected).toBeCloseTo(8_000, 6);
    expect(few.basis).toMatchObject([{ tasks: 4, time: { type: 'history', samples: 3 }, cost: { type: 'history', samples: 3 } }]);
    const many = estimate(open(4), past(...Array.from({ length: 30 }, (_, index) => (index % 3) + 1)), LIMITS);
    expect(many.cost?.expected).toBeCloseTo(8, 9);
    expect((many.cost?.high ?? 0) - (many.cost?.low ?? 0)).toBeLessThan((few.cost?.high ?? 0) - (few.cost?.low ?? 0));
  });

  it('counts what was given up before a task landed', () => {
    const [one] = past(1);
    if (one === undefined) throw new Error('none');
    const entries = [1, 2, 3].flatMap((at): PastWork[] => [
      { ...one, at, task: `x${at}`, type: 'given-up', outcomes: [{ outcome: 'agent_failed', gates: [] }] },
      { ...one, at, task: `x${at}` },
    ]);
    expect(estimate(open(1), entries, LIMITS).cost).toEqual({ expected: 2, low: 2, high: 2 });
  });

  it('of another model says how long it takes and not what it costs; of another agent nothing', () => {
    const other = estimate(open(1, { model: 'claude-haiku-4-5' }), past(1, 2, 3), LIMITS);
    expect(other.basis).toMatchObject([{ time: { type: 'history' }, tokens: { type: 'history' }, cost: { type: 'rule' } }]);
    expect(estimate(open(1, { agent: 'codex' }), past(1, 2, 3), LIMITS).basis).toMatchObject([{ time: { type: 'rule' } }]);
    expect(estimate(open(1, { model: null }), past(1, 2, 3), LIMITS).basis).toMatchObject([{ cost: { type: 'history', samples: 3 } }]);
  });

  it('needs three', () => {
    expect(estimate(open(1), past(1, 2), LIMITS).basis).toMatchObject([{ time: { type: 'rule' }, cost: { type: 'rule' } }]);
    expect(estimate(open(1), past(1, 2, null, null), LIMITS).basis).toMatchObject([
      { time: { type: 'history', samples: 4 }, cost: { type: 'rule' } },
    ]);
  });
});

describe('what is not known', () => {
  it('stays unknown, and is counted', () => {
    const nobody = estimate(open(3, { model: null }), [], LIMITS);
    expect(nobody).toMatchObject({ cost: null, unknown: { time: 0, tokens: 0, cost: 3 } });
    const both = open(3, { model: 'no-such-model' }).map((task, at) => (at === 0 ? { ...task, agent: 'run', model: null } : task));
    expect(estimate(both, [], LIMITS)).toMatchObject({ cost: null, unknown: { time: 1, tokens: 0, cost: 2 } });
    expect(estimate(open(2, { agent: 'run', model: null }), [], LIMITS)).toMatchObject({
      time: null,
      tokens: { expected: 0 },
      cost: { expected: 0 },
      unknown: { time: 2, tokens: 0, cost: 0 },
    });
  });

  it("is known from the config's prices", () => {
    const prices = { mine: { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1 } };
    const { cost, tokens } = estimate(open(1, { model: 'mine' }), [], { ...LIMITS, prices });
    expect(cost?.expected).toBeCloseTo((tokens?.expected ?? 0) / 1e6, 12);
  });
});

describe('time', () => {
  const three = past(1, 1, 1);
  it.each([
    ['one after another', open(4), 4, 4],
    ['side by side', open(4, {}, 'parallel'), 4, 1],
    ['side by side, two at once', open(4, {}, 'parallel'), 2, 2],
    ['in two phases', [...open(1, {}, 'parallel'), ...open(1)], 4, 2],
  ])('%s', (_, tasks, maxConcurrency, minutes) => {
    expect(estimate(tasks, three, { prices: {}, maxConcurrency }).time?.expected).toBeCloseTo(minutes * 60_000, 6);
  });

  it('is what the task says itself', () => {
    const result = estimate(open(2, {}, 'sequential', '  estimate: 7m\n'), three, LIMITS);
    expect(result.time).toEqual({ expected: 840_000, low: 840_000, high: 840_000 });
    expect(result.basis).toMatchObject([{ time: { type: 'stated' }, cost: { type: 'history' } }]);
  });
});

it('lies in its range, grows with the tasks, and a longer prompt costs more', () => {
  const costs = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 8 });
  fc.assert(
    fc.property(costs, fc.integer({ min: 1, max: 5 }), fc.nat(100_000), (seen, count, promptChars) => {
      const result = estimate(open(count, { promptChars }), past(...seen), LIMITS);
      for (const range of [result.time, result.tokens, result.cost]) {
        expect(range).not.toBeNull();
        expect(range?.low ?? NaN).toBeGreaterThanOrEqual(0);
        expect(range?.low ?? NaN).toBeLessThanOrEqual((range?.expected ?? NaN) + 1e-6);
        expect(range?.high ?? NaN).toBeGreaterThanOrEqual((range?.expected ?? NaN) - 1e-6);
      }
      const more = estimate(open(count + 1, { promptChars }), past(...seen), LIMITS);
      expect(more.cost?.expected ?? NaN).toBeGreaterThanOrEqual(result.cost?.expected ?? NaN);
      if (seen.length < 3) {
        const longer = estimate(open(count, { promptChars: promptChars + 4_000 }), past(...seen), LIMITS);
        expect(longer.cost?.expected ?? NaN).toBeGreaterThan(result.cost?.expected ?? NaN);
      }
    }),
    runs(100),
  );
});
