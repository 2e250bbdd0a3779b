import { expect, test } from 'vitest';
import { didYouMean, editDistance, suggest, suggestIds } from '../../src/core/suggest.ts';

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

const IDS = ['add-user-authentication', 'ci-speedup', 'export-to-csv', 'write-the-ci-core', 'write-the-docs', 'v2.0_final'];

test.each([
  ['ci-speedpu', ['ci-speedup']],
  ['auth', ['add-user-authentication']],
  ['Write-ci', ['write-the-ci-core']],
  ['ci', ['ci-speedup', 'write-the-ci-core']],
  ['write the', ['write-the-ci-core', 'write-the-docs']],
  ['v2', ['v2.0_final']],
  ['thentication', []],
  ['a', []],
  ['', []],
  ['-', []],
  ['nothing', []],
])('%s may stand for %j', (word, expected) => {
  expect(suggestIds(word, IDS)).toEqual(expected);
});

test('what fits too many ids says nothing', () => {
  const ids = ['task-one', 'task-two', 'task-three', 'other'];
  expect(suggestIds('task', ids)).toHaveLength(3);
  expect(suggestIds('task', [...ids, 'task-four'])).toEqual([]);
});

test('a question of one, two and three', () => {
  expect(didYouMean([])).toBeNull();
  expect(didYouMean(['a'])).toBe('Did you mean "a"?');
  expect(didYouMean(['a', 'b'])).toBe('Did you mean "a" or "b"?');
  expect(didYouMean(['a', 'b', 'c'])).toBe('Did you mean "a", "b" or "c"?');
});
