/** Joining a wave, whatever the machines have made of it: each task has its turn once, and it always ends. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect, Fact, Failure } from '../../src/core/effect.ts';
import type { Plan, Task } from '../../src/core/plan.ts';
import { findTask, statusAfter } from '../../src/core/progress.ts';
import { newRun, type Run } from '../../src/core/run-state.ts';
import { transition } from '../../src/core/run.ts';
import { untouched } from './limits.ts';
import { runs } from '../support/runs.ts';
import { agentFinished, failure, MAX_ATTEMPTS, planOf } from './run-facts.ts';

const OUTCOMES = ['passed', 'gate_failed', 'conflict', 'agent_failed', 'denied', 'rate_limited', 'budget', 'auth', 'cancelled'] as const;
type Made = Failure['outcome'];

function changed(plan: Plan, id: string, change: Partial<Task>): Plan {
  const tasks = (list: readonly Task[]) => list.map((task) => (task.id === id ? { ...task, ...change } : task));
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, tasks: tasks(phase.tasks) })) };
}

/** Plays the world; what each task has come to elsewhere is given. The plan in the end, the order of turns, and how the run ended. */
function joined(start: Plan, made: ReadonlyMap<string, { readonly outcome: Made; readonly tries: number; readonly lands: boolean }>) {
  let plan = start;
  const turns: string[] = [];
  const tries = new Map([...made].map(([id, each]) => [id, each.tries]));
  const limits = {
    scope: new Set(made.keys()),
    approved: new Set<string>(),
    maxAttempts: MAX_ATTEMPTS,
    maxConcurrency: 3,
    estimate: () => 1,
  };
  let run: Run = newRun(plan, { ...limits, ...untouched(), wave: 'join', tries });
  const inbox: Fact[] = [{ type: 'plan-read', plan }];
  const answer = (effect: Effect): Fact | null => {
    switch (effect.type) {
      case 'read-plan':
        return { type: 'plan-read', plan };
      case 'start-attempt': {
        turns.push(effect.task);
        return agentFinished(effect.task, effect.attempt, made.get(effect.task)?.outcome);
      }
      case 'check-work':
        return { type: 'work-checked', task: effect.task, attempt: effect.attempt, failure: null };
      case 'run-gates': {
        const lands = made.get(effect.task)?.lands ?? false;
        return { type: 'gates-finished', task: effect.task, attempt: effect.attempt, failure: lands ? null : failure('gate_failed') };
      }
      case 'commit-task': {
        plan = changed(plan, effect.task, { status: 'completed' });
        const { status } = statusAfter(plan, effect.task, effect);
        plan = { ...plan, status };
        const landed = { task: effect.task, attempt: effect.attempt, phase: 'p', title: '', commit: '', files: [], durationMs: 1 };
        const fact: Fact = { type: 'task-completed', ...landed, planStatus: status === 'failed' ? 'running' : status };
        if (status !== 'completed') return fact;
        inbox.push(fact);
        return { type: 'run-completed', open: 0 };
      }
      case 'finish-attempt': {
        expect(effect.willRetry).toBe(false);
        const { task, attempt, failure: why } = effect;
        return {
          type: 'attempt-finished',
          task,
          attempt,
          willRetry: false,
          outcome: why.outcome,
          reason: '',
          durationMs: 1,
          files: [],
          gates: [],
          tail: '',
        };
      }
      case 'record-try':
        plan = changed(plan, effect.task, { attempts: effect.attempts });
        return { type: 'plan-read', plan };
      case 'record-failure':
        expect(effect.alone).toBe(false);
        plan = changed(plan, effect.task, { status: 'failed', attempts: effect.attempts });
        return { type: 'task-failed', task: effect.task, attempts: effect.attempts, outcome: effect.failure.outcome, reason: '' };
      case 'record-pause':
        plan = { ...plan, status: 'paused' };
        return { type: 'run-paused', reason: effect.reason, task: effect.task, phase: null, detail: '' };
      case 'record-completion':
        expect(effect.goesOn).toBe(true);
        return { type: 'run-completed', open: effect.open };
      default:
        throw new Error(`nobody asked for ${effect.type}`);
    }
  };
  for (let steps = 0; run.end === null; steps += 1) {
    expect(steps).toBeLessThan(500);
    const fact = inbox.shift();
    if (fact === undefined) throw new Error('nothing under way, and no end');
    const [next, effects] = transition(run, fact.type === 'plan-read' ? { ...fact, plan } : fact);
    run = next;
    expect(run.active.size).toBeLessThanOrEqual(1);
    for (const effect of effects) {
      const posted = answer(effect);
      if (posted !== null) inbox.push(posted);
    }
  }
  return { plan, turns, end: run.end };
}

test('each has its turn once, what passed lands, and nothing that failed is lost', () => {
  const one = fc.record({ outcome: fc.constantFrom(...OUTCOMES), tries: fc.nat(2), lands: fc.boolean(), joins: fc.boolean() });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), (list) => {
      const items = list.map((_, index) => `- [ ] task ${index}\n\n  \`\`\`yaml\n  id: t${index}\n  \`\`\`\n`);
      const plan = planOf(`## Phase\n\n\`\`\`yaml\nexecutionMode: parallel\n\`\`\`\n\n${items.join('\n')}`);
      const made = new Map(list.flatMap(({ joins, ...each }, index) => (joins ? [[`t${index}`, each] as const] : [])));
      const { plan: after, turns, end } = joined(plan, made);
      expect(turns.toSorted()).toEqual([...made.keys()].toSorted());
      for (const [id, { outcome, lands, tries }] of made) {
        const task = findTask(after, id);
        const passed = outcome === 'passed' && lands;
        expect(task?.status === 'completed').toBe(passed);
        const waits = ['rate_limited', 'budget', 'cancelled'].includes(outcome);
        // A try that was cut short is none.
        if (!passed && waits) expect(task).toMatchObject({ status: 'pending', attempts: 0 });
        if (!passed && !waits) expect(task?.attempts).toBe(tries + 1);
      }
      const failed = after.phases[0]?.tasks.some(({ status }) => status === 'failed');
      if (failed === true) expect(end.type).toBe('paused');
      expect(after.status).toBe(end.type === 'paused' ? 'paused' : end.type === 'completed' ? 'completed' : 'running');
    }),
    runs(300),
  );
});
