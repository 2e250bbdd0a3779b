import type { Nodes } from 'mdast';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from '../../src/core/markdown.ts';
import { parsePlan } from '../../src/core/parse.ts';

function depthOf(node: Nodes): number {
  return 1 + Math.max(0, ...('children' in node ? node.children.map(depthOf) : []));
}

/** A quote in a quote in a quote …, lists likewise, on one line and by indentation. */
const DEEP = {
  quotes: '>'.repeat(100_000),
  'spaced quotes': '> '.repeat(50_000),
  bullets: `${'- '.repeat(50_000)}x`,
  numbers: `${'1. '.repeat(50_000)}x`,
  mixed: `${'> - 1) '.repeat(20_000)}x`,
  indentation: Array.from({ length: 500 }, (_, index) => `${'  '.repeat(index)}- x`).join('\n'),
  tabs: Array.from({ length: 500 }, (_, index) => `${'\t'.repeat(index)}- x`).join('\n'),
};

describe('quotes and lists within one another', () => {
  it.each(Object.entries(DEEP))('are told apart so far and no farther, and the text stays as long: %s', (_name, text) => {
    const tree = parseMarkdown(text);
    expect(depthOf(tree)).toBeLessThan(120);
    expect(tree.position?.end.offset).toBe(text.length);
  });

  it('are what they are where somebody could have meant them', () => {
    const text = Array.from({ length: 20 }, (_, index) => `${'  '.repeat(index)}- ${index}`).join('\n');
    expect(depthOf(parseMarkdown(text))).toBe(20 * 2 + 3);
    expect(depthOf(parseMarkdown(`${'> '.repeat(20)}x`))).toBe(20 + 3);
  });

  it('leave the tasks after them where they are', () => {
    const before = `# A\n\n${'>'.repeat(10_000)}\n\n`;
    const text = `${before}- [ ] One\n\n  ${'> '.repeat(1_000)}deep\n\n- [x] Two\n`;
    const tasks = parsePlan(text, 'x').plan.phases.flatMap((phase) => phase.tasks);
    expect(tasks.map(({ title, status }) => [title, status])).toEqual([
      ['One', 'pending'],
      ['Two', 'completed'],
    ]);
    expect(tasks[0]?.place.item.offset).toBe(before.length);
  });
});
