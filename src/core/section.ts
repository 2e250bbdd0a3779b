/** One chunk of a plan, read by itself: its headings, tasks and prose, with offsets relative to its start. */
import type { Code, Heading, ListItem, Paragraph, Root, RootContent } from 'mdast';
import type { z } from 'zod';
import type { Span } from './diagnostic.ts';
import { unreadBox } from './box.ts';
import { dashedBlock } from './dashed.ts';
import { fencedYaml, isYamlFence, plainFence, type FencedYaml } from './fence.ts';
import { checkFields } from './fields.ts';
import { PhaseFrontmatter, TaskFrontmatter } from './frontmatter.ts';
import { afterLineEnding, columnOf, dedentLine, lineEnd, lineStart, linesOf, withoutBlankLines } from './lines.ts';
import { parseMarkdown } from './markdown.ts';
import { awaited, unclosedBlock } from './open-block.ts';
import { findPlainItem } from './plain-item.ts';
import type { Frontmatter } from './plan.ts';
import type { Finding } from './rules.ts';
import { slugOf } from './slug.ts';

export interface HeadingBlock {
  readonly kind: 'heading';
  readonly depth: number;
  readonly title: string;
  /** The heading's lines without the last line ending. */
  readonly span: Span;
  readonly text: Span;
  /** Only below an H2. */
  readonly frontmatter: Frontmatter | null;
  readonly fields: Partial<z.output<typeof PhaseFrontmatter>>;
}

/** A list item with a checkbox: in a plan a task, in a review a suggestion. */
export interface TaskBlock<Schema extends z.ZodObject = typeof TaskFrontmatter> {
  readonly kind: 'task';
  readonly title: string;
  /** The id that the title gives; empty where the frontmatter gives one. */
  readonly slug: string;
  readonly description: string;
  readonly mark: string;
  readonly span: Span;
  readonly box: Span;
  readonly titleSpan: Span;
  readonly descriptionSpan: Span;
  readonly indent: string;
  readonly frontmatter: Frontmatter | null;
  readonly fields: Partial<z.output<Schema>>;
}

export type Block<Schema extends z.ZodObject = typeof TaskFrontmatter> = HeadingBlock | TaskBlock<Schema>;

export interface Section<Schema extends z.ZodObject = typeof TaskFrontmatter> {
  readonly blocks: readonly Block<Schema>[];
  readonly findings: readonly Finding[];
  /** Whether it ends inside a fence or an HTML block, so that what follows would have to be read with it. */
  readonly open: boolean;
}

/** What the frontmatter of an item with a checkbox says. */
interface ItemShape<Schema extends z.ZodObject> {
  readonly schema: Schema;
  readonly noun: 'task' | 'suggestion';
}

const TASK = { schema: TaskFrontmatter, noun: 'task' } as const;

/** Reads a chunk that begins where no block is open. */
export function readSection(text: string): Section {
  return readItems(text, TASK);
}

/** {@link readSection} of a chunk that is one plain task; null for any other, which costs a parser's start. */
export function readPlainSection(text: string): Section | null {
  return readPlainItem(text, TASK);
}

/** {@link readSection} where the items are something else than tasks. */
export function readItems<Schema extends z.ZodObject>(text: string, shape: ItemShape<Schema>): Section<Schema> {
  return readPlainItem(text, shape) ?? parseItems(text, shape);
}

/** A chunk that is one plain item; null for any other. */
function readPlainItem<Schema extends z.ZodObject>(text: string, shape: ItemShape<Schema>): Section<Schema> | null {
  const item = findPlainItem(text);
  if (item === null) return null;
  const fence = item.frontmatter === null ? null : plainFence(item.frontmatter, text);
  const { block, findings } = taskOf({ ...item, place: { offset: 0, length: text.length }, fence }, text, shape);
  return { blocks: [block], findings, open: false };
}

