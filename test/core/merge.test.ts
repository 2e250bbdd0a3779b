import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeRegions, mergeTexts } from '../../src/core/merge.ts';
import { runs } from '../support/runs.ts';

const text = array(constantFrom('a\n', 'b\n', 'c\n', '\n'), { maxLength: 8 }).map((lines) => lines.join(''));

describe('two texts that were made from a third', () => {
  it('are brought together where they change different lines', () => {
    expect(mergeTexts('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n')).toBe('A\nb\nC\n');
    expect(mergeTexts('a\n', 'b\n', 'c\n')).toBeNull();
    expect(mergeRegions('a\nx\n', 'b\nx\n', 'c\nx\n')).toEqual([
      { type: 'conflict', base: 'a\n', ours: 'b\n', theirs: 'c\n' },
      { type: 'agreed', text: 'x\n' },
    ]);
  });

  it('can be read back from their stretches wherever one side has changed nothing', () => {
    assert(
      property(text, text, (base, other) => {
        expect(mergeTexts(base, base, other)).toBe(other);
        expect(mergeTexts(base, other, base)).toBe(other);
        const regions = mergeRegions(base, base, other);
        expect(regions.map((region) => (region.type === 'agreed' ? region.text : region.theirs)).join('')).toBe(other);
      }),
      runs(100),
    );
  });
});
