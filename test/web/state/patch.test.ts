import { describe, expect, it } from 'vitest';
import { patchOf } from '../../../src/core/line-diff.ts';
import { patchLines, plansLast, sizeOf } from '../../../src/web/state/patch.ts';

describe('a patch', () => {
  it('takes as much as its longest line and its largest number, with room for tabs and for what is wider than a letter', () => {
    expect(sizeOf(patchLines('@@ -98,2 +98,3 @@\n a\n b\n+c'))).toEqual({ digits: 3, columns: 17 });
    expect(sizeOf(patchLines(`@@ -1 +1 @@\n+\t${'a'.repeat(20)}\n+${'字'.repeat(11)}`))).toEqual({ digits: 1, columns: 28 });
    expect(sizeOf(patchLines(`@@ -1 +1 @@\n+${'字'.repeat(30)}`))).toEqual({ digits: 1, columns: 60 });
  });

  it('is lines with their numbers in both versions', () => {
    const lines = patchLines('@@ -1,3 +1,3 @@\n a\n-b\n+c\n--- d\n\\ No newline at end of file\n@@ -9 +9,2 @@\n x\n+y\n');
    expect(lines.map(({ type, before, after, text }) => [type, before, after, text])).toEqual([
      ['hunk', null, null, '@@ -1,3 +1,3 @@'],
      ['same', 1, 1, 'a'],
      ['gone', 2, null, 'b'],
      ['new', null, 2, 'c'],
      ['gone', 3, null, '-- d'],
      ['note', null, null, 'No newline at end of file'],
      ['hunk', null, null, '@@ -9 +9,2 @@'],
      ['same', 9, 9, 'x'],
      ['new', null, 10, 'y'],
    ]);
  });

  it('of two texts gives the new one back from what stays and what is new', () => {
    const [old, now] = ['a\nb\nc\n', 'a\nB\nc\nd\n'];
    const kept = patchLines(patchOf(old, now)).filter(({ type }) => type === 'same' || type === 'new');
    expect(kept.map(({ text }) => `${text}\n`).join('')).toBe(now);
  });

  it('of several files has those of plans at its end', () => {
    const files = ['a.ts', 'plans/x.plan.md', 'plans/y.ts'].map((path) => ({ path }));
    expect(plansLast(files).map(({ path }) => path)).toEqual(['a.ts', 'plans/y.ts', 'plans/x.plan.md']);
  });
});
