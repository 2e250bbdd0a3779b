/**
 * A task as nearly everybody writes it, found without a Markdown parser: one item from the first column on, with a title of one line, all
 * other lines blank or indented below it, and frontmatter, where there is any, between a plain fence. Where the chunk could be anything
 * else, nothing is found, and the parser looks.
 */
import type { Span } from './diagnostic.ts';
import { afterLineEnding, lineEnd, type Line } from './lines.ts';

const FIRST = /^[-*+] \[[ xX]\] \S(?:[^\r\n]*\S)?(?=\r?\n|$)/;
/** Below the first line: in the item, whatever it is, as nothing that is indented so far ends it. */
const REST = /^(?:\r?\n(?: {2,}\S[^\r\n]*)?)*$/;
/** Ends the title's paragraph at once: a list in the item. */
const LIST = /^ {2}[-*+] \S/;
const MEANT = /^ *(?:```|~~~|---)/;
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
  let start = afterLineEnding(chunk, end);
  const second = start;
  while (start < chunk.length && chunk[start] !== ' ') start = afterLineEnding(chunk, start);
  if (start === chunk.length) return { ...item, end, frontmatter: null };
  const source = chunk.slice(start, lineEnd(chunk, start));
  if (source !== OPENING) {
    // Most of what follows at once belongs to the title; a fence, or a `---` block, may be meant as frontmatter.
    return (start === second && !LIST.test(source)) || MEANT.test(source) ? null : { ...item, end, frontmatter: null };
  }
  const frontmatter = fenceFrom(chunk, start);
  return frontmatter === null ? null : { ...item, end: frontmatter.block.offset + frontmatter.block.length, frontmatter };
}

/** The fence whose opening line begins at `start`, as far as the next line of fences; null where that is not as plain. */
function fenceFrom(chunk: string, start: number): PlainFence | null {
  const offset = start + COLUMNS;
  const lines: Line[] = [];
  const yaml: string[] = [];
  for (let at = afterLineEnding(chunk, start + OPENING.length); at < chunk.length;) {
    const end = lineEnd(chunk, at);
    const source = chunk.slice(at, end);
    if (source === CLOSING) return { block: { offset, length: end - offset }, indent: INDENT, lines, yaml, closing: at };
    if (source.trimStart().startsWith(FENCE)) return null;
    const next = afterLineEnding(chunk, end);
    lines.push({ start: at, end, next });
    yaml.push(source.slice(COLUMNS));
    at = next;
  }
  return null;
}
