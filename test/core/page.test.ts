import { array, assert, integer, property, record } from 'fast-check';
import { expect, it } from 'vitest';
import { pageOf, type Part } from '../../src/core/page.ts';
import { runs } from '../support/runs.ts';

const MAX = 2_000;
const note = (left: readonly string[]) => `left: ${left.join(', ')}`;

function partOf(priority: number, sizes: readonly number[], share: number): Part {
  const blocks = sizes.map((size, at) => `${priority}:${at}:`.padEnd(size, 'x'));
  return { priority, heading: [`# ${priority}`], blocks, share, left: (count) => `${count} of ${priority}` };
}

const parts = array(record({ sizes: array(integer({ min: 0, max: 900 }), { maxLength: 12 }), share: integer({ min: 0, max: 1_500 }) }), {
  minLength: 1,
  maxLength: 5,
}).map((list) => list.map(({ sizes, share }, priority) => partOf(priority, sizes, share)));

it('is never longer than it may be, and every block is there whole or counted', () => {
  assert(
    property(parts, (given) => {
      const lines = pageOf(given, MAX, note).split('\n');
      expect(lines.join('\n').length).toBeLessThanOrEqual(MAX);
      const said = lines.at(-1)?.startsWith('left: ') === true ? (lines.at(-1) ?? '') : '';
      for (const { priority, blocks, heading } of given) {
        const there = blocks.filter((block) => lines.includes(block)).length;
        // From the first on, in order.
        for (const block of blocks.slice(0, there)) expect(lines).toContain(block);
        expect(lines.includes(heading[0] ?? '')).toBe(there > 0);
        const left = blocks.length - there;
        if (left > 0) expect(said).toContain(`${left} of ${priority}`);
        else expect(said).not.toMatch(new RegExp(`\\d of ${priority}(?:,|$)`));
      }
    }),
    runs(200),
  );
});

const many = (priority: number, share: number) =>
  partOf(
    priority,
    Array.from({ length: 20 }, () => 99),
    share,
  );
const count = (page: string, priority: number) => page.split('\n').filter((line) => line.startsWith(`${priority}:`)).length;

it('what matters more has room first, but for the shares of the others', () => {
  const page = pageOf([many(1, 500), many(0, 500)], MAX, note);
  expect([count(page, 0), count(page, 1)]).toEqual([9, 4]);
  // In the order in which the parts were given, whatever their priorities.
  expect(page.indexOf('# 1')).toBeLessThan(page.indexOf('# 0'));
});
