import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, NOTHING, spendingOf, type Spending } from '../../src/core/budget.ts';
import type { Effect, Fact } from '../../src/core/effect.ts';
import { parsePlan } from '../../src/core/parse.ts';
import type { Plan } from '../../src/core/plan.ts';
import { transition } from '../../src/core/run.ts';
import { newRun, type Run } from '../../src/core/run-state.ts';
import { runs } from '../support/runs.ts';
import { BUDGET, untouched } from './limits.ts';

const CONCURRENCY = 3;

function planOf(tasks: number, parallel: boolean, fields = ''): Plan {
  const items = Array.from({ length: tasks }, (_, index) => `- [ ] task ${index}\n`).join('');
  const mode = `\`\`\`yaml\nexecutionMode: ${parallel ? 'parallel' : 'sequential'}\n\`\`\`\n\n`;
  return parsePlan(`---\nstatus: running\n${fields}---\n\n# Plan\n\n## Phase\n\n${mode}${items}`, 'plan').plan;
}

function begin(plan: Plan, more: Partial<Run> = {}): readonly [Run, readonly Effect[]] {
  const limits = { scope: null, approved: new Set<string>(), maxAttempts: 3, maxConcurrency: CONCURRENCY, estimate: () => 1 };
  return transition({ ...newRun(plan, { ...limits, ...untouched() }), ...more }, { type: 'plan-read', plan });
}

const usage = (costUsd: number) => ({ inputTokens: 1, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd });

const startsOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'start-attempt' ? [[effect.task, effect.ceiling?.usd]] : []));

describe('a start', () => {
  it('reserves what the attempt may cost, and waits where that is not free', () => {
    const [run, effects] = begin(planOf(3, true, 'maxBudgetUsd: 25\n'));
    expect(startsOf(effects)).toEqual([
      ['task-0', 10],
      ['task-1', 10],
    ]);
    const done = { exitCode: 0, durationMs: 1, session: null, tail: '', reason: '' } as const;
    const [next] = transition(run, { type: 'agent-finished', task: 'task-0', attempt: 1, outcome: 'passed', usage: usage(4), ...done });
    // Four are spent and ten reserved: eleven are free.
    const [, then] = transition(next, { type: 'plan-read', plan: next.plan });
    expect(startsOf(then)).toEqual([['task-2', 10]]);
  });

  it('of a task at which the runner died five times pauses the plan', () => {
    const plan = planOf(1, false);
    const [, effects] = begin(plan, { crashed: new Set(['task-0']) });
    expect(effects).toMatchObject([{ type: 'record-pause', reason: 'task_failed', task: 'task-0' }]);
    const [, named] = begin(plan, { crashed: new Set(['task-0']), approved: new Set(['task-0']) });
    expect(startsOf(named)).toEqual([['task-0', 10]]);
  });

  it('of a command costs nothing, and is made with an empty purse', () => {
    const plan = parsePlan('---\nstatus: running\n---\n\n# P\n\n- [ ] one\n\n  ```yaml\n  run: "true"\n  ```\n', 'plan').plan;
    const broke = { ...BUDGET, plan: { usd: 1, tokens: 1 } };
    const { ledger } = untouched(broke);
    const [, effects] = begin(plan, { ledger: { ...ledger, plan: { usd: 5, tokens: 5, unpriced: 0 } } });
    expect(startsOf(effects)).toEqual([['one', undefined]]);
  });
});

describe('random histories', () => {
  it('cost no more than the budget and one report of each attempt, and end', () => {
    const input = fc.record({
      tasks: fc.integer({ min: 1, max: 8 }),
      parallel: fc.boolean(),
      limit: fc.integer({ min: 1, max: 60 }),
      picks: fc.infiniteStream(fc.nat(999)),
      costs: fc.infiniteStream(fc.integer({ min: 0, max: 600 })),
    });
    fc.assert(
      fc.property(input, ({ tasks, parallel, limit, picks, costs }) => {
        simulate(planOf(tasks, parallel, `maxBudgetUsd: ${limit}\n`), limit, {
          pick: () => picks.next().value,
          dollars: () => costs.next().value / 100,
        });
      }),
      runs(200),
    );
  });
});

