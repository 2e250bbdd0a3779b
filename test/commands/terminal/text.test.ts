import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { fitLine, keepEnd, lineColumns, s, spread } from '../../../src/commands/terminal/line.ts';
import { columnsOf, fit, oneLine, outputLines, wrap } from '../../../src/commands/terminal/text.ts';
import { runs } from '../../support/runs.ts';

// Everything that has been seen to break terminals: escapes, tabs, wide and joined characters, marks, direction, lone surrogates.
const nasty = fc.string({
  unit: fc.oneof(
    fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' }),
    fc.constantFrom(
      '\t',
      '\r',
      '\n',
      '\u001B[31m',
      '\u001B[2J',
      '\u001B]0;t\u0007',
      '日',
      '👩‍👩‍👧',
      '❤️',
      'é',
      '\u202E',
      '\uD800',
      'ｶ',
      '한',
      '\u0300',
    ),
  ),
  maxLength: 60,
});

describe('one line', () => {
  it('keeps nothing that moves a cursor, changes a color or turns the direction', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(oneLine(text)).not.toMatch(/(?!\u200D)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
      runs(100),
    );
    expect(oneLine('a\tb\u001B[31mred\u001B[0m\r\nc')).toBe('a  bred c');
    expect(oneLine('abc\u202Edef')).toBe('abcdef');
  });

  it('takes what a progress bar drew last', () => {
    expect(outputLines('10%\r50%\r100%\r\nnext')).toEqual(['100%', 'next']);
  });
});

describe('columns', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['e\u0301', 1],
    ['ｶﾅ', 2],
    ['한글', 4],
    ['（）', 4],
    ['✔○◐━│', 5],
    ['', 0],
  ])('%s takes %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  it('are never exceeded by what was cut, wrapped or spread', () => {
    fc.assert(
      fc.property(nasty, nasty, fc.integer({ min: 2, max: 60 }), (a, b, columns) => {
        const [left, right] = [oneLine(a), oneLine(b)];
        expect(columnsOf(fit(left, columns))).toBeLessThanOrEqual(columns);
        for (const line of wrap(left, columns)) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
        for (const make of [spread, keepEnd])
          expect(lineColumns(make([s(left), s('x')], [s(right)], columns))).toBeLessThanOrEqual(columns);
        expect(lineColumns(fitLine([s(left), s(right), s('end')], columns))).toBeLessThanOrEqual(columns);
      }),
      runs(100),
    );
  });

  it('marks what it cut, and leaves what fits as it is', () => {
    expect(fit('abcdef', 4)).toBe('abc…');
    expect(fit('abcd', 4)).toBe('abcd');
    expect(fit('日本語', 4)).toBe('日…');
    expect(fitLine([s('ab'), s('cd')], 4).map((each) => each.text)).toEqual(['ab', 'cd']);
    expect(
      fitLine([s('ab'), s('cd'), s('ef')], 4)
        .map((each) => each.text)
        .join(''),
    ).toBe('abc…');
  });
});
