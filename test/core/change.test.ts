import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesBetween, isUnchanged } from '../../src/core/change.ts';
import { NO_OUTLINE, type Outline, type OutlineTask } from '../../src/core/outline.ts';
import { slugOf } from '../../src/core/slug.ts';
import { runs } from '../support/runs.ts';

function task(id: string, fields: Record<string, string> = {}, title = `Title of ${id}`): OutlineTask {
  return { id, title, status: 'pending', fields: { title, ...fields } };
}

function outline(phases: Record<string, readonly OutlineTask[]>): Outline {
  return {
    fields: { title: 'Plan' },
    phases: Object.entries(phases).map(([id, tasks]) => ({ id, title: `Phase ${id}`, fields: { title: `Phase ${id}` }, tasks })),
  };
}

const idsOf = (places: readonly { readonly id: string }[]): string[] => places.map((place) => place.id);
const all = (plan: Outline): string[] => plan.phases.flatMap((phase) => idsOf(phase.tasks));

const worded = (title: string) => outline({ one: [task(slugOf(title, 'task'), {}, title)] });
const given = (id: string) => outline({ one: [task(id, {}, `Write the ${id} page`)] });
const phase = (id: string): Outline => ({
  fields: {},
  phases: [{ id, title: id, fields: { title: id }, tasks: [task('a'), task('b')] }],
});
const between = (before: string, after: string) => changesBetween(worded(before), worded(after));
const second = (title: string) => outline({ one: [task(`${slugOf(title, 'task')}-2`, {}, title)] });

describe('changes between two versions', () => {
  test('a new file adds everything, a deleted one removes everything', () => {
    const plan = outline({ one: [task('a'), task('b')] });
    expect(changesBetween(NO_OUTLINE, plan).added).toEqual({
      phases: [{ id: 'one', title: 'Phase one' }],
      tasks: [
        { id: 'a', phase: 'one', title: 'Title of a' },
        { id: 'b', phase: 'one', title: 'Title of b' },
      ],
    });
    expect(idsOf(changesBetween(plan, NO_OUTLINE).removed.tasks)).toEqual(['a', 'b']);
  });

  test('the fields that differ are named', () => {
    const changes = changesBetween(
      outline({ one: [task('a', { status: '"failed"', run: '"x"' })] }),
      outline({ one: [task('a', { run: '"y"' })] }),
    );
    expect(changes.modified.tasks).toEqual([{ id: 'a', phase: 'one', title: 'Title of a', fields: ['status', 'run'] }]);
  });

  test('a task that got another id is known by its title, within its phase only', () => {
    const before = outline({ one: [task('a', {}, 'Same')], two: [task('c')] });
    expect(changesBetween(before, outline({ one: [task('b', {}, 'Same')], two: [task('c')] })).modified.tasks).toEqual([
      { id: 'b', phase: 'one', title: 'Same', fields: ['id'], was: 'a' },
    ]);
    const elsewhere = changesBetween(before, outline({ one: [], two: [task('c'), task('b', {}, 'Same')] }));
    expect([idsOf(elsewhere.added.tasks), idsOf(elsewhere.removed.tasks)]).toEqual([['b'], ['a']]);
  });

  test('other words make no other task, where the id comes from the title', () => {
    expect(between('Write the login page', 'Write a login page').modified.tasks).toEqual([
      { id: 'write-a-login-page', phase: 'one', title: 'Write a login page', fields: ['id', 'title'], was: 'write-the-login-page' },
    ]);
    expect(idsOf(between('Write the login page', 'Buy milk').added.tasks)).toEqual(['buy-milk']);
    expect(changesBetween(second('Write the page'), second('Write a page')).modified.tasks).toHaveLength(1);
    // Two ids that people gave are two tasks.
    expect(idsOf(changesBetween(given('login'), given('logon')).removed.tasks)).toEqual(['login']);
  });

  test('a phase under another title is known by its tasks', () => {
    expect(changesBetween(phase('database'), phase('storage'))).toMatchObject({
      added: { phases: [], tasks: [] },
      moved: { phases: [], tasks: [] },
      modified: { phases: [{ id: 'storage', was: 'database', fields: ['id', 'title'] }], tasks: [] },
    });
  });

  test('one task put elsewhere is one move', () => {
    const before = outline({ one: ['a', 'b', 'c', 'd'].map((id) => task(id)), two: [] });
    expect(idsOf(changesBetween(before, outline({ one: ['d', 'a', 'b', 'c'].map((id) => task(id)), two: [] })).moved.tasks)).toEqual(['d']);
    expect(idsOf(changesBetween(before, outline({ one: ['a', 'c', 'd'].map((id) => task(id)), two: [task('b')] })).moved.tasks)).toEqual([
      'b',
    ]);
  });

  test('phases in another order', () => {
    const changes = changesBetween(outline({ one: [task('a')], two: [], three: [] }), outline({ three: [], one: [task('a')], two: [] }));
    expect(idsOf(changes.moved.phases)).toEqual(['three']);
    expect(changes.moved.tasks).toEqual([]);
  });

  test('what is added, kept and removed accounts for every task; nothing differs from itself', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'));
    const version = fc
      .tuple(ids, fc.array(fc.nat(2), { minLength: 8, maxLength: 8 }))
      .map(([order, phases]) =>
        outline(
          Object.fromEntries(
            ['x', 'y', 'z'].map((phase, at) => [phase, order.filter((_, index) => phases[index] === at).map((id) => task(id))]),
          ),
        ),
      );
    fc.assert(
      fc.property(version, version, (before, after) => {
        expect(isUnchanged(changesBetween(before, before))).toBe(true);
        const { added, removed, moved } = changesBetween(before, after);
        expect(idsOf(added.tasks).sort()).toEqual(
          all(after)
            .filter((id) => !all(before).includes(id))
            .sort(),
        );
        expect(idsOf(removed.tasks).sort()).toEqual(
          all(before)
            .filter((id) => !all(after).includes(id))
            .sort(),
        );
        // What did not move stands in its phase in the order it had.
        const stayed = (plan: Outline): string[][] =>
          plan.phases.map((phase) =>
            idsOf(phase.tasks).filter((id) => ![...added.tasks, ...removed.tasks, ...moved.tasks].some((place) => place.id === id)),
          );
        expect(stayed(after)).toEqual(stayed(before));
      }),
      runs(100),
    );
  });

  test('an id that stands twice is matched once', () => {
    const twice = outline({ one: [task('a'), task('a')] });
    expect(isUnchanged(changesBetween(twice, twice))).toBe(true);
    expect(idsOf(changesBetween(twice, outline({ one: [task('a')] })).removed.tasks)).toEqual(['a']);
  });
});