/** Plays agents that report what they cost and pass or fail, and checks the sum of all reports after each. */
function simulate(start: Plan, limit: number, random: { pick: () => number; dollars: () => number }): void {
  let plan = start;
  let [run, effects] = begin(plan);
  const working = new Map<string, { attempt: number; used: Spending; ceiling: number; stopped: boolean }>();
  let settled = 0;
  let beyond = 0;
  for (let steps = 0; run.end === null; steps += 1) {
    expect(steps).toBeLessThan(5_000);
    const queue: Fact[] = effects.flatMap(answer);
    if (queue.length === 0) queue.push(agentDoes());
    effects = [];
    for (const fact of queue) {
      const [next, more] = transition(run, fact);
      run = next;
      effects = [...effects, ...more];
    }
    expect(settled + [...working.values()].reduce((sum, { used }) => sum + used.usd, 0)).toBeLessThanOrEqual(limit + beyond + 1e-6);
  }
  expect(working.size).toBe(0);

  function agentDoes(): Fact {
    const [task, agent] = [...working][random.pick() % working.size] ?? [];
    if (task === undefined || agent === undefined) throw new Error('nothing under way, and no end');
    const { attempt } = agent;
    if (!agent.stopped && random.pick() % 3 > 0) {
      const cost = random.dollars();
      const before = agent.used.usd;
      agent.used = add(agent.used, { ...NOTHING, usd: cost, tokens: 1 });
      // One report may go beyond; whoever has gone beyond is stopped.
      expect(before).toBeLessThan(agent.ceiling + 1e-6);
      beyond += Math.max(0, agent.used.usd - Math.max(agent.ceiling, before));
      return { type: 'agent-usage', task, attempt, usage: { ...usage(agent.used.usd), inputTokens: agent.used.tokens } };
    }
    working.delete(task);
    settled += agent.used.usd;
    const outcome = agent.stopped ? 'budget' : random.pick() % 2 === 0 ? 'passed' : 'agent_failed';
    const total = { ...usage(agent.used.usd), inputTokens: agent.used.tokens };
    expect(spendingOf(total).usd).toBe(agent.used.usd);
    return {
      type: 'agent-finished',
      task,
      attempt,
      outcome,
      reason: `Print ${random.pick()}.`,
      exitCode: 0,
      durationMs: 1,
      usage: total,
      session: null,
      tail: '',
    };
  }

  function answer(effect: Effect): Fact[] {
    if (!('task' in effect) || effect.task === null) return [...plainAnswer(effect)];
    const { task } = effect;
    switch (effect.type) {
      case 'start-attempt':
        expect(working.size).toBeLessThan(CONCURRENCY);
        working.set(task, { attempt: effect.attempt, used: NOTHING, ceiling: effect.ceiling?.usd ?? Infinity, stopped: false });
        return [];
      case 'stop-agent': {
        const agent = working.get(task);
        if (agent !== undefined) agent.stopped = true;
        return [];
      }
      case 'check-work':
        return [{ type: 'work-checked', task, attempt: effect.attempt, failure: null }];
      case 'run-gates':
        return [{ type: 'gates-finished', task, attempt: effect.attempt, failure: null }];
      case 'commit-task': {
        plan = withStatus(plan, task, 'completed');
        const landed = { phase: '', title: '', commit: 'c', files: [], durationMs: 1, planStatus: 'running' as const };
        return [{ type: 'task-completed', task, attempt: effect.attempt, ...landed }];
      }
      case 'finish-attempt': {
        const { outcome } = effect.failure;
        const rest = { reason: '', durationMs: 1, files: [], gates: [], tail: '' };
        return [{ type: 'attempt-finished', task, attempt: effect.attempt, willRetry: effect.willRetry, outcome, ...rest }];
      }
      case 'record-failure':
        plan = withStatus(plan, task, 'failed');
        return [{ type: 'task-failed', task, attempts: effect.attempts, outcome: 'agent_failed', reason: '' }];
      default:
        return [...plainAnswer(effect)];
    }
  }

  function plainAnswer(effect: Effect): Fact[] {
    if (effect.type === 'read-plan') return [{ type: 'plan-read', plan }];
    if (effect.type === 'record-pause')
      return [{ type: 'run-paused', reason: effect.reason, task: effect.task, phase: null, detail: effect.detail }];
    if (effect.type === 'record-completion') return [{ type: 'run-completed', open: effect.open }];
    return [];
  }
}

function withStatus(plan: Plan, id: string, status: 'completed' | 'failed'): Plan {
  const phases = plan.phases.map((phase) => ({
    ...phase,
    tasks: phase.tasks.map((task) => (task.id === id ? { ...task, status } : task)),
  }));
  return { ...plan, phases };
}
