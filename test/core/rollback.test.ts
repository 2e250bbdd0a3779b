import { describe, expect, it } from 'vitest';
import { revertedCommits, standingCommits } from '../../src/core/rollback.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import { readTrailers } from '../../src/core/trailer.ts';

interface Commit {
  readonly id: string;
  readonly subject: string;
  readonly body: string;
  readonly evidence: Evidence | null;
}

const id = (digit: string) => digit.repeat(40);
const done = (digit: string, task: string): Commit => ({
  id: id(digit),
  subject: task,
  body: '',
  evidence: readTrailers([
    ['Plan', 'p'],
    ['Plan-Task', task],
    ['Plan-Attempt', '1/3'],
  ]),
});
/** As `plans rollback` makes it: by its id, or where a rebase has changed that by its trailers alone. */
const back = (digit: string, of: string, task: string): Commit => ({
  id: id(digit),
  subject: '',
  body: `This reverts commit ${id(of)}.`,
  evidence: readTrailers([
    ['Plan', 'p'],
    ['Plan-Event', 'reverted'],
    ['Plan-Task', task],
  ]),
});
/** As `git revert` makes it. */
const gitRevert = (digit: string, of: string): Commit => ({ ...back(digit, of, ''), evidence: null });

describe('what was reverted since', () => {
  it.each<[string, Commit[], Record<string, string>]>([
    ['nothing', [done('1', 'a'), done('2', 'b')], {}],
    ['by its id', [gitRevert('3', '1'), done('2', 'b'), done('1', 'a')], { 1: '3' }],
    ['by id and trailers, once', [back('3', '2', 'a'), done('2', 'a'), done('1', 'a')], { 2: '3' }],
    ['by trailers alone', [back('3', 'f', 'a'), done('2', 'b'), done('1', 'a')], { 1: '3' }],
    ['and done again', [done('4', 'a'), back('3', '1', 'a'), done('1', 'a')], { 1: '3' }],
    ['twice', [back('4', '3', 'a'), done('3', 'a'), back('2', '1', 'a'), done('1', 'a')], { 3: '4', 1: '2' }],
    ['a revert that was reverted', [gitRevert('4', '3'), back('3', '1', 'a'), done('1', 'a')], {}],
  ])('%s', (_, newestFirst, expected) => {
    const found = [...revertedCommits(newestFirst)].map(([commit, by]) => [commit[0], by[0]]);
    expect(Object.fromEntries(found)).toEqual(expected);
    // Whatever still stands was not reverted.
    for (const { id: standing } of standingCommits('p', newestFirst)) expect(revertedCommits(newestFirst).has(standing)).toBe(false);
  });
});
