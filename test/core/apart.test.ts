import { describe, expect, it } from 'vitest';
import { areApart } from '../../src/core/apart.ts';

describe('two changes', () => {
  it.each([
    [['a.txt'], ['b.txt'], true],
    [[], ['b.txt'], true],
    [['a/one.txt'], ['a/two.txt'], true],
    [['ab.txt'], ['ab'], true],
    [['a.txt', 'b.txt'], ['c.txt', 'b.txt'], false],
    [['A.txt'], ['a.txt'], false],
    [['caf\u00E9'], ['cafe\u0301'], false],
    [['a'], ['a/b.txt'], false],
    [['a/b/c.txt'], ['a/b'], false],
    [['deep/.gitattributes'], ['b.txt'], false],
    [['b.txt'], ['.gitattributes'], false],
  ])('%j and %j are apart: %s', (mine, theirs, apart) => {
    expect(areApart(mine, theirs)).toBe(apart);
    expect(areApart(theirs, mine)).toBe(apart);
  });
});
