/**
 * A long Markdown text, read window by window. For some texts the parser needs time that grows with the square of their length: each lazy line,
 * item or underlined heading copies what was read before it. So it is not given more than a window at once, except where one block is longer.
 *
 * Markdown is read line by line, and all that one line leaves to the next is which blocks are open. At a line that begins a block these are the
 * quotes and items around it. So reading can go on there, behind lines that open the same ones; these lines are taken out of the tree again.
 */
import type { Blockquote, ListItem, Parents, Root, RootContent } from 'mdast';
import { afterLineEnding, lineEnd, linesOf } from './lines.ts';

declare module 'mdast' {
  interface ListItemData {
    /** The bullet, or what stands after the number. */
    marker?: string;
    /** By how many columns a line has to be indented to be in the item. */
    columns?: number;
  }
}

/** UTF-16 code units that are read at once: ordinary plans are read as fast in longer windows, and hostile ones more slowly. */
export const WINDOW_UNITS = 2_000;

/** Of a line, where lines are not long. */
const LINE_UNITS = 100;

/** Blanks after an item's marker: with more, what follows is code. */
const BLANKS_MAX = 4;
/** Blanks before it: likewise. */
const INDENT_MAX = 3;

/** UTF-16 code units of a paragraph that begins with a bracket and may yet, title and all, turn out to be a definition. */
const DEFINITION_MAX = 1_000;

/**
 * Lines that leave something for the next line: a paragraph, which that may go on with; an indented code, which counts as open until another block begins; a
 * definition, after which others need no blank line; and the blank line that ends an empty item.
 */
const LEAVES = { paragraph: 'x\n', code: '    x\n', definition: '[x]: x\n', blank: '\n' } as const;

type Container = Blockquote | ListItem;

/** What a line finds when it is read. */
interface State {
  /** Open quotes and items, from the outermost on. */
  readonly containers: readonly Container[];
  readonly leaf: keyof typeof LEAVES | null;
}

/** A place where reading can go on. */
interface Resumption {
  /** Counted from 1 in the window, as everything is until that is moved. */
  readonly line: number;
  /** Before the line. */
  readonly state: State;
  readonly parent: Parents;
  /** Of the block in its parent that begins on the line, or is gone on with on it. */
  readonly index: number;
  readonly isInside: boolean;
}

/**
 * What `read` gives for the whole text, apart from whether lists are loose, and from the text of a paragraph that is longer than a window: of that there is only
 * the place.
 *
 * @param read never gets much more than `units`, unless a single fence, indented code or HTML block is longer
 */
export function readWindows(text: string, read: (text: string) => Root, units: number): Root {
  let whole: Root | null = null;
  let from: Pick<Resumption, 'state' | 'isInside'> = { state: { containers: [], leaf: null }, isInside: false };
  let base = 0;
  let line = 1;
  for (let size = units; ;) {
    const end = windowEnd(text, base, size);
    const opening = openingLines(from.state);
    const prefix = opening.join('');
    const source = prefix + text.slice(base, end);
    const window = read(source);
    const resumption = end < text.length ? findResumption(window, source, opening.length + 1) : null;
    if (resumption === null && end < text.length) {
      size *= 2;
      continue;
    }
    if (resumption !== null) resumption.parent.children.length = resumption.index + (resumption.isInside ? 1 : 0);
    const moved = { offset: base - prefix.length, line: line - 1 - opening.length };
    move(window, moved);
    if (whole === null) whole = window;
    else join(whole, window, from, 0);
    if (resumption === null) return whole;
    base = startOfLine(source, resumption.line) + moved.offset;
    line = resumption.line + moved.line;
    from = resumption;
    size = units;
  }
}

/** The end of the line that makes a window full. Few long lines are not enough: with them more would be read twice than once. */
function windowEnd(text: string, base: number, size: number): number {
  let end = afterLineEnding(text, lineEnd(text, Math.min(text.length, base + size)));
  for (let lines = linesOf(text, base, end).length; lines < size / LINE_UNITS && end < text.length; lines += 1) {
    end = afterLineEnding(text, lineEnd(text, end));
  }
  return end;
}

