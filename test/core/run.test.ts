import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/core/parse.ts';
import type { Plan, TaskStatus } from '../../src/core/plan.ts';
import { findTask, statusAfter } from '../../src/core/progress.ts';
import type { Effect, Fact, Failure } from '../../src/core/effect.ts';
import { newRun, transition, type Run } from '../../src/core/run.ts';
import { runs } from '../support/runs.ts';

const MAX_ATTEMPTS = 3;
const MAX_CONCURRENCY = 3;

function planOf(text: string): Plan {
  return parsePlan(`---\nstatus: running\n---\n\n# Plan\n\n${text}`, 'plan').plan;
}

function begin(plan: Plan, scope: ReadonlySet<string> | null = null): Run {
  return newRun(plan, {
    scope,
    approved: scope ?? new Set(),
    maxAttempts: MAX_ATTEMPTS,
    maxConcurrency: MAX_CONCURRENCY,
    estimate: () => 1,
  });
}

const failure = (outcome: Failure['outcome'], fingerprint = 'print'): Failure => ({
  outcome,
  reason: 'It failed.',
  tail: '',
  fingerprint,
  gates: [],
});

function step(run: Run, fact: Fact): { run: Run; effects: readonly Effect[] } {
  const [next, effects] = transition(run, fact);
  return { run: next, effects };
}

const agentFinished = (task: string, attempt: number, outcome: Failure['outcome'] = 'passed'): Fact => ({
  type: 'agent-finished',
  task,
  attempt,
  outcome,
  reason: '',
  exitCode: 0,
  durationMs: 1,
  usage: null,
  session: null,
  tail: '',
});

const attemptFinished = (task: string, attempt: number, willRetry: boolean): Fact => ({
  type: 'attempt-finished',
  task,
  attempt,
  willRetry,
  outcome: 'gate_failed',
  reason: '',
  durationMs: 1,
  files: [],
  gates: [],
  tail: '',
});

describe('one task', () => {
  const plan = planOf('- [ ] one\n- [ ] two\n');
  const started = () => step(begin(plan), { type: 'plan-read', plan });

  it('goes from its agent over the work and the gates to the commit', () => {
    let { run, effects } = started();
    expect(effects).toEqual([{ type: 'start-attempt', task: 'one', attempt: 1, maxAttempts: 3, apart: false, failure: null }]);
    ({ run, effects } = step(run, agentFinished('one', 1)));
    expect(effects).toEqual([{ type: 'check-work', task: 'one', attempt: 1 }]);
    ({ run, effects } = step(run, { type: 'work-checked', task: 'one', attempt: 1, failure: null }));
    expect(effects).toEqual([{ type: 'run-gates', task: 'one', attempt: 1 }]);
    ({ effects } = step(run, { type: 'gates-finished', task: 'one', attempt: 1, failure: null }));
    expect(effects).toEqual([{ type: 'commit-task', task: 'one', attempt: 1, maxAttempts: 3, apart: false, stop: null, alone: true }]);
  });

  it('tries again with the failure, and stops after the last attempt', () => {
    let { run, effects } = started();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      ({ run } = step(run, agentFinished('one', attempt)));
      const found = failure('no_changes', `print ${attempt}`);
      ({ run, effects } = step(run, { type: 'work-checked', task: 'one', attempt, failure: found }));
      expect(effects).toEqual([{ type: 'finish-attempt', task: 'one', attempt, failure: found, willRetry: attempt < MAX_ATTEMPTS }]);
      ({ run, effects } = step(run, attemptFinished('one', attempt, attempt < MAX_ATTEMPTS)));
    }
    expect(effects).toEqual([{ type: 'record-failure', task: 'one', attempts: 3, failure: failure('no_changes', 'print 3'), alone: true }]);
  });

  it('stops early when two attempts fail in the same way on the same work', () => {
    let { run, effects } = started();
    for (const attempt of [1, 2]) {
      ({ run } = step(run, agentFinished('one', attempt)));
      ({ run, effects } = step(run, { type: 'work-checked', task: 'one', attempt, failure: failure('gate_failed') }));
      ({ run, effects } = step(run, attemptFinished('one', attempt, attempt === 1)));
    }
    expect(effects).toMatchObject([{ type: 'record-failure', task: 'one', attempts: 2 }]);
  });

  it.each([
    ['conflict', 'conflict'],
    ['rate_limited', 'rate_limited'],
    ['budget', 'budget'],
  ] as const)('waits after %s without counting the attempt', (outcome, reason) => {
    let { run, effects } = started();
    ({ run } = step(run, agentFinished('one', 1, outcome)));
    ({ effects } = step(run, attemptFinished('one', 1, false)));
    expect(effects).toMatchObject([{ type: 'record-pause', reason, task: 'one', attempts: new Map() }]);
  });

  it('lets an attempt finish that runs when a pause is asked for, and begins no other', () => {
    let { run, effects } = started();
    ({ run, effects } = step(run, { type: 'pause-requested', by: 'signal', now: false }));
    expect(effects).toEqual([]);
    ({ run } = step(run, agentFinished('one', 1)));
    ({ run, effects } = step(run, { type: 'work-checked', task: 'one', attempt: 1, failure: failure('gate_failed') }));
    expect(effects).toMatchObject([{ type: 'finish-attempt', willRetry: false }]);
    ({ effects } = step(run, attemptFinished('one', 1, false)));
    // The try counts, so that the next run goes on with the second.
    expect(effects).toMatchObject([{ type: 'record-pause', reason: 'requested', attempts: new Map([['one', 1]]) }]);
  });

  it('stops the agent at the second request', () => {
    let { run, effects } = started();
    ({ run } = step(run, { type: 'pause-requested', by: 'signal', now: false }));
    ({ effects } = step(run, { type: 'pause-requested', by: 'signal', now: false }));
    expect(effects).toEqual([{ type: 'stop-agents' }]);
  });

  it('takes no notice of a fact about another attempt or another step', () => {
    const { run } = started();
    for (const fact of [
      agentFinished('one', 2),
      agentFinished('two', 1),
      { type: 'gates-finished', task: 'one', attempt: 1, failure: null },
    ] as Fact[]) {
      expect(transition(run, fact)).toEqual([run, []]);
    }
  });
});

