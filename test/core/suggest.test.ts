import { expect, test } from 'vitest';
import { editDistance, suggest } from '../../src/core/suggest.ts';

const KEYS = ['id', 'dependsOn', 'canRunInParallel', 'agent', 'run', 'gates', 'files', 'maxAttempts', 'timeout'];

test.each([
  ['dependOn', 'dependsOn'],
  ['depends_on', 'dependsOn'],
  ['dependson', 'dependsOn'],
  ['can_run_in_parallel', 'canRunInParallel'],
  ['gate', 'gates'],
  ['timeuot', 'timeout'],
  ['nur', null],
  ['rnu', 'run'],
  ['maxattempt', 'maxAttempts'],
  ['ID', 'id'],
  ['xy', null],
  ['colour', null],
  ['', null],
  ['a'.repeat(500), null],
])('%s → %s', (word, expected) => {
  expect(suggest(word, KEYS)).toBe(expected);
});

test('the nearest wins, and the first of equals', () => {
  expect(suggest('tests', ['test', 'tests'])).toBe('tests');
  expect(suggest('lint', ['lynt', 'lent'])).toBe('lynt');
  expect(suggest('lint', [])).toBeNull();
});

test('a distance is the least number of mistakes', () => {
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('abc', '')).toBe(3);
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('ab', 'ba')).toBe(1);
  expect(editDistance('same', 'same')).toBe(0);
});
