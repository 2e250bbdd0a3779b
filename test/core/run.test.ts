import { describe, expect, it } from 'vitest';
import { statusAfter } from '../../src/core/progress.ts';
import type { Effect, Fact } from '../../src/core/effect.ts';
import { transition } from '../../src/core/run.ts';
import { type Run } from '../../src/core/run-state.ts';
import { agentFinished, attemptFinished, begin, failure, MAX_ATTEMPTS, planOf } from './run-facts.ts';
import { BUDGET } from './limits.ts';

function step(run: Run, fact: Fact): { run: Run; effects: readonly Effect[] } {
  const [next, effects] = transition(run, fact);
  return { run: next, effects };
}

const withStatus = (status: string) => planOf(`- [ ] one\n\n  \`\`\`yaml\n  status: ${status}\n  \`\`\`\n\n- [ ] two\n`);

describe('one task', () => {
  const plan = planOf('- [ ] one\n- [ ] two\n');
  const started = () => step(begin(plan), { type: 'plan-read', plan });

  it('goes from its agent over the work and the gates to the commit', () => {
    let { run, effects } = started();
    expect(effects).toEqual([
      { type: 'start-attempt', task: 'one', attempt: 1, maxAttempts: 3, apart: false, failure: null, ceiling: BUDGET.attempt },
    ]);
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

  it('is left out where a person says so: its agent is stopped, and what comes of it is neither tried again nor a failure', () => {
    let { run, effects } = started();
    const stop = { type: 'stop-agent', task: 'one', attempt: 1, outcome: 'cancelled', reason: 'The task was skipped while it ran.' };
    ({ run, effects } = step(run, { type: 'task-skipped', task: 'one' }));
    expect(effects).toEqual([stop]);
    expect(step(run, { type: 'task-skipped', task: 'one' }).effects).toEqual([]);
    // Where there was no agent yet.
    expect(step(run, { type: 'attempt-started', task: 'one', attempt: 1, maxAttempts: 3, agent: 'claude' }).effects).toEqual([stop]);
    ({ run } = step(run, agentFinished('one', 1, 'agent_failed')));
    ({ run, effects } = step(run, attemptFinished('one', 1, true)));
    expect([[...run.active], effects]).toEqual([[], [{ type: 'read-plan' }]]);
  });

  it('is left out when the plan that is read says so, and nothing else is at work in the checkout before its agent has ended', () => {
    const pending = withStatus('pending');
    let { run, effects } = step(begin(pending), { type: 'plan-read', plan: pending });
    ({ run, effects } = step(run, { type: 'plan-read', plan: withStatus('skipped') }));
    expect(effects).toMatchObject([{ type: 'stop-agent', task: 'one' }]);
    ({ run } = step(run, agentFinished('one', 1, 'cancelled')));
    ({ run } = step(run, attemptFinished('one', 1, false)));
    ({ effects } = step(run, { type: 'plan-read', plan: withStatus('skipped') }));
    expect(effects).toMatchObject([{ type: 'start-attempt', task: 'two' }]);
  });

  it('is left out after its last attempt, before the failure is written', () => {
    let { run, effects } = started();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      ({ run } = step(run, agentFinished('one', attempt)));
      ({ run } = step(run, { type: 'work-checked', task: 'one', attempt, failure: failure('no_changes', `print ${attempt}`) }));
      ({ run } = step(run, attemptFinished('one', attempt, attempt < MAX_ATTEMPTS)));
    }
    // What it has left is put away first: nothing starts before that.
    ({ run, effects } = step(run, { type: 'task-skipped', task: 'one' }));
    expect([run.active.size, effects]).toEqual([1, []]);
    ({ run, effects } = step(run, { type: 'failure-withdrawn', task: 'one' }));
    expect([run.stop, run.active.size, effects]).toEqual([null, 0, [{ type: 'read-plan' }]]);
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

  it('is stopped at once when the plan is cancelled, whatever else was asked for, and nothing follows', () => {
    let { run, effects } = started();
    ({ run } = step(run, { type: 'pause-requested', by: 'file', now: false }));
    ({ run, effects } = step(run, { type: 'cancel-requested' }));
    expect(effects).toEqual([{ type: 'stop-agents' }]);
    ({ run } = step(run, agentFinished('one', 1, 'cancelled')));
    ({ run, effects } = step(run, attemptFinished('one', 1, false)));
    expect(effects).toEqual([{ type: 'record-cancellation' }]);
    // A pause that was being written at that moment does not count, and nor does its end.
    ({ run, effects } = step(run, { type: 'pause-withdrawn' }));
    expect(effects).toEqual([]);
    ({ run, effects } = step(run, { type: 'run-paused', reason: 'requested', task: null, phase: null, detail: '' }));
    expect(effects).toEqual([{ type: 'record-cancellation' }]);
    ({ run } = step(run, { type: 'run-failed', reason: 'cancelled' }));
    expect(run.end).toEqual({ type: 'failed', reason: 'cancelled' });
  });

  it('is cancelled by the plan file too, before the next task', () => {
    const { run, effects } = step(begin(plan), { type: 'plan-read', plan: { ...plan, status: 'failed' } });
    expect(effects).toEqual([{ type: 'record-cancellation' }]);
    expect(run.active.size).toBe(0);
  });

  it('goes on with the next try when a pause in the file is taken back while the last one is judged', () => {
    let { run, effects } = started();
    ({ run } = step(run, { type: 'pause-requested', by: 'file', now: false }));
    ({ run } = step(run, agentFinished('one', 1, 'agent_failed')));
    ({ run, effects } = step(run, { type: 'pause-withdrawn' }));
    expect(effects).toEqual([{ type: 'read-plan' }]);
    ({ run, effects } = step(run, attemptFinished('one', 1, false)));
    expect(effects).toEqual([{ type: 'read-plan' }]);
    ({ effects } = step(run, { type: 'plan-read', plan }));
    expect(effects).toMatchObject([{ type: 'start-attempt', task: 'one', attempt: 2 }]);
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