function startOfLine(text: string, line: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) start = afterLineEnding(text, lineEnd(text, start));
  return start;
}

/** Lines that make the state: each container is opened by one with an empty heading in it, which leaves nothing else open. An empty item stays empty. */
function openingLines({ containers, leaf }: State): readonly string[] {
  let before = '';
  const lines = containers.map((container) => {
    const line = `${before}${openingOf(container)}${isEmptyItem(container) ? '' : '#'}\n`;
    before += container.type === 'blockquote' ? '> ' : ' '.repeat(container.data?.columns ?? 0);
    return line;
  });
  return leaf === null ? lines : [...lines, before + LEAVES[leaf]];
}

function openingOf(container: Container): string {
  if (container.type === 'blockquote') return '> ';
  const { marker = '-', columns = 2 } = container.data ?? {};
  const least = /[.)]/.test(marker) ? 2 : 1;
  const blanks = isEmptyItem(container) ? 1 : Math.min(BLANKS_MAX, columns - least);
  const indent = Math.min(INDENT_MAX, columns - least - blanks);
  const digits = columns - indent - blanks - 1;
  return `${' '.repeat(indent)}${digits > 0 ? '1'.padEnd(digits, '0') : ''}${marker}${' '.repeat(blanks)}`;
}

/** The last place in a window of which it is certain that the whole text is read alike up to there; null where there is none below the line `first`. */
function findResumption(window: Root, source: string, first: number): Resumption | null {
  let found: Resumption | null = null;
  const containers: Container[] = [];
  let after = first;
  // What the last line begins may depend on the line after it.
  const last = (window.position?.end.line ?? 0) - 1;
  for (let parent: Parents = window; ;) {
    const children: readonly RootContent[] = parent.children;
    for (let index = children.length - 1; index > 0 && lineOf(children[index]) > after; index -= 1) {
      const line = lineOf(children[index]);
      const state = line < last ? stateBefore(children, index, containers, source) : null;
      if (state === null) continue;
      found = { line, state, parent, index, isInside: false };
      break;
    }
    const inner: RootContent | undefined = children.at(-1);
    if (inner?.type === 'paragraph') {
      const line = Math.min(last - 1, inner.position?.end.line ?? 0);
      const isCertain = line > Math.max(first, lineOf(inner)) && isParagraph(children, source.slice(0, startOfLine(source, line)));
      return isCertain ? { line, state: { containers, leaf: 'paragraph' }, parent, index: children.length - 1, isInside: true } : found;
    }
    if (inner?.type !== 'blockquote' && inner?.type !== 'list' && inner?.type !== 'listItem') return found;
    if (inner.type !== 'list') containers.push(inner);
    after = Math.max(after, lineOf(inner));
    parent = inner;
  }
}

/** Whether the last of the `children` cannot turn out to be a definition, or the title of one, as far as it is known. */
function isParagraph(children: readonly RootContent[], source: string): boolean {
  const start = children.at(-1)?.position?.start.offset ?? 0;
  if (source.length - start > DEFINITION_MAX) return true;
  return source[start] !== '[' && children.at(-2)?.type !== 'definition';
}

