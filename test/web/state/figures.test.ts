import { describe, expect, it } from 'vitest';
import { allDays, valueOf, type Day } from '../../../src/web/state/charts.ts';
import { phasesOf } from '../../../src/web/state/plan-sketch.ts';

const day = (name: string): Day => ({ day: name, tasks: 1, attempts: 4, failed: 1, durationMs: 1000, knownCostUsd: 2, costUsd: null });

describe('days of work', () => {
  it('are all there, those without work too', () => {
    const days = allDays([day('2026-02-27'), day('2026-03-02')], null, '2026-03-02');
    expect(days.map((one) => one.day)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
    expect(days.map((one) => valueOf(one, 'failures'))).toEqual([0.25, 0, 0, 0.25]);
    expect(days.map((one) => valueOf(one, 'cost'))).toEqual([2, 0, 0, 2]);
    expect(allDays([], null, '2026-03-02')).toEqual([]);
    expect(allDays([day('2026-03-01')], '2026-02-27', '2026-03-02').map((one) => one.attempts)).toEqual([0, 0, 4, 0]);
  });

  it('are the last ones where there are too many', () => {
    const days = allDays([day('2020-01-01'), day('2026-01-01')], null, '2026-01-01');
    expect(days).toHaveLength(120);
    expect(days.at(-1)?.day).toBe('2026-01-01');
  });
});

describe('a plan that is jotted down', () => {
  it('has a phase for each heading and a task for each other line', () => {
    expect(phasesOf('first\n\n# One\n- [ ] a\n* b\n1. c\n## Two\n  d', 'Tasks')).toEqual([
      { title: 'Tasks', tasks: [{ title: 'first' }] },
      { title: 'One', tasks: [{ title: 'a' }, { title: 'b' }, { title: 'c' }] },
      { title: 'Two', tasks: [{ title: 'd' }] },
    ]);
    expect(phasesOf(' \n', 'Tasks')).toEqual([]);
  });
});
