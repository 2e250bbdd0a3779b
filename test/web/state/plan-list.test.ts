import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/web/api/shapes.ts';
import { actionFor, keptPlans, needsAttention, shownPlans, tabTitle } from '../../../src/web/state/plan-list.ts';

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

  it('asked for anew keeps what has not changed as it was, and has each plan once', () => {
    const before = [plan('one'), plan('two')];
    expect(keptPlans(before, [plan('one'), plan('two'), plan('one')])).toBe(before);
    const after = keptPlans(before, [plan('one'), plan('two', { completedTasks: 1 }), plan('three')]);
    expect(after.map(({ slug }) => slug)).toEqual(['one', 'two', 'three']);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(keptPlans(after, [plan('three')])).toEqual([plan('three')]);
  });
});

describe('a tab of the browser', () => {
  it.each([
    ['draft', {}, 'p'],
    ['ready', {}, 'p'],
    ['running', { completedTasks: 1 }, '● Running 1/2 · p'],
    ['paused', {}, '‖ Paused · p'],
    ['completed', {}, '✓ Completed · p'],
    ['failed', {}, '✕ Failed · p'],
    ['running', { valid: false }, '! Has errors · p'],
  ] as const)('of a plan that is %s with %o says "%s"', (status, fields, title) => {
    expect(tabTitle(plan('p', { status, ...fields }))).toBe(title);
  });
});