/** {@link readItems} by the Markdown parser, for any chunk. */
export function parseItems<Schema extends z.ZodObject>(text: string, shape: ItemShape<Schema>): Section<Schema> {
  const { children } = parseMarkdown(text) satisfies Root;
  const blocks: Block<Schema>[] = [];
  const findings: Finding[] = [];
  let ignoredTo = 0;
  for (const [index, node] of children.entries()) {
    if (offsetOf(node) < ignoredTo) continue;
    if (node.type === 'heading') {
      const heading = readHeading(node, children[index + 1], text, findings);
      blocks.push(heading);
      const dashed = node.depth === 2 ? dashedBlock(text, afterLineEnding(text, endOf(node)), text.length, 0, 'heading') : null;
      if (dashed !== null) {
        findings.push(dashed.finding);
        ignoredTo = dashed.end;
      }
    } else if (node.type === 'list') {
      // What stands before the next block is the item's. The tree's own end of an item is past it where the item closes a fence.
      const after = children[index + 1];
      for (const [position, item] of node.children.entries()) {
        const next = node.children[position + 1] ?? after;
        readItem(item, next === undefined ? text.length : lineStart(text, offsetOf(next)), text, shape, { blocks, findings });
      }
    }
  }
  const last = children.at(-1);
  const end = last === undefined ? null : awaited(last, text);
  // Where something follows, this is read again with it: what waits here still waits at the end of the file.
  if (last !== undefined && end !== null && end !== '') findings.push(unclosedBlock(last, end, text));
  return { blocks, findings, open: end !== null };
}

function offsetOf(node: RootContent): number {
  return node.position?.start.offset ?? 0;
}

function endOf(node: RootContent): number {
  return node.position?.end.offset ?? 0;
}

function readHeading(node: Heading, next: RootContent | undefined, text: string, findings: Finding[]): HeadingBlock {
  const offset = lineStart(text, offsetOf(node));
  const span = { offset, length: lineEnd(text, endOf(node)) - offset };
  const first = node.children[0];
  const last = node.children.at(-1);
  const start = first?.position?.start.offset ?? endOf(node);
  const title = { offset: start, length: (last?.position?.end.offset ?? start) - start };
  const heading = { kind: 'heading', depth: node.depth, title: headingTitle(text, title), span, text: title } as const;
  if (node.depth !== 2 || next === undefined || !isYamlFence(next)) return { ...heading, frontmatter: null, fields: {} };
  const { reading, finding } = fencedYaml(next, text);
  const { fields, findings: wrong } = checkFields(PhaseFrontmatter, reading, 'phase');
  findings.push(...finding, ...reading.findings, ...wrong);
  return { ...heading, frontmatter: reading.frontmatter, fields };
}

