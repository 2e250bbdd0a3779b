import { expect, it } from 'vitest';
import { PAUSE_REASONS } from '../../../src/core/outcome.ts';
import { whatNext } from '../../../src/server/mcp/advice.ts';
import type { ApiPlan } from '../../../src/server/shape.ts';

const TOOLS = ['plans_edit', 'plans_run', 'plans_resume', 'plans_status', 'plans_pause', 'plans_show', 'plans_approve'];
const advice = (plan: Partial<ApiPlan>) =>
  whatNext({ valid: true, status: 'paused', executionId: null, currentTaskId: 'r:p:t', resetsAt: null, ...plan } as ApiPlan);

it.each([
  [{ valid: false }, 'write-plan'],
  [{ status: 'draft' }, 'status ready'],
  [{ status: 'ready' }, 'plans_run'],
  [{ status: 'running', executionId: 'r:1' }, 'waitSeconds'],
  [{ status: 'running' }, 'Nothing on this machine'],
  [{ status: 'failed' }, 'plans_resume'],
  [{ pauseReason: 'manual_approval_required' }, 'r:p:t waits'],
  [{ pauseReason: 'task_failed' }, 'r:p:t has failed'],
  [{ pauseReason: 'rate_limited', resetsAt: '2026-01-02T03:04:05Z' }, 'resets at 2026-01-02T03:04:05Z'],
  [{ pauseReason: 'task_failed', currentTaskId: null }, 'plans_run completes it'],
  [{ pauseReason: 'in words of a person' }, 'plans_resume'],
] as const)('of %o says %s', (plan, said) => {
  expect(advice(plan)).toContain(said);
});

it('names tools that there are, whatever the plan waits for', () => {
  expect(advice({ status: 'completed' })).toBeNull();
  for (const pauseReason of PAUSE_REASONS) {
    const named = advice({ pauseReason })?.match(/plans_\w+/g) ?? [];
    expect(named, pauseReason).not.toEqual([]);
    expect(named.filter((name) => !TOOLS.includes(name))).toEqual([]);
  }
});
