import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align } from '../../src/core/alignment.ts';
import { excerptOf, wordDiff } from '../../src/core/word-diff.ts';
import { runs } from '../support/runs.ts';

const repeated = (first: string) => [first, ...Array.from({ length: 30_000 }, (_, at) => (at % 2 === 0 ? 'x' : 'y')), first];

const shown = (before: string, after: string): string =>
  wordDiff(before, after)
    .map(({ type, text }) => (type === 'same' ? text : type === 'gone' ? `[-${text}-]` : `{+${text}+}`))
    .join('');

describe('words', () => {
  test.each([
    ['one word', 'Write the login page', 'Write the sign-in page', 'Write the [-login-]{+sign-in+} page'],
    ['words that came', 'Create the model', 'Create the User model', 'Create the {+User +}model'],
    [
      'changes with only a blank between are one',
      'a bad old thing to do',
      'a good new thing to do',
      'a [-bad old-]{+good new+} thing to do',
    ],
    ['nothing in common', 'Write tests', 'Buy milk', '[-Write tests-]{+Buy milk+}'],
    ['other line breaks', 'one two\nthree four', 'one\ntwo three four', 'one\ntwo three four'],
    ['scripts without blanks', '写一个新的测试', '写一个旧的测试', '写一个[-新-]{+旧+}的测试'],
    ['from nothing', '', 'new', '{+new+}'],
  ])('%s', (_, before, after, expected) => expect(shown(before, after)).toBe(expected));

  test('an excerpt leaves out what stays far from a change', () => {
    const words = wordDiff('a b c d e f g h old i j k l m n o p', 'a b c d e f g h new i j k l m n o p');
    expect(
      excerptOf(words, 2)
        .map(({ text }) => text)
        .join(''),
    ).toBe('… g h oldnew i j …');
  });
});

describe('alignment', () => {
  const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 14 });

  test('covers both, and what is called the same is', () => {
    fc.assert(
      fc.property(list, list, (before, after) => {
        const pieces = align(before, after);
        expect(pieces.flatMap((piece) => before.slice(...piece.before))).toEqual(before);
        expect(pieces.flatMap((piece) => after.slice(...piece.after))).toEqual(after);
        for (const piece of pieces.filter(({ same }) => same)) expect(before.slice(...piece.before)).toEqual(after.slice(...piece.after));
        expect(pieces.some(({ same }, at) => same === pieces[at + 1]?.same)).toBe(false);
      }),
      runs(300),
    );
  });

  test('of two long sequences without landmarks costs no more than reading them', () => {
    expect(align(repeated('1'), repeated('2'))).toEqual([{ same: false, before: [0, 30_002], after: [0, 30_002] }]);
  });
});
