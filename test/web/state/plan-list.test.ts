import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/web/api/shapes.ts';
import { actionFor, needsAttention, shownPlans } from '../../../src/web/state/plan-list.ts';

function plan(slug: string, fields: Partial<Plan> = {}): Plan {
  const time = '2026-01-01T00:00:00.000Z';
  return {
    id: `r:${slug}`,
    slug,
    repositoryId: 'r',
    title: slug,
    description: '',
    status: 'draft',
    pauseReason: null,
    valid: true,
    createdBy: 'user',
    sourceFile: `plans/${slug}.plan.md`,
    currentPhaseId: null,
    currentTaskId: null,
    startingCommit: null,
    totalPhases: 1,
    completedPhases: 0,
    totalTasks: 2,
    completedTasks: 0,
    createdAt: time,
    updatedAt: time,
    startedAt: null,
    completedAt: null,
    revision: '',
    executionId: null,
    resetsAt: null,
    diagnostics: [],
    ...fields,
  };
}

describe('the one right action', () => {
  it.each([
    ['draft', {}, 'Review with Claude'],
    ['draft', { totalTasks: 0 }, 'Edit'],
    ['ready', {}, 'Execute'],
    ['running', {}, 'Pause'],
    ['paused', { pauseReason: 'requested' }, 'Resume'],
    ['paused', { pauseReason: 'rate_limited' }, 'Resume'],
    ['paused', { pauseReason: 'task_failed' }, 'Decide'],
    ['paused', { pauseReason: 'phase_complete' }, 'Decide'],
    ['completed', {}, 'View details'],
    ['failed', {}, 'View details'],
    ['ready', { valid: false }, 'Fix errors'],
  ] as const)('of a plan that is %s with %o is "%s"', (status, fields, words) => {
    expect(actionFor(plan('p', { status, ...fields })).words).toBe(words);
  });
});

describe('the list', () => {
  const plans = [
    plan('old', { status: 'completed', updatedAt: '2025-01-01T00:00:00.000Z' }),
    plan('new', { status: 'completed', description: 'about Search' }),
    plan('stuck', { status: 'paused', pauseReason: 'task_failed' }),
    plan('waits', { status: 'paused', pauseReason: 'rate_limited' }),
    plan('broken', { valid: false, status: 'ready' }),
    plan('elsewhere', { repositoryId: 's', status: 'ready' }),
  ];
  const slugs = (wanted: Partial<Parameters<typeof shownPlans>[1]>): string[] =>
    shownPlans(plans, { filter: 'all', words: '', repository: null, ...wanted }).map(({ slug }) => slug);

  it('begins with what wants a person, and has the newest first', () => {
    expect(slugs({})).toEqual(['stuck', 'waits', 'broken', 'elsewhere', 'new', 'old']);
  });

  it('is narrowed by words, by status and by repository', () => {
    expect(slugs({ words: ' SEARCH about ' })).toEqual(['new']);
    expect(slugs({ filter: 'attention' })).toEqual(['stuck', 'broken']);
    expect(slugs({ filter: 'ready' })).toEqual(['elsewhere']);
    expect(slugs({ repository: 's' })).toEqual(['elsewhere']);
    expect(needsAttention(plan('p', { status: 'running' }))).toBe(false);
  });
});
