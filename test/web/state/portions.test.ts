import { describe, expect, it } from 'vitest';
import { portionsOf } from '../../../src/web/state/portions.ts';

describe('a portion of the tasks of all phases', () => {
  it.each([
    ['the first ones', 5, -1, [3, 2, null]],
    ['to the end of a phase, and no other begins', 3, -1, [3, null, null]],
    ['all of them', 9, -1, [3, 2, 4]],
    ['more than there are', 99, -1, [3, 2, 4]],
    ['besides, all of the phase that is looked at', 2, 2, [2, null, 4]],
    ['which counts where it stands', 4, 1, [3, 2, null]],
  ])('is %s', (_, count, looked, portions) => {
    expect(portionsOf([3, 2, 4], count, looked)).toEqual(portions);
  });

  it('shows phases without tasks in their turn', () => {
    expect(portionsOf([0, 2, 0, 1], 2)).toEqual([0, 2, null, null]);
    expect(portionsOf([], 2)).toEqual([]);
  });
});
