/** Repositories whose commits have a time each, and what sync makes of them. */
import { expect } from 'vitest';
import type { PlanExport } from '../../src/core/record.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import { formatTrailers } from '../../src/core/trailer.ts';
import { exportState } from '../../src/engine/export.ts';
import type { Repository } from '../support/repository.ts';
import { openContext } from '../support/sync.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
/** The time of the n-th minute, as the export says it. */
export const minute = (n: number): string => new Date(START + n * 60_000).toISOString();

export const PLAN = 'plans/auth.plan.md';

/** Commits with the date of the n-th minute. */
export async function commitAt(
  repository: Repository,
  n: number,
  subject: string,
  text: string | null,
  evidence?: Evidence,
  file = PLAN,
): Promise<string> {
  process.env['GIT_COMMITTER_DATE'] = minute(n);
  try {
    const body = evidence === undefined ? '' : `\n\nWhy it was done.\n\n${formatTrailers(evidence)}`;
    return await repository.commit(`${subject}${body}`, { [file]: text });
  } finally {
    delete process.env['GIT_COMMITTER_DATE'];
  }
}

export function landed(task: string, more: Partial<Evidence> = {}): Evidence {
  return {
    plan: 'auth',
    phase: 'work',
    task,
    attempt: 2,
    maxAttempts: 3,
    agent: 'claude',
    session: 's-1',
    durationMs: 30_000,
    tokens: 10,
    costUsd: null,
    gates: [{ name: 'test', status: 'passed' }],
    ...more,
  } as Evidence;
}

/** What sync says now; and it must be what a fresh cache says. */
export async function exported(repository: Repository): Promise<PlanExport> {
  await using context = await openContext(repository.root);
  const kept = await exportState(context);
  context.store().transaction(() => context.store().setMeta('historyHead', null));
  expect(await exportState(context)).toEqual(kept);
  const [plan] = kept.plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}
