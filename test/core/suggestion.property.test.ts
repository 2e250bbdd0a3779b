import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { applySuggestions } from '../../src/core/apply.ts';
import { applyEdits, setTaskFields, setTaskStatus } from '../../src/core/edit.ts';
import type { NewTask } from '../../src/core/embed.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { sidesOf, lineDiff } from '../../src/core/line-diff.ts';
import { parsePlan } from '../../src/core/parse.ts';
import { performChange, type Performed, type Version } from '../../src/core/perform.ts';
import type { Plan, Task } from '../../src/core/plan.ts';
import { findTask } from '../../src/core/progress.ts';
import { addSuggestions, formatReview, removeSuggestions, titleOf, type TitledSuggestion } from '../../src/core/review-text.ts';
import { parseReview } from '../../src/core/review.ts';
import { changeOf, suggestionOf } from '../../src/core/suggest-change.ts';
import type { Refusal, SuggestedChange, Suggestion } from '../../src/core/suggestion.ts';
import { editablePlan, givenText } from './documents.ts';
import { runs } from '../support/runs.ts';

const PRESENT = { known: null, cache: undefined, running: new Set<string>() };
const IDS = ['alpha', 'beta', 'gamma', 'delta'] as const;
const EOL = /\r\n|\n|\r/g;
const HEAD = { createdBy: 'claude', model: null } as const;

/** A plan whose tasks wait for some of those before them. */
const version = fc
  .tuple(editablePlan, fc.subarray([...IDS].slice(1)), fc.subarray([...IDS].slice(0, 3), { minLength: 1 }))
  .map(([start, waiting, on]): Version => {
    let text = start;
    for (const id of waiting) {
      const dependsOn = on.filter((other) => other < id);
      const result = setTaskFields(text, parsePlan(text, 'p').plan, id, { dependsOn: dependsOn.length === 0 ? null : dependsOn });
      if ('edits' in result) text = applyEdits(text, result.edits);
    }
    return { text, plan: parsePlan(text, 'p').plan };
  });

const word = fc.stringMatching(/^[A-Z][a-z]{3,9}$/);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const task = fc
  .record({ title: fc.oneof(word, givenText), description: givenText, estimate: maybe(fc.constant('15m')) })
  .map(({ title, description, estimate }): NewTask => ({ title, description, fields: estimate === undefined ? {} : { estimate } }));
const id = fc.constantFrom(...IDS);
const phase = fc.constantFrom('one', 'two');

