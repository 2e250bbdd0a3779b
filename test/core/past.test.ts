import { expect, test } from 'vitest';
import { pastWork, type Said } from '../../src/core/past.ts';
import type { TaskEvidence } from '../../src/core/evidence.ts';

const landed = (task: string, more: Partial<TaskEvidence> = {}): Said => ({
  planId: 'p',
  at: 1,
  evidence: {
    plan: 'p',
    phase: 'a',
    task,
    attempt: 1,
    maxAttempts: 3,
    agent: 'claude',
    session: null,
    durationMs: 5,
    gates: [],
    tokens: 10,
    costUsd: 0.5,
    ...more,
  },
});
const failed = { outcome: 'gate_failed', gates: ['test'] };
const by = (evidence: Said['evidence']): Said => ({ planId: 'p', at: 0, evidence });
const work = (...said: readonly Said[]) => pastWork(said);

test('a task that landed, with the attempts before it', () => {
  expect(work(landed('one', { model: 'm', outcomes: [failed] }))).toEqual([
    {
      type: 'landed',
      at: 1,
      plan: 'p',
      phase: 'a',
      task: 'one',
      agent: 'claude',
      model: 'm',
      durationMs: 5,
      tokens: 10,
      costUsd: 0.5,
      outcomes: [failed],
      gates: [],
    },
  ]);
});

test('attempts that were given up are of the phase that the task landed in; a commit that says nothing of them is left out', () => {
  const paused = { plan: 'p', event: 'paused', reason: 'task_failed', task: 'one' } as const;
  const said = [
    { planId: 'p', at: 0, evidence: { ...paused, outcomes: [failed], costUsd: 2, durationMs: 7, agent: 'claude' } },
    { planId: 'p', at: 0, evidence: { ...paused, reason: 'requested' } },
    landed('one'),
  ];
  expect(work(...said)).toMatchObject([
    { type: 'given-up', phase: 'a', task: 'one', costUsd: 2, tokens: null, durationMs: 7, outcomes: [failed] },
    { type: 'landed' },
  ]);
});

test('commits before outcomes were written down have those that no commit names', () => {
  const unnamed = { outcome: '', gates: [] };
  expect(work(landed('one', { attempt: 3 }))[0]?.outcomes).toEqual([unnamed, unnamed]);
  const paused: Said = { planId: 'p', at: 0, evidence: { plan: 'p', event: 'paused', reason: 'budget', task: 'one', outcomes: [failed] } };
  expect(work(paused, landed('one', { attempt: 3 }), landed('one', { attempt: 2 })).map(({ outcomes }) => outcomes)).toEqual([
    [failed],
    [unnamed],
    [unnamed],
  ]);
});

test('a plan that was renamed has its past under the name that it has', () => {
  const renamed = { ...landed('one'), planId: 'q' };
  expect(work(renamed)).toMatchObject([{ plan: 'q', task: 'one' }]);
});

test('commands and people cost nothing; what others do not say is unknown', () => {
  const silent = { tokens: null, costUsd: null };
  const [command, person, agent] = work(...['run', 'human', 'codex'].map((name) => landed(name, { agent: name, ...silent })));
  expect([command?.costUsd, person?.costUsd, agent?.costUsd]).toEqual([0, 0, null]);
});

test('what writing a plan cost counts, an edit by hand does not', () => {
  const iteration = { plan: 'p', iteration: 'generation', changedBy: 'claude', prompt: null } as const;
  expect(work(by({ ...iteration, tokens: 5, costUsd: 1 }), by({ ...iteration, iteration: 'user_edit', changedBy: 'user' }))).toMatchObject([
    { type: 'written', task: 'generation', agent: 'claude', costUsd: 1 },
  ]);
  expect(work(by({ plan: 'p', event: 'reverted', reason: null, task: 'one' }))).toMatchObject([
    { type: 'taken-back', task: 'one', costUsd: 0 },
  ]);
});
