/** Markdown to a syntax tree: blocks only, with the exact place of every box and the number of fences of every code block. */
import type { Code, Heading, ListItem, Root } from 'mdast';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import remarkParse from 'remark-parse';
import { unified, type Processor } from 'unified';
import type { Span } from './diagnostic.ts';
import { shallow } from './shallow.ts';
import { readWindows, WINDOW_UNITS } from './windows.ts';

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
  /** Kept from one token to the next. */
  readonly data: { expectingFirstListItemValue?: unknown; linePrefix?: Token };
  readonly sliceSerialize: (token: never, expandTabs?: boolean) => string;
}

interface Token {
  readonly start: { readonly line: number; readonly column: number; readonly offset: number };
  readonly end: { readonly offset: number };
}

function recordBox(this: Stack, { start, end }: Token): void {
  const item = this.stack.findLast((node) => node.type === 'listItem') as ListItem | undefined;
  if (item !== undefined) item.data = { ...item.data, box: { offset: start.offset, length: end.offset - start.offset } };
}

/** What is needed to open an item like this again. An item that begins with a blank line has its text one column after the marker. */
function recordMarker(this: Stack, prefix: Token): void {
  const item = this.stack.at(-1) as ListItem | undefined;
  const source = this.sliceSerialize(prefix as never, true);
  const marker = source.trimEnd().at(-1) ?? '';
  if (item?.type !== 'listItem') return;
  const indent =
    this.data.linePrefix?.end.offset === prefix.start.offset ? this.sliceSerialize(this.data.linePrefix as never, true).length : 0;
  item.data = { marker, columns: indent + source.length + (source.endsWith(marker) ? 1 : 0) };
}

function keepPrefix(this: Stack, prefix: Token): void {
  this.data.linePrefix = prefix;
}

function countFence(this: Stack): void {
  const code = this.stack.findLast((node) => node.type === 'code') as Code | undefined;
  if (code !== undefined) code.data = { fences: (code.data?.fences ?? 0) + 1 };
}

/** micromark has an underlined heading begin with the definitions that stand before it. */
function beginHere(this: Stack, { start }: Token): void {
  const position = (this.stack.at(-1) as Heading).position;
  if (position !== undefined) position.start = { line: start.line, column: start.column, offset: start.offset };
}

function exactPlaces(this: Processor): void {
  const data = this.data();
  (data.micromarkExtensions ??= []).push(gfmTaskListItem(), { disable: { null: INLINE } });
  (data.fromMarkdownExtensions ??= []).push({
    enter: {
      taskListCheckValueChecked: recordBox,
      taskListCheckValueUnchecked: recordBox,
      codeFencedFence: countFence,
      linePrefix: keepPrefix,
      setextHeadingText: beginHere,
    },
    exit: { listItemPrefix: recordMarker },
  });
}

const markdown = unified().use(remarkParse).use(exactPlaces).freeze();

/** The tree of a text; offsets are those of the text, also where it begins with U+FEFF. What is too deep is text: see {@link shallow}. */
export function parseMarkdown(text: string, units: number = WINDOW_UNITS): Root {
  const source = shallow(text);
  return source.length > units ? readWindows(source, parseAtOnce, units) : parseAtOnce(source);
}

function parseAtOnce(text: string): Root {
  // micromark drops a first U+FEFF and counts from the character after it: give it one to drop.
  return markdown.parse(text.startsWith('\uFEFF') ? `\uFEFF${text}` : text);
}
