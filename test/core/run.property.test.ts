import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan, TaskStatus } from '../../src/core/plan.ts';
import { findTask, statusAfter } from '../../src/core/progress.ts';
import type { Effect, Fact, Failure } from '../../src/core/effect.ts';
import { transition } from '../../src/core/run.ts';
import { runs } from '../support/runs.ts';
import { agentFinished, attemptFinished, begin, failure, MAX_ATTEMPTS, MAX_CONCURRENCY, planOf } from './run-facts.ts';

describe('random histories', () => {
  const mode = fc.constantFrom('sequential', 'parallel', 'manual');
  const task = fc.record({
    done: fc.boolean(),
    human: fc.nat(9),
    maxAttempts: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  });
  const phase = fc.record({ mode, pauseAfter: fc.boolean(), tasks: fc.array(task, { minLength: 1, maxLength: 4 }) });
  const outcomes = [
    'passed',
    'gate_failed',
    'no_changes',
    'agent_failed',
    'conflict',
    'timeout_wall',
    'hook_failed',
    'auth',
    'budget',
    'refused',
  ] as const;

  it('keep the limits, run gates before done, and always end', () => {
    const input = fc.record({
      phases: fc.array(phase, { minLength: 1, maxLength: 4 }),
      outcomes: fc.infiniteStream(fc.constantFrom(...outcomes)),
      prints: fc.infiniteStream(fc.nat(3)),
      pauses: fc.infiniteStream(fc.nat(30)),
      words: fc.infiniteStream(fc.constantFrom(...WORDS)),
    });
    fc.assert(
      fc.property(input, ({ phases, ...random }) => {
        const text = phases.map(({ mode: executionMode, pauseAfter, tasks }, p) => {
          const items = tasks.map(({ done, human, maxAttempts }, t) => {
            const fields = [
              `id: t${p}-${t}`,
              ...(human === 0 ? ['assignee: human'] : []),
              ...(maxAttempts === undefined ? [] : [`maxAttempts: ${maxAttempts}`]),
            ];
            return `- [${done ? 'x' : ' '}] task ${p} ${t}\n\n  \`\`\`yaml\n${fields.map((line) => `  ${line}\n`).join('')}  \`\`\`\n`;
          });
          return `## Phase ${p}\n\n\`\`\`yaml\nexecutionMode: ${executionMode}\npauseAfter: ${pauseAfter}\n\`\`\`\n\n${items.join('\n')}`;
        });
        simulate(planOf(text.join('\n')), {
          outcome: () => random.outcomes.next().value,
          print: () => random.prints.next().value,
          pause: () => random.pauses.next().value === 0,
          word: () => random.words.next().value,
        });
      }),
      // 10,000 in the long run.
      runs(400),
    );
  });
});

const WORDS = ['signal', 'file', 'withdraw', 'cancel'] as const;
const FACTS: Readonly<Record<(typeof WORDS)[number], Fact>> = {
  signal: { type: 'pause-requested', by: 'signal', now: false },
  file: { type: 'pause-requested', by: 'file', now: false },
  withdraw: { type: 'pause-withdrawn' },
  cancel: { type: 'cancel-requested' },
};

