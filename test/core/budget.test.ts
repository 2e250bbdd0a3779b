import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  fromCost,
  newLedger,
  NOTHING,
  nothingLeft,
  overdrawn,
  reserve,
  roomFor,
  settle,
  toCost,
  use,
  within,
} from '../../src/core/budget.ts';
import type { Ledger, Spending } from '../../src/core/budget.ts';
import { runs } from '../support/runs.ts';

const TOKENS = 1_000_000;
const of = (usd: number, tokens = TOKENS) => ({ usd, tokens });
const cost = (usd: number, tokens = 1): Spending => ({ usd, tokens, unpriced: 0 });
const BUDGET = { attempt: of(10), task: of(20), plan: of(50), day: of(60) };
const NONE = { attempt: undefined, plan: undefined };
const ledger = (spent: Partial<Pick<Ledger, 'plan' | 'day' | 'tasks'>> = {}) =>
  newLedger(BUDGET, { plan: NOTHING, day: NOTHING, tasks: new Map(), ...spent });

const open = (state: Ledger, used: Spending, narrower = NONE) => {
  const room = roomFor(state, 'a', narrower);
  if (room === null) throw new Error('no room');
  return overdrawn(use(reserve(state, 'a', room), 'a', used), 'a', narrower);
};

describe('the room for an attempt', () => {
  it.each<[string, Ledger, Partial<Parameters<typeof roomFor>[2]>, { usd: number; by: string; whole: boolean } | null]>([
    ['nothing spent', ledger(), {}, { usd: 10, by: 'attempt', whole: true }],
    ['a task that says less', ledger(), { attempt: 2 }, { usd: 2, by: 'attempt', whole: true }],
    ['a task that says more', ledger(), { attempt: 99 }, { usd: 10, by: 'attempt', whole: true }],
    ['a task that has cost much', ledger({ tasks: new Map([['a', cost(15)]]) }), {}, { usd: 5, by: 'task', whole: false }],
    ['another task that has', ledger({ tasks: new Map([['b', cost(15)]]) }), {}, { usd: 10, by: 'attempt', whole: true }],
    ['a plan that says less', ledger({ plan: cost(3) }), { plan: 4 }, { usd: 1, by: 'plan', whole: false }],
    ['a plan that says more', ledger({ plan: cost(45) }), { plan: 500 }, { usd: 5, by: 'plan', whole: false }],
    ['a day that is nearly over', ledger({ day: cost(58) }), {}, { usd: 2, by: 'day', whole: false }],
    ['a plan that is used up', ledger({ plan: cost(50) }), {}, null],
    ['tokens that are used up', ledger({ plan: cost(0, TOKENS) }), {}, null],
    [
      'a reservation',
      reserve(ledger({ plan: cost(35) }), 'b', { ceiling: of(10, 1), by: 'attempt', whole: true }),
      {},
      { usd: 5, by: 'plan', whole: false },
    ],
  ])('%s', (_, state, narrower, expected) => {
    const room = roomFor(state, 'a', { ...NONE, ...narrower });
    expect(room === null ? null : { usd: room.ceiling.usd, by: room.by, whole: room.whole }).toEqual(expected);
  });
});

describe('what is said', () => {
  it('has the figures and what to do', () => {
    expect(open(ledger(), cost(9.99))).toBe(null);
    expect(open(ledger(), cost(10.02))).toBe(
      'The attempt has used $10.02 of $10.00. Raise "budget.attempt" in the config, or make the task smaller.',
    );
    expect(open(ledger(), cost(1, TOKENS))).toContain('1,000,000 tokens of 1,000,000 tokens');
    expect(open(ledger(), cost(2), { ...NONE, attempt: 1 } as never)).toContain('Raise "maxBudgetUsd" of the task');
    expect(open(ledger({ plan: cost(45) }), cost(5))).toContain('which is what was left for the plan ($50.00 and 1,000,000 tokens)');
    expect(nothingLeft(ledger({ day: cost(60.5, 7) }), 'a', NONE)).toBe(
      'Spent for today (UTC): $60.50 and 7 tokens, of $60.00 and 1,000,000 tokens. Raise "budget.day" in the config, or go on tomorrow.',
    );
  });

  it('is "unknown" where a price is', () => {
    const unpriced = fromCost({ tokens: TOKENS });
    expect(unpriced).toEqual({ usd: 0, tokens: TOKENS, unpriced: TOKENS });
    expect(toCost(unpriced)).toEqual({ tokens: TOKENS, costUsd: null });
    expect(toCost(add(cost(1), unpriced ?? NOTHING))).toEqual({ tokens: TOKENS + 1, costUsd: null });
    expect(nothingLeft(ledger({ plan: unpriced ?? NOTHING }), 'a', NONE)).toContain('at a cost that is partly unknown');
  });
});

describe('attempts at once', () => {
  /** Each step is what one of four attempts reports next, or that it is done; one that is over its ceiling is stopped at that word. */
  it('never cost more than a ceiling and one report each', () => {
    const step = fc.record({
      slot: fc.nat(3),
      usd: fc.double({ min: 0, max: 4, noNaN: true }),
      tokens: fc.nat(200_000),
      done: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.double({ min: 1, max: 60, noNaN: true }), (steps, planUsd) => {
        const narrower = { attempt: undefined, plan: planUsd };
        let state = ledger();
        let beyond = NOTHING;
        for (const { slot, usd, tokens, done } of steps) {
          const id = `t${slot}`;
          const open = state.open.get(id);
          if (open === undefined) {
            const room = roomFor(state, id, narrower);
            if (room !== null && (room.whole || state.open.size === 0)) state = reserve(state, id, room);
            continue;
          }
          const used = add(open.used, { usd, tokens, unpriced: 0 });
          state = use(state, id, used);
          const over = overdrawn(state, id, narrower) !== null;
          if (over) {
            const extra = {
              usd: Math.max(0, used.usd - open.ceiling.usd),
              tokens: Math.max(0, used.tokens - open.ceiling.tokens),
              unpriced: 0,
            };
            expect(extra.usd).toBeLessThanOrEqual(usd);
            beyond = add(beyond, extra);
          }
          if (over || done) state = settle(state, id, null);
          const live = [...state.open.values()].reduce((total, one) => add(total, one.used), state.plan);
          expect(live.usd).toBeLessThanOrEqual(planUsd + beyond.usd + 1e-6);
          expect(live.tokens).toBeLessThanOrEqual(BUDGET.plan.tokens + beyond.tokens);
          for (const [, spent] of state.tasks) expect(spent.usd).toBeLessThanOrEqual(BUDGET.task.usd + beyond.usd + 1e-6);
        }
      }),
      runs(300),
    );
  });
});

const amount = (usd: number, tokens: number) => ({ usd, tokens });

describe('a machine that is one of several', () => {
  const budget = { attempt: amount(5, 100), task: amount(9, 900), plan: amount(20, 2_000), day: amount(50, 5_000) };

  it('spends its part of what is left for the plan, and never more than is left', () => {
    expect(within(budget, amount(4, 400), amount(3, 300))).toEqual({ ...budget, plan: amount(7, 700) });
    expect(within(budget, amount(19, 1_900), amount(3, 300))).toEqual(budget);
  });
});
