import { jsonValue, property, assert } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shared } from '../../../src/web/state/shared.ts';
import { runs } from '../../support/runs.ts';

describe('an answer that shares with the one before', () => {
  it('has the same objects where it says the same', () => {
    const before = {
      plan: { id: 'p' },
      tasks: [
        { id: 'a', after: ['x'] },
        { id: 'b', after: [] },
      ],
      gone: 1,
    };
    const next = {
      plan: { id: 'p' },
      tasks: [
        { id: 'a', after: ['x'] },
        { id: 'b', after: ['a'] },
      ],
    };
    const found = shared(before, next);
    expect(found).toBe(next);
    expect(found).toEqual({
      plan: { id: 'p' },
      tasks: [
        { id: 'a', after: ['x'] },
        { id: 'b', after: ['a'] },
      ],
    });
    expect(found.plan).toBe(before.plan);
    expect(found.tasks[0]).toBe(before.tasks[0]);
    expect(found.tasks[1]).not.toBe(before.tasks[1]);
    expect(shared(before, structuredClone(before))).toBe(before);
    expect(shared({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
  });

  it('says what it says, whatever was there before', () => {
    assert(
      property(jsonValue(), jsonValue(), (before, next) => {
        const kept = structuredClone(before);
        expect(shared(before, structuredClone(next))).toEqual(next);
        expect(before).toEqual(kept);
        expect(shared(next, structuredClone(next))).toBe(next);
      }),
      runs(300),
    );
  });
});
