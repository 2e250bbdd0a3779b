/**
 * A task as nearly everybody writes it, found without a Markdown parser: one item from the first column on, with a title of one line, all
 * other lines blank or indented below it, and frontmatter, where there is any, between a plain fence. Where the chunk could be anything
 * else, nothing is found, and the parser looks.
 */
import type { Span } from './diagnostic.ts';
import { linesOf, type Line } from './lines.ts';

const FIRST = /^[-*+] \[[ xX]\] \S(?:[^\r\n]*\S)?(?=\r?\n|$)/;
/** Below the first line: in the item, whatever it is, as nothing that is indented so far ends it. */
const REST = /^(?:\r?\n(?: {2,}\S[^\r\n]*)?)*$/;
/** Ends the title's paragraph at once: a list in the item. */
const LIST = /^ {2}[-*+] \S/;
const FENCE = '```';
/** Columns of everything in the item. */
const COLUMNS = 2;
const INDENT = ' '.repeat(COLUMNS);
const OPENING = `${INDENT}${FENCE}yaml`;
const CLOSING = `${INDENT}${FENCE}`;
const BOX = 3;
const TITLE = 6;

/** A fence with nothing else on its lines. */
export interface PlainFence {
  readonly block: Span;
  readonly indent: string;
  readonly lines: readonly Line[];
  /** The same without the indentation. */
  readonly yaml: readonly string[];
  /** Where the closing line begins. */
  readonly closing: number;
}

export interface PlainItem {
  readonly box: Span;
  readonly title: Span;
  readonly columns: number;
  /** Where the title's line, or the frontmatter after it, ends: before its line ending. */
  readonly end: number;
  readonly frontmatter: PlainFence | null;
}

/** Null where the parser has to look. */
export function findPlainItem(chunk: string): PlainItem | null {
  const first = FIRST.exec(chunk)?.[0] ?? null;
  if (first === null || !REST.test(chunk.slice(first.length))) return null;
  const end = first.length;
  const item = { box: { offset: BOX, length: 1 }, title: { offset: TITLE, length: end - TITLE }, columns: COLUMNS };
  const lines = linesOf(chunk);
  const next = lines.findIndex((line, index) => index > 0 && line.end > line.start);
  const line = lines[next];
  if (line === undefined) return { ...item, end, frontmatter: null };
  const source = chunk.slice(line.start, line.end);
  if (source !== OPENING) {
    // Most of what follows at once belongs to the title; a fence, or a `---` block, may be meant as frontmatter.
    return (next === 1 && !LIST.test(source)) || /^ *(?:```|~~~|---)/.test(source) ? null : { ...item, end, frontmatter: null };
  }
  const close = lines.findIndex(({ start, end: to }, index) => index > next && /^ *```/.test(chunk.slice(start, to)));
  const closing = lines[close];
  if (closing === undefined || chunk.slice(closing.start, closing.end) !== CLOSING) return null;
  const offset = line.start + COLUMNS;
  const between = lines.slice(next + 1, close);
  const yaml = between.map(({ start, end: to }) => chunk.slice(Math.min(start + COLUMNS, to), to));
  const block = { offset, length: closing.end - offset };
  return { ...item, end: closing.end, frontmatter: { block, indent: INDENT, lines: between, yaml, closing: closing.start } };
}
