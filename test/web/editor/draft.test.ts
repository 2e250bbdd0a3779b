import { describe, expect, it } from 'vitest';
import {
  draftOf,
  isDirty,
  landed,
  merged,
  moved,
  rebased,
  redone,
  settled,
  typed,
  undone,
  type Draft,
} from '../../../src/web/editor/draft.ts';

const BASE = { text: 'a\nb\nc\nd\ne\n', revision: '1' };
const start = draftOf(BASE);
const mine = typed(start, 'A\nb\nc\nd\ne\n');

describe('a draft', () => {
  it('goes back and forth, typing in one field as one step', () => {
    const more = typed(typed(typed(start, 'x', 'title'), 'xy', 'title'), 'xyz', 'other');
    expect(undone(more).text).toBe('xy');
    expect(undone(undone(more)).text).toBe(BASE.text);
    expect(undone(undone(undone(more))).text).toBe(BASE.text);
    expect(redone(redone(undone(undone(more)))).text).toBe('xyz');
    expect(redone(typed(undone(more), 'new')).text).toBe('new');
  });

  it('keeps what was typed while it was saved', () => {
    const after = landed(typed(mine, 'A\nB\nc\nd\ne\n'), { text: mine.text, revision: '2' });
    expect(after.text).toBe('A\nB\nc\nd\ne\n');
    expect(isDirty(after)).toBe(true);
    expect(isDirty(landed(mine, { text: mine.text, revision: '2' }))).toBe(false);
  });

  it('follows the file while it is untouched, and can go back to what it was', () => {
    const after = moved(start, { text: 'other\n', revision: '2' });
    expect(after).toMatchObject({ text: 'other\n', saved: { revision: '2' }, theirs: null });
    expect(undone(after).text).toBe(BASE.text);
  });

  it('loses neither side when both have changed', () => {
    const theirs = { text: 'a\nb\nc\nd\nE\n', revision: '2' };
    const both = moved(mine, theirs);
    expect(both).toMatchObject({ text: mine.text, theirs });
    expect(merged(both)).toBe('A\nb\nc\nd\nE\n');
    const ended: Draft = settled(both, merged(both) ?? '');
    expect(ended).toMatchObject({ text: 'A\nb\nc\nd\nE\n', saved: theirs, theirs: null });
    expect(undone(settled(both, theirs.text)).text).toBe(mine.text);
    expect(merged(moved(mine, { text: 'Z\nb\nc\nd\ne\n', revision: '2' }))).toBeNull();
  });

  it('takes in what a run has written, in its steps back too', () => {
    const twice = typed(typed(start, 'A\nb\nc\nd\ne\n'), 'A\nb\nC\nd\ne\n');
    const theirs = { text: 'a\nb\nc\nd\nE\n', revision: '2' };
    const after = rebased(moved(twice, theirs));
    expect(after).toMatchObject({ text: 'A\nb\nC\nd\nE\n', saved: theirs, theirs: null });
    expect(undone(after).text).toBe('A\nb\nc\nd\nE\n');
    expect(undone(undone(after)).text).toBe(theirs.text);
    expect(isDirty(undone(undone(after)))).toBe(false);
    const clash = moved(mine, { text: 'Z\nb\nc\nd\ne\n', revision: '2' });
    expect(rebased(clash)).toBe(clash);
  });

  it('needs no word where the file says the same, or is back where it was', () => {
    expect(moved(mine, { text: mine.text, revision: '2' })).toMatchObject({ theirs: null, saved: { revision: '2' } });
    expect(moved(moved(mine, { text: 'Z\n', revision: '2' }), BASE).theirs).toBeNull();
  });
});