/** Plays the world: answers every effect with what may happen, and checks what must hold at each. */
function simulate(
  start: Plan,
  random: { outcome: () => Failure['outcome']; print: () => number; pause: () => boolean; word: () => (typeof WORDS)[number] },
): void {
  let plan = start;
  let run = begin(plan);
  // What one effect brings comes together; what several bring, in any order.
  const inbox: Fact[][] = [[{ type: 'plan-read', plan }]];
  const attempts = new Map<string, number>();
  const gated = new Set<string>();
  let stopped: (typeof WORDS)[number] | null = null;
  for (let steps = 0; run.end === null; steps += 1) {
    expect(steps).toBeLessThan(2_000);
    const [facts] = inbox.splice(random.print() % Math.max(1, inbox.length), 1);
    if (facts === undefined) throw new Error('nothing under way, and no end');
    for (const posted of facts) {
      // What is read is the plan as it is when it is posted; facts keep their order, so nothing older comes later.
      const fact = posted.type === 'plan-read' ? { ...posted, plan } : posted;
      const [next, effects] = transition(run, fact);
      run = next;
      expect(run.active.size).toBeLessThanOrEqual(MAX_CONCURRENCY);
      const apart = [...run.active.values()].map((active) => active.apart);
      expect(apart.includes(false) ? apart.length : 1).toBe(1);
      inbox.push(...effects.map(answer));
    }
    if (random.pause() && run.end === null) {
      const word = random.word();
      if (word === 'cancel') plan = { ...plan, status: 'failed' };
      else if (word === 'file' && plan.status === 'running') plan = { ...plan, status: 'paused' };
      else if (word === 'withdraw' && plan.status === 'paused') plan = { ...plan, status: 'running' };
      if (word === 'withdraw' ? stopped === 'file' && run.active.size > 0 : stopped !== 'cancel' && (stopped === null || word === 'cancel'))
        stopped = word === 'withdraw' ? null : word;
      const [next, effects] = transition(run, FACTS[word]);
      run = next;
      inbox.push(...effects.map(answer));
    }
  }
  expect(run.active.size).toBe(0);
  if (stopped === 'cancel') expect(run.end).toEqual({ type: 'failed', reason: 'cancelled' });

  function answer(effect: Effect): Fact[] {
    switch (effect.type) {
      case 'read-plan':
        return [{ type: 'plan-read', plan }];
      case 'start-attempt': {
        const limit = findTask(plan, effect.task)?.maxAttempts ?? MAX_ATTEMPTS;
        const count = (attempts.get(effect.task) ?? 0) + 1;
        attempts.set(effect.task, count);
        expect(count).toBeLessThanOrEqual(limit);
        expect(findTask(plan, effect.task)).toMatchObject({ status: 'pending', assignee: undefined });
        expect(stopped).toBe(null);
        const outcome = random.outcome();
        return [agentFinished(effect.task, effect.attempt, outcome === 'gate_failed' || outcome === 'hook_failed' ? 'passed' : outcome)];
      }
      case 'check-work':
        return [{ type: 'work-checked', task: effect.task, attempt: effect.attempt, failure: null }];
      case 'run-gates': {
        gated.add(`${effect.task} ${effect.attempt}`);
        const failed = random.outcome() === 'gate_failed';
        return [
          {
            type: 'gates-finished',
            task: effect.task,
            attempt: effect.attempt,
            failure: failed ? failure('gate_failed', `${random.print()}`) : null,
          },
        ];
      }
      case 'commit-task': {
        expect(gated.has(`${effect.task} ${effect.attempt}`)).toBe(true);
        if (random.outcome() === 'hook_failed')
          return [{ type: 'commit-refused', task: effect.task, attempt: effect.attempt, failure: failure('hook_failed') }];
        const { status, reason } = statusAfter(plan, effect.task, effect);
        plan = withStatus(plan, effect.task, 'completed', status);
        const facts: Fact[] = [
          {
            type: 'task-completed',
            task: effect.task,
            attempt: effect.attempt,
            phase: '',
            title: '',
            commit: 'c',
            files: [],
            durationMs: 1,
            planStatus: status === 'failed' || (status !== 'completed' && reason === null) ? 'running' : status,
          },
        ];
        if (status === 'completed') facts.push({ type: 'run-completed', open: 0 });
        if (reason !== null) facts.push({ type: 'run-paused', reason, task: null, phase: null, detail: '' });
        return facts;
      }
      case 'finish-attempt':
        return [attemptFinished(effect.task, effect.attempt, effect.willRetry)];
      case 'record-failure':
        plan = withStatus(plan, effect.task, 'failed', effect.alone ? 'paused' : plan.status);
        return [{ type: 'task-failed', task: effect.task, attempts: effect.attempts, outcome: effect.failure.outcome, reason: '' }];
      case 'record-pause':
        if (effect.byFile && plan.status === 'running') {
          stopped = null;
          return [{ type: 'plan-read', plan, withdrawn: true }];
        }
        return [{ type: 'run-paused', reason: effect.reason, task: effect.task, phase: null, detail: '' }];
      case 'record-cancellation':
        plan = { ...plan, status: 'failed' };
        return [{ type: 'run-failed', reason: 'cancelled' }];
      case 'record-try':
        throw new Error('nothing is joined here');
      case 'record-completion':
        return [{ type: 'run-completed', open: effect.open }];
      case 'journal-usage':
      case 'stop-agent':
      case 'stop-agents':
        return [];
    }
  }
}

function withStatus(plan: Plan, id: string, status: TaskStatus, planStatus: Plan['status']): Plan {
  return {
    ...plan,
    status: planStatus,
    phases: plan.phases.map((phase) => ({ ...phase, tasks: phase.tasks.map((task) => (task.id === id ? { ...task, status } : task)) })),
  };
}