const change: fc.Arbitrary<SuggestedChange> = fc.oneof(
  fc.record({ type: fc.constant('add_task' as const), phase, beforeTask: maybe(id), task }),
  fc.record({
    type: fc.constant('modify_task' as const),
    task: id,
    title: maybe(fc.oneof(word, givenText)),
    description: maybe(givenText),
    fields: fc.oneof(fc.constant({}), fc.constant({ estimate: '2h', files: ['src/**'] }), fc.constant({ dependsOn: null })),
  }),
  fc.record({ type: fc.constant('reorder' as const), of: fc.constant('task' as const), item: id, phase, before: maybe(id) }),
  fc.record({ type: fc.constant('reorder' as const), of: fc.constant('phase' as const), item: phase, before: maybe(phase) }),
  fc.record({
    type: fc.constant('add_phase' as const),
    beforePhase: maybe(phase),
    phase: fc.record({ title: fc.oneof(word, givenText), description: givenText, fields: fc.constant({ pauseAfter: true }) }),
    tasks: fc.array(task, { maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('break_down_task' as const), task: id, parts: fc.array(task, { minLength: 1, maxLength: 3 }) }),
);

function isPerformed(made: Performed | Refusal): made is Performed {
  return !('refused' in made);
}

function tasksOf(plan: Plan): readonly Task[] {
  return plan.phases.flatMap((each) => each.tasks);
}

function sourceOf({ text, plan }: Version, task: string): string {
  const item = findTask(plan, task)?.place.item ?? { offset: 0, length: 0 };
  // The last task may get the line ending that the file lacked.
  return text.slice(item.offset, item.offset + item.length).replace(/(?:\r\n|\n|\r)$/, '');
}

/** All that a task waits for, directly or through others. */
function waitsFor(plan: Plan, task: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const queue = [task]; queue.length > 0;) {
    for (const other of findTask(plan, queue.pop() ?? '')?.dependsOn ?? []) {
      if (!found.has(other)) queue.push(other);
      found.add(other);
    }
  }
  return found;
}

test('a change leaves every byte of the tasks that it is not about, and a valid plan', () => {
  fc.assert(
    fc.property(version, change, (before, made) => {
      const after = performChange(before, made, PRESENT);
      if (!isPerformed(after)) return;
      expect(checkPlan(after.text, 'p').valid).toBe(true);
      expect(parsePlan(after.text, 'p').plan).toEqual(after.plan);
      const about = new Set(
        made.type === 'modify_task' || made.type === 'break_down_task'
          ? [made.task, ...tasksOf(before.plan).flatMap((one) => (one.dependsOn.includes(made.task) ? [one.id] : []))]
          : [],
      );
      for (const one of IDS.filter((each) => !about.has(each))) expect(sourceOf(after, one)).toBe(sourceOf(before, one));
      const { description, title } = before.plan;
      expect([after.plan.title, after.plan.description]).toEqual([title, description]);
      expect(after.plan.phases.find((each) => each.id === 'one')?.description).toBe('Prose.');
      expect(after.text.startsWith('\uFEFF')).toBe(before.text.startsWith('\uFEFF'));
      expect(new Set(after.text.match(EOL))).toEqual(new Set(before.text.match(EOL)));
    }),
    runs(50),
  );
});

test('a task that is broken down hands what it waited for to its first parts, and who waited for it to its last', () => {
  const parts = fc.array(fc.tuple(word, fc.nat(3)), { minLength: 1, maxLength: 4 }).map((list) =>
    list.map(([name, back], index): NewTask => {
      const waits = index > 0 && back > 0 ? [`part-${Math.max(0, index - back)}`] : [];
      return { title: name, fields: { id: `part-${index}`, ...(waits.length === 0 ? {} : { dependsOn: waits }) } };
    }),
  );
  fc.assert(
    fc.property(version, id, parts, (before, whole, list) => {
      const after = performChange(before, { type: 'break_down_task', task: whole, parts: list }, PRESENT);
      if (!isPerformed(after)) return expect.unreachable(after.refused);
      expect(after.added).toEqual(list.map((_, index) => `part-${index}`));
      expect(findTask(after.plan, whole)).toBeUndefined();
      for (const part of after.added) {
        const waits = waitsFor(after.plan, part);
        for (const other of waitsFor(before.plan, whole)) expect(waits).toContain(other);
      }
      for (const other of tasksOf(before.plan).filter(({ id: name }) => name !== whole)) {
        const waits = waitsFor(after.plan, other.id);
        if (waitsFor(before.plan, other.id).has(whole)) for (const part of after.added) expect(waits).toContain(part);
        expect(waits).not.toContain(whole);
      }
    }),
    runs(25),
  );
});

test('a change that is written into a review, whatever its texts, reads back as the same change', () => {
  fc.assert(
    fc.property(version, fc.array(change, { minLength: 1, maxLength: 4 }), givenText, (before, changes, reasoning) => {
      const made = changes.flatMap((one) => {
        const performed = performChange(before, one, PRESENT);
        return isPerformed(performed)
          ? [{ performed, suggestion: { ...suggestionOf(before, performed, one, reasoning), title: titleOf(before.plan, one) } }]
          : [];
      });
      const unique = made.filter(({ suggestion }, index) => made.findIndex((other) => other.suggestion.id === suggestion.id) === index);
      const suggestions = unique.map(({ suggestion }) => suggestion);
      const text = formatReview(before.plan, HEAD, suggestions);
      const { review, diagnostics } = parseReview(text);
      expect(diagnostics).toEqual([]);
      expect(review.suggestions.map(dataOf)).toEqual(suggestions.map(dataOf));
      for (const [index, { performed }] of unique.entries()) {
        const read = changeOf(before, review.suggestions[index] as Suggestion);
        if ('refused' in read) return expect.unreachable(read.refused);
        expect(performChange(before, read, PRESENT)).toEqual(performed);
      }
      // Ticks, comments and line endings of people stay when others are added and taken away.
      const [first, ...more] = suggestions;
      if (first === undefined) return;
      const commented = text.replaceAll('\n', '\r\n').replace('- [ ]', '- [x]').concat('\r\n- [ ] mine\r\n');
      const added = addSuggestions(commented, HEAD, [{ ...first, id: 'another' }]);
      expect(removeSuggestions(added, new Set(['another']))).toBe(commented);
      const left = removeSuggestions(commented, new Set([first.id])) ?? '';
      expect(parseReview(left).review.suggestions.map(dataOf)).toEqual(more.map(dataOf));
      expect(left).toContain('- [ ] mine\r\n');
    }),
    runs(50),
  );
});

function dataOf({ id: name, type, target, against, place, before, after, reasoning }: Suggestion | TitledSuggestion) {
  const lines = reasoning
    .trim()
    .split(/\r\n|\n|\r/)
    .map((line) => line.trimEnd());
  return { name, type, target, against, place, before, after, reasoning: lines.join('\n') };
}

test('of several suggestions each is applied or refused with a reason, and those that are left can still be applied', () => {
  fc.assert(
    fc.property(version, fc.array(change, { minLength: 2, maxLength: 6 }), fc.nat(63), (before, changes, bits) => {
      const found = new Map<string, Suggestion>();
      for (const one of changes) {
        const performed = performChange(before, one, PRESENT);
        if (!isPerformed(performed)) continue;
        const suggestion = suggestionOf(before, performed, one, 'why');
        found.set(suggestion.id, suggestion);
      }
      const suggestions = [...found.values()];
      const chosen = new Set(suggestions.filter((_, index) => (bits >> index) % 2 === 1).map((one) => one.id));
      const result = applySuggestions(before, suggestions, chosen, PRESENT);
      expect(checkPlan(result.text, 'p').valid).toBe(true);
      expect([...result.applied, ...result.refused.map((one) => one.id)].sort()).toEqual([...chosen].sort());
      expect(result.refused.filter(({ message }) => message === '')).toEqual([]);
      if (chosen.size === 1) expect(result.refused).toEqual([]);
      for (const one of suggestions.filter((each) => result.applied.includes(each.id) && each.type === 'modify_task'))
        expect(sourceOf(result, one.target) !== sourceOf(before, one.target) || findTask(result.plan, one.target) === undefined).toBe(true);
      // What is left is about the plan as it is now, or says that it is stale.
      for (const one of result.renewed) {
        expect(chosen).not.toContain(one.id);
        const again = applySuggestions(result, [one], new Set([one.id]), PRESENT);
        expect(again.refused).toEqual([]);
      }
    }),
    runs(50),
  );
});

test('what is done or being worked on is not touched', () => {
  fc.assert(
    fc.property(version, change, fc.subarray([...IDS], { minLength: 1 }), fc.boolean(), (start, made, closed, running) => {
      let before = start;
      for (const one of running ? [] : closed) {
        const result = setTaskStatus(before.text, before.plan, one, { status: 'completed' });
        const text = 'edits' in result ? applyEdits(before.text, result.edits) : before.text;
        before = { text, plan: parsePlan(text, 'p').plan };
      }
      const after = performChange(before, made, { ...PRESENT, running: new Set(running ? closed : []) });
      if (!isPerformed(after)) return;
      for (const one of closed) expect(sourceOf(after, one)).toBe(sourceOf(before, one));
    }),
    runs(50),
  );
});

test('a diff holds both of its texts', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '', '- c', '+', '```'), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(before, after);
      expect(sidesOf(lines)).toEqual({ before, after });
      expect(sidesOf(lines.map((line) => line.replace(/^ $/, '')))).toEqual({ before, after });
      expect(lines.filter((line) => !line.startsWith(' ')).length === 0).toBe(before === after);
    }),
  );
});
