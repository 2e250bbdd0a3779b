import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writtenIn } from '../../../src/web/state/written.ts';
import { runs } from '../../support/runs.ts';

const plan = {
  description: 'People are "greeted",\nby name: {kindly}.',
  phases: [
    { title: 'Write', pauseAfter: false, tasks: [{ title: 'Say hello', files: ['a.ts'], dependsOn: [] }, { title: 'Say bye\\' }] },
    { title: 'Look', tasks: [] },
  ],
};

describe('what can be read of an answer', () => {
  it('is a plan’s phases and tasks, or a review’s reasons', () => {
    expect(writtenIn(JSON.stringify(plan))).toEqual({
      words: plan.description,
      parts: [
        { title: 'Write', items: ['Say hello', 'Say bye\\'] },
        { title: 'Look', items: [] },
      ],
    });
    const review = { assessment: 'Nearly.', suggestions: [{ type: 'reorder', reasoning: 'It waits.' }] };
    expect(writtenIn(JSON.stringify(review))).toEqual({ words: 'Nearly.', parts: [{ title: '', items: ['It waits.'] }] });
  });

  it.each([
    ['{"description":"Peop', { words: 'Peop', parts: [] }],
    ['{"description":"People","pha', { words: 'People', parts: [] }],
    ['{"phases":[{"title":"Wri', { words: '', parts: [{ title: 'Wri', items: [] }] }],
    ['{"phases":[{"title":"Write","pauseAfter":fal', { words: '', parts: [{ title: 'Write', items: [] }] }],
    ['{"description":"a \\u00', { words: '', parts: [] }],
  ])('is what there is of it: %s', (text, written) => {
    expect(writtenIn(text)).toEqual(written);
  });

  it('is nothing of what is said in words', () => {
    expect(writtenIn('I look at {the} repository.')).toBeNull();
    expect(writtenIn('')).toBeNull();
  });

  it('never loses what it had, wherever it breaks off', () => {
    const json = JSON.stringify(plan, null, 1);
    const sizeOf = (end: number): number => JSON.stringify(writtenIn(json.slice(0, end))).length;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: json.length - 1 }), (end) => {
        const written = writtenIn(json.slice(0, end));
        expect(plan.phases.map(({ title }) => title).join()).toMatch(new RegExp(`^${written?.parts.map(({ title }) => title).join()}`));
        expect(sizeOf(json.length)).toBeGreaterThanOrEqual(sizeOf(end));
      }),
      runs(100),
    );
  });
});