describe('what the tick makes of the plan', () => {
  const requested = { reason: 'requested' } as const;
  const phases = '## A\n\n```yaml\npauseAfter: true\n```\n\n- [x] one\n- [ ] two\n\n## B\n\n- [ ] three\n';
  it.each([
    ['two', false, { status: 'paused', reason: 'phase_complete' }],
    ['three', false, { status: 'running', reason: null }],
    ['three', true, { status: 'paused', reason: 'requested' }],
  ] as const)('%s, stopping: %s', (task, stopping, expected) => {
    expect(statusAfter(planOf(phases), task, { stop: stopping ? requested : null, alone: true })).toEqual(expected);
  });

  it('is completed with the last open task', () => {
    expect(statusAfter(planOf('- [x] one\n- [ ] two\n'), 'two', { stop: requested, alone: true })).toEqual({
      status: 'completed',
      reason: null,
    });
  });
});

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
        });
      }),
      runs(300),
    );
  });
});

/** Plays the world: answers every effect with what may happen, and checks what must hold at each. */
function simulate(start: Plan, random: { outcome: () => Failure['outcome']; print: () => number; pause: () => boolean }): void {
  let plan = start;
  let run = begin(plan);
  // What one effect brings comes together; what several bring, in any order.
  const inbox: Fact[][] = [[{ type: 'plan-read', plan }]];
  const attempts = new Map<string, number>();
  const gated = new Set<string>();
  let stopped = false;
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
      [run] = transition(run, { type: 'pause-requested', by: 'signal', now: false });
      stopped = true;
    }
  }
  expect(run.active.size).toBe(0);

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
        expect(stopped).toBe(false);
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
            planStatus: status !== 'completed' && reason === null ? 'running' : status,
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
        return [{ type: 'run-paused', reason: effect.reason, task: effect.task, phase: null, detail: '' }];
      case 'record-completion':
        return [{ type: 'run-completed', open: effect.open }];
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
