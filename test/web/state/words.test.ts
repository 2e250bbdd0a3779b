import { describe, expect, it } from 'vitest';
import { OUTCOMES, PAUSE_REASONS } from '../../../src/core/outcome.ts';
import { apiPath, planPath, routeOf } from '../../../src/web/state/route.ts';
import { ageOf, costOf, countOf, durationOf, outcomeWords, pauseWords } from '../../../src/web/state/words.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');

describe('figures', () => {
  it.each([
    [5_000, 'just now'],
    [61_000, '1 min ago'],
    [3 * 3600_000, '3 h ago'],
    [25 * 3600_000, 'yesterday'],
    [5 * 24 * 3600_000, '5 days ago'],
    [60 * 24 * 3600_000, '9 Jan 2026'],
  ])('%d ms ago is "%s"', (ms, words) => {
    expect(ageOf(new Date(NOW - ms).toISOString(), NOW)).toBe(words);
  });

  it.each([
    [420, '420 ms'],
    [4_200, '4.2 s'],
    [42_000, '42 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [3_900_000, '1 h 5 min'],
    [50 * 3_600_000, '2 days 2 h'],
  ])('%d ms is "%s"', (ms, words) => {
    expect(durationOf(ms)).toBe(words);
  });

  it('keep what is unknown apart from what is nothing', () => {
    expect([null, 0, 0.0004, 0.042, 2.71909].map(costOf)).toEqual(['unknown', '$0', '< $0.001', '$0.042', '$2.72']);
    expect([countOf(1, 'task'), countOf(2, 'task')]).toEqual(['1 task', '2 tasks']);
  });
});

describe('reasons', () => {
  it('have words of their own, each', () => {
    for (const reason of PAUSE_REASONS) expect(pauseWords(reason)).toMatch(/^[A-Z]/);
    for (const outcome of OUTCOMES) expect(outcomeWords(outcome)).not.toContain('_');
    expect(pauseWords('of_a_later_version')).toBe('of a later version');
  });
});

describe('addresses', () => {
  it('lead to pages and back', () => {
    for (const tab of ['overview', 'run', 'edit', 'review', 'history'] as const)
      expect(routeOf(planPath('r:auth', tab))).toEqual({ page: 'plan', plan: 'r:auth', tab });
    expect(
      ['/', '/plans', '/new', '/insights', '/x', '/plans/a/b', '/plans/a/edit/c', '/plans/a/overview'].map((path) => routeOf(path).page),
    ).toEqual(['plans', 'plans', 'new', 'insights', 'nothing', 'nothing', 'nothing', 'nothing']);
  });

  it('keep to one part of a path whatever an id is', () => {
    expect(apiPath('plans', 'r:../x?y', '/source')).toBe('/api/plans/r:..%2Fx%3Fy/source');
    expect(routeOf('/plans/%E0%A4%A')).toEqual({ page: 'plan', plan: '%E0%A4%A', tab: 'overview' });
  });
});
