/** Markdown to a syntax tree: blocks only, with the exact place of every box and the number of fences of every code block. */
import type { Code, Root } from 'mdast';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import remarkParse from 'remark-parse';
import { unified, type Processor } from 'unified';
import type { Span } from './diagnostic.ts';
import { shallow } from './shallow.ts';

declare module 'mdast' {
  interface ListItemData {
    /** The character between the brackets (two code units where it is CRLF). */
    box?: Span;
  }
  interface CodeData {
    /** 1 where the closing fence is missing. */
    fences?: number;
  }
}

/**
 * Inline constructs cannot change which blocks there are, so they are switched off: that halves the time.
 * The box of a task item is an inline construct too; it stays.
 */
const INLINE = [
  'attention',
  'autolink',
  'codeText',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
  'htmlText',
  'characterEscape',
  'characterReference',
  'hardBreakEscape',
];

interface Stack {
  readonly stack: { type: string; data?: unknown }[];
}

interface Token {
  readonly start: { readonly offset: number };
  readonly end: { readonly offset: number };
}

function recordBox(this: Stack, { start, end }: Token): void {
  const item = this.stack.findLast((node) => node.type === 'listItem');
  if (item !== undefined) item.data = { box: { offset: start.offset, length: end.offset - start.offset } };
}

function countFence(this: Stack): void {
  const code = this.stack.findLast((node) => node.type === 'code') as Code | undefined;
  if (code !== undefined) code.data = { fences: (code.data?.fences ?? 0) + 1 };
}

function exactPlaces(this: Processor): void {
  const data = this.data();
  (data.micromarkExtensions ??= []).push(gfmTaskListItem(), { disable: { null: INLINE } });
  (data.fromMarkdownExtensions ??= []).push({
    enter: { taskListCheckValueChecked: recordBox, taskListCheckValueUnchecked: recordBox, codeFencedFence: countFence },
  });
}

const markdown = unified().use(remarkParse).use(exactPlaces).freeze();

/** The tree of a text; offsets are those of the text, also where it begins with U+FEFF. What is too deep is text: see {@link shallow}. */
export function parseMarkdown(text: string): Root {
  // micromark drops a first U+FEFF and counts from the character after it: give it one to drop.
  return markdown.parse(shallow(text.startsWith('\uFEFF') ? `\uFEFF${text}` : text));
}