/** A backslash before the last run of `#` keeps it from closing the heading, and is not part of the title. */
function headingTitle(text: string, span: Span): string {
  return folded(text.slice(span.offset, span.offset + span.length)).replace(/(^|[ \t])\\(#+)$/, '$1$2');
}

/** Line breaks, with the blanks around them, as one space. */
function folded(source: string): string {
  return source.replace(/[ \t]*(?:\r\n|\n|\r)[ \t]*/g, ' ').replace(/^[ \t]+|[ \t]+$/g, '');
}

function readItem<Schema extends z.ZodObject>(
  item: ListItem,
  end: number,
  text: string,
  shape: ItemShape<Schema>,
  { blocks, findings }: { readonly blocks: Block<Schema>[]; readonly findings: Finding[] },
): void {
  const paragraph = item.children[0];
  const start = lineStart(text, offsetOf(item));
  const dashed = dashedBlock(text, afterLineEnding(text, lineEnd(text, start)), end, 1, 'task');
  if (paragraph?.type !== 'paragraph') {
    // `- [ ] title⏎  ---` is a heading to Markdown: say why there is no task.
    if (paragraph?.type === 'heading') findings.push(...(dashed === null ? underlinedTask(text, offsetOf(paragraph)) : [dashed.finding]));
    return;
  }
  const box = boxOf(item, paragraph, text);
  if (box === null) {
    const finding = unreadBox(text, offsetOf(paragraph), endOf(paragraph));
    if (finding !== null) findings.push(finding);
    return;
  }
  if (dashed !== null) findings.push(dashed.finding);
  findings.push(...markFindings(text, box));
  const { block, findings: wrong } = readTask({ offset: start, length: end - start }, item, paragraph, box, text, shape);
  findings.push(...wrong);
  blocks.push(block);
}

function underlinedTask(text: string, start: number): readonly Finding[] {
  if (!/^\[[ xX]\][ \t]/.test(text.slice(start, start + 4))) return [];
  const message =
    'This task is underlined, which makes it a heading to Markdown. Put a blank line after the title, or remove the underline.';
  return [{ rule: 'unread-box', message, span: { offset: start, length: 3 } }];
}

/** The box that Markdown found, or that of `[-]` and `[~]`, which it takes for text. */
function boxOf(item: ListItem, paragraph: Paragraph, text: string): Span | null {
  if (item.data?.box !== undefined) return item.data.box;
  const start = offsetOf(paragraph);
  return /^\[[-~]\][ \t]+[^ \t\r\n]/.test(text.slice(start, endOf(paragraph))) ? { offset: start + 1, length: 1 } : null;
}

function markFindings(text: string, box: Span): readonly Finding[] {
  const span = { offset: box.offset - 1, length: box.length + 2 };
  const mark = text.slice(box.offset, box.offset + box.length);
  if (mark === '-') {
    const message = '"[-]" is read as skipped, and GitHub shows it as text. Write "[ ]" and "status: skipped" in the task\'s frontmatter.';
    return [{ rule: 'skipped-mark', message, span }];
  }
  if (mark === '~') {
    const message = '"[~]" is read as not done, and GitHub shows it as text. Write "[ ]".';
    return [{ rule: 'started-mark', message, span, fix: { title: 'Write "[ ]"', edits: [{ ...box, text: ' ' }] } }];
  }
  if (mark !== '\n' && mark !== '\r' && mark !== '\r\n') return [];
  return [{ rule: 'split-box', message: 'This checkbox is split over two lines. Put "[ ]" on one line.', span }];
}

function readTask<Schema extends z.ZodObject>(
  place: Span,
  item: ListItem,
  paragraph: Paragraph,
  box: Span,
  text: string,
  shape: ItemShape<Schema>,
): { readonly block: TaskBlock<Schema>; readonly findings: readonly Finding[] } {
  const after = box.offset + box.length + 1;
  const source = text.slice(after, endOf(paragraph));
  const start = after + (/^[ \t\r\n]*/.exec(source)?.[0].length ?? 0);
  const columns = columnOf(text, offsetOf(paragraph));
  const next = item.children[1];
  const fence = next !== undefined && isYamlFence(next) ? fencedYaml(next, text) : null;
  const end = lineEnd(text, fence === null ? endOf(paragraph) : endOf(next as Code));
  const title = { offset: start, length: endOf(paragraph) - start };
  return taskOf({ place, box, title, columns, fence, end }, text, shape);
}

/** An item, and where its parts were found. */
interface ItemPlace {
  readonly place: Span;
  readonly box: Span;
  readonly title: Span;
  readonly columns: number;
  readonly fence: FencedYaml | null;
  /** Of the title's last line, or the frontmatter's, before its line ending. */
  readonly end: number;
}

function taskOf<Schema extends z.ZodObject>(
  { place, box, title: titleSpan, columns, fence, end: headEnd }: ItemPlace,
  text: string,
  shape: ItemShape<Schema>,
): { readonly block: TaskBlock<Schema>; readonly findings: readonly Finding[] } {
  const span = withoutBlankLines(text, place);
  const checked = fence === null ? null : checkFields(shape.schema, fence.reading, shape.noun);
  const restStart = afterLineEnding(text, headEnd);
  const end = span.offset + span.length;
  const descriptionSpan =
    restStart < end ? withoutBlankLines(text, { offset: restStart, length: end - restStart }) : { offset: end, length: 0 };
  const title = folded(text.slice(titleSpan.offset, titleSpan.offset + titleSpan.length));
  const block: TaskBlock<Schema> = {
    kind: 'task',
    title,
    slug: checked?.fields['id'] === undefined ? slugOf(title, 'task') : '',
    description: descriptionSpan.length === 0 ? '' : dedented(text, descriptionSpan, columns),
    mark: text.slice(box.offset, box.offset + box.length),
    span,
    box,
    titleSpan,
    descriptionSpan,
    indent: ' '.repeat(columns),
    frontmatter: fence?.reading.frontmatter ?? null,
    fields: checked?.fields ?? {},
  };
  return { block, findings: fence === null ? [] : [...fence.finding, ...fence.reading.findings, ...(checked?.findings ?? [])] };
}

/** A stretch of an item as it would read outside of it, its lines ended by `\n`. */
export function dedented(text: string, span: Span, columns: number): string {
  return linesOf(text, span.offset, span.offset + span.length)
    .map((line) => dedentLine(text.slice(line.start, line.end), columns))
    .join('\n')
    .trim();
}
