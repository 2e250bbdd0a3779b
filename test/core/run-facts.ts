/** Plans and facts for tests of the run's machine. */
import { parsePlan } from '../../src/core/parse.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Fact, Failure } from '../../src/core/effect.ts';
import { newRun, type Run } from '../../src/core/run-state.ts';
import { untouched } from './limits.ts';

export const MAX_ATTEMPTS = 3;
export const MAX_CONCURRENCY = 3;

export function planOf(text: string): Plan {
  return parsePlan(`---\nstatus: running\n---\n\n# Plan\n\n${text}`, 'plan').plan;
}

export function begin(plan: Plan, scope: ReadonlySet<string> | null = null): Run {
  return newRun(plan, {
    scope,
    approved: scope ?? new Set(),
    maxAttempts: MAX_ATTEMPTS,
    maxConcurrency: MAX_CONCURRENCY,
    estimate: () => 1,
    ...untouched(),
  });
}

export const failure = (outcome: Failure['outcome'], fingerprint = 'print'): Failure => ({
  outcome,
  reason: 'It failed.',
  tail: '',
  fingerprint,
  gates: [],
});

export const agentFinished = (task: string, attempt: number, outcome: Failure['outcome'] = 'passed'): Fact => ({
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

export const attemptFinished = (task: string, attempt: number, willRetry: boolean): Fact => ({
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