/** What the line finds on which one of the `children` of the last of the `containers` begins; null where that is not certain. */
function stateBefore(children: readonly RootContent[], index: number, containers: readonly Container[], source: string): State | null {
  const [block, before] = [children[index], children[index - 1]];
  if (block === undefined || before === undefined) return null;
  const closing = closedBy(block, before);
  if (closing !== null) {
    // micromark looks for the box of the empty item in what follows it at once.
    if (isNext(before, block) && isContent(block) && endsEmpty(closing)) return null;
    return { containers: [...containers, closing], leaf: isEmptyItem(closing) && !isNext(before, block) ? 'blank' : null };
  }
  if (isIndentedCode(before)) {
    // One that closes a container itself is over after its line.
    const first = children[index - 2];
    const isLazy = first !== undefined && closedBy(before, first) !== null;
    return isLazy || isIndentedCode(block) ? null : { containers: [...containers], leaf: 'code' };
  }
  if ((before.type !== 'paragraph' && before.type !== 'definition') || !isNext(before, block))
    return { containers: [...containers], leaf: null };
  // What follows a definition may turn out to be its title; and micromark looks there for the box of the item that the definition begins.
  const isOwn = before.type === 'definition' && /["'([]/.test(source[block.position?.start.offset ?? 0] ?? '');
  return isOwn && block.type !== 'definition' ? null : { containers: [...containers], leaf: before.type };
}

/** The container that is still open on the line that begins the second block, and not continued by it. */
function closedBy(block: RootContent, before: RootContent): Container | null {
  if (before.type === 'list') return before.children.at(-1) ?? null;
  if (before.type === 'listItem') return before;
  return before.type === 'blockquote' && isNext(before, block) ? before : null;
}

function isNext(first: RootContent, second: RootContent): boolean {
  return lineOf(second) <= (first.position?.end.line ?? 0) + 1;
}

function isEmptyItem(container: Container): boolean {
  return container.type === 'listItem' && container.children.length === 0;
}

function endsEmpty(node: RootContent): boolean {
  const last = node.type === 'list' || node.type === 'listItem' || node.type === 'blockquote' ? node.children.at(-1) : undefined;
  return last === undefined ? node.type === 'listItem' : endsEmpty(last);
}

/** What is no paragraph only because of its text. */
function isContent({ type }: RootContent): boolean {
  return type === 'paragraph' || type === 'heading' || type === 'definition';
}

function isIndentedCode(node: RootContent): boolean {
  return node.type === 'code' && node.data?.fences === undefined;
}

function lineOf(node: RootContent | undefined): number {
  return node?.position?.start.line ?? 0;
}

function move(node: Root | RootContent, by: { readonly offset: number; readonly line: number }): void {
  for (const point of [node.position?.start, node.position?.end]) {
    if (point?.offset === undefined) continue;
    point.offset += by.offset;
    point.line += by.line;
  }
  if (node.type === 'listItem' && node.data?.box !== undefined) {
    node.data.box = { offset: node.data.box.offset + by.offset, length: node.data.box.length };
  }
  if ('children' in node) for (const child of node.children) move(child, by);
}

/** Adds what a window has behind its opening lines to the containers of the whole, `depth` of which are these. */
function join(whole: Parents, window: Parents, opened: Pick<Resumption, 'state' | 'isInside'>, depth: number): boolean {
  const { containers, leaf } = opened.state;
  let from = window.type === 'blockquote' || window.type === 'listItem' ? 1 : 0;
  let grown = false;
  const [inner, last]: (RootContent | undefined)[] = [window.children[from], whole.children.at(-1)];
  if (depth < containers.length && inner !== undefined && last !== undefined && 'children' in inner && 'children' in last) {
    grown = join(last, inner, opened, inner.type === 'list' ? depth : depth + 1);
    from += 1;
  } else if (leaf !== null) {
    if (opened.isInside && inner !== undefined && last !== undefined) goOn(last, inner);
    grown = opened.isInside;
    from += 1;
  }
  const children: RootContent[] = whole.children;
  for (const child of window.children.slice(from)) children.push(child);
  grown ||= window.children.length > from;
  if (grown && whole.position !== undefined && window.position !== undefined) whole.position.end = window.position.end;
  return grown;
}

/** Makes what a window has behind a line of a paragraph a part of the paragraph, which may be underlined by now and so be a heading. */
function goOn(paragraph: RootContent, rest: RootContent): void {
  if (paragraph.type !== 'paragraph' || (rest.type !== 'paragraph' && rest.type !== 'heading')) return;
  const [start, end] = [paragraph.children[0]?.position?.start, rest.children.at(-1)?.position?.end];
  if (start === undefined || end === undefined || paragraph.position === undefined || rest.position === undefined) return;
  paragraph.position.end = rest.position.end;
  paragraph.children = [{ type: 'text', value: '', position: { start, end } }];
  if (rest.type === 'heading') Object.assign(paragraph, { type: 'heading', depth: rest.depth });
}
