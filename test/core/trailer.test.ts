import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OUTCOMES } from '../../src/core/outcome.ts';
import { ITERATION_TYPES, PLAN_EVENTS } from '../../src/core/evidence.ts';
import { attemptTrailers, formatTrailers, readAttempt, readTrailers, type Trailer, trailersOf } from '../../src/core/trailer.ts';
import { runs } from '../support/runs.ts';

/** As git reads them: one line each, the value trimmed, `key:` with nothing after it dropped. */
function parsed(message: string): Trailer[] {
  return message
    .split(/\r\n|\r|\n|\u2028|\u2029|\u0085|\v|\f/)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
    .filter(([, value]) => value !== '');
}

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.stringMatching(/^[%0-9A-F\n =]{0,12}$/));
const gates = fc.array(fc.record({ name: anyText, status: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const) }));
const outcomes = fc.array(fc.record({ outcome: fc.constantFrom(...OUTCOMES), gates: fc.array(anyText) }), { minLength: 1 });
const ms = fc.integer({ min: 0, max: 1e9 });
const task = fc.record(
  {
    plan: anyText,
    phase: anyText,
    task: anyText,
    attempt: fc.integer({ min: 1, max: 100 }),
    maxAttempts: fc.integer({ min: 1, max: 100 }),
    agent: anyText,
    session: fc.option(anyText),
    durationMs: ms,
    tokens: fc.option(fc.integer({ min: 0, max: 1e12 })),
    costUsd: fc.option(fc.integer({ min: 0, max: 1e9 }).map((millionths) => millionths / 1e6)),
    gates,
    model: anyText,
    outcomes,
  },
  { requiredKeys: ['plan', 'phase', 'task', 'attempt', 'maxAttempts', 'agent', 'session', 'durationMs', 'tokens', 'costUsd', 'gates'] },
);
const reset = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }).map((date) => date.toISOString());
const plan = fc.record(
  {
    plan: anyText,
    event: fc.constantFrom(...PLAN_EVENTS),
    reason: fc.option(anyText),
    task: fc.option(anyText),
    tokens: fc.integer({ min: 0, max: 1e12 }),
    costUsd: fc.integer({ min: 0, max: 1e9 }).map((millionths) => millionths / 1e6),
    agent: anyText,
    model: anyText,
    outcomes,
    durationMs: ms,
    resetsAt: reset,
  },
  { requiredKeys: ['plan', 'event', 'reason', 'task'] },
);
const iteration = fc.record(
  {
    plan: fc.option(anyText),
    iteration: fc.constantFrom(...ITERATION_TYPES),
    changedBy: fc.constantFrom('user' as const, 'claude' as const),
    prompt: fc.option(anyText),
    tokens: fc.integer({ min: 0, max: 1e12 }),
    costUsd: fc.integer({ min: 0, max: 1e9 }).map((millionths) => millionths / 1e6),
  },
  { requiredKeys: ['plan', 'iteration', 'changedBy', 'prompt'] },
);

describe('trailers', () => {
  test('any evidence reads back as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(task, plan, iteration), (evidence) => {
        expect(readTrailers(parsed(formatTrailers(evidence)))).toEqual(evidence);
      }),
      runs(1000),
    );
  });

  test('a kept attempt reads back as it was written', () => {
    const attempt = fc.record(
      {
        plan: anyText,
        task: anyText,
        attempt: fc.integer({ min: 1, max: 100 }),
        run: anyText,
        outcome: fc.constantFrom(...OUTCOMES),
        agent: anyText,
        model: anyText,
        durationMs: ms,
        gates,
        tokens: fc.option(fc.nat()),
        costUsd: fc.option(fc.nat(1_000_000)),
      },
      { requiredKeys: ['plan', 'task', 'attempt', 'run', 'outcome', 'tokens', 'costUsd', 'gates'] },
    );
    fc.assert(
      fc.property(attempt, (evidence) => {
        expect(readAttempt(parsed(attemptTrailers(evidence)))).toEqual(evidence);
      }),
      runs(300),
    );
  });

  test('a task reads as a person would write it', () => {
    const written = formatTrailers({
      plan: 'auth',
      phase: 'database',
      task: 'user-model',
      attempt: 2,
      maxAttempts: 3,
      agent: 'claude-code',
      model: 'claude-sonnet-5-5',
      outcomes: [
        { outcome: 'gate_failed', gates: ['types', 'test'] },
        { outcome: 'timeout_idle', gates: [] },
      ],
      session: 'b2c1',
      durationMs: 12_300,
      tokens: 51_204,
      costUsd: 0.25,
      gates: [
        { name: 'typecheck', status: 'passed' },
        { name: 'test', status: 'passed' },
      ],
    });
    expect(written.split('\n')).toEqual([
      'Plan: auth',
      'Plan-Phase: database',
      'Plan-Task: user-model',
      'Plan-Attempt: 2/3',
      'Plan-Agent: claude-code',
      'Plan-Model: claude-sonnet-5-5',
      'Plan-Outcomes: gate_failed=types,test timeout_idle',
      'Plan-Session: b2c1',
      'Plan-Duration: 12.3s',
      'Plan-Tokens: 51204',
      'Plan-Cost-USD: 0.25',
      'Plan-Gates: typecheck=passed test=passed',
    ]);
  });

  test('other trailers and nonsense say nothing, and claim nothing', () => {
    expect(readTrailers([['Signed-off-by', 'A <a@example.org>']])).toBeNull();
    expect(
      readTrailers([
        ['Plan', 'auth'],
        ['Plan-Event', 'exploded'],
      ]),
    ).toBeNull();
    expect(
      readTrailers([
        ['plan', 'auth'],
        ['PLAN-TASK', 'model'],
        ['Plan-Attempt', 'many'],
        ['Plan-Duration', '-3s'],
        ['Plan-Tokens', '1e99'],
        ['Plan-Gates', 'test test=fine =passed lint=failed'],
        ['Plan-Outcomes', 'Gate failed = = ok=a'],
      ]),
    ).toMatchObject({
      plan: 'auth',
      task: 'model',
      attempt: 1,
      durationMs: 0,
      tokens: null,
      gates: [
        { name: '', status: 'passed' },
        { name: 'lint', status: 'failed' },
      ],
      outcomes: [
        { outcome: 'failed', gates: [] },
        { outcome: 'ok', gates: ['a'] },
      ],
    });
  });

  test('a very long value is cut', () => {
    const written = formatTrailers({ plan: 'a', iteration: 'refine', changedBy: 'user', prompt: 'x'.repeat(100_000) });
    expect(written.length).toBeLessThan(5_000);
  });
});

test('flags are read back as they were written, and nonsense is left out', () => {
  const flags = [
    { name: 'tests-removed', count: 2 },
    { name: 'a new one', count: 1 },
  ];
  const evidence = {
    plan: 'p',
    phase: 'a',
    task: 't',
    attempt: 1,
    maxAttempts: 3,
    agent: 'x',
    session: null,
    durationMs: 0,
    tokens: null,
    costUsd: null,
    gates: [],
    flags,
  };
  expect(readTrailers(trailersOf(evidence))).toEqual(evidence);
  expect(
    readTrailers([
      ['Plan', 'p'],
      ['Plan-Task', 't'],
      ['Plan-Flags', 'x tests-skipped=-1 =3'],
    ]),
  ).not.toHaveProperty('flags');
});
