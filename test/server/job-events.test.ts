import { describe, expect, it } from 'vitest';
import type { PlannerEvent } from '../../src/core/event.ts';
import { JobEvents } from '../../src/server/job-events.ts';

const at = '2026-01-01T00:00:00.000Z';

function said(events: readonly PlannerEvent[]): JobEvents {
  const all = new JobEvents();
  for (const [index, event] of events.entries()) all.add({ seq: index + 1, at, event });
  return all;
}

const output = (text: string, stream: 'text' | 'thinking' = 'text'): PlannerEvent => ({ type: 'planner-output', stream, text });

describe('what a conversation has said', () => {
  it('is kept in order, what is streamed in pieces in one', () => {
    const { all, seq } = said([output('a', 'thinking'), output('b'), output('c'), { type: 'note', task: null, text: 'n' }, output('d')]);
    expect(seq).toBe(5);
    expect(all.map((one) => [one.seq, 'text' in one.event ? one.event.text : ''])).toEqual([
      [1, 'a'],
      [3, 'bc'],
      [4, 'n'],
      [5, 'd'],
    ]);
    expect(said([]).seq).toBe(0);
  });

  it('is bounded, however long it goes on: its beginning and its end stay', () => {
    const long = said([...Array.from({ length: 40 }, () => output('😀'.repeat(10_000))), output('end')]);
    const [only] = long.all;
    expect(long.all).toHaveLength(1);
    expect(only?.event.type === 'planner-output' && only.event.text.length).toBeLessThanOrEqual(256 * 1024);
    expect(only?.event.type === 'planner-output' && only.event.text.endsWith('end')).toBe(true);
    expect(only?.event.type === 'planner-output' && only.event.text.isWellFormed()).toBe(true);
    const many = said(Array.from({ length: 6_000 }, (_, index): PlannerEvent => ({ type: 'note', task: null, text: String(index) })));
    expect(many.all).toHaveLength(5_000);
    expect([many.all[0]?.seq, many.all[1]?.seq, many.seq]).toEqual([1, 1_002, 6_000]);
  });
});
