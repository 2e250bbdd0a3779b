/**
 * Markdown line by line, as the tools that write task lists read it. A line scanner and no parser, because these tools count boxes that are
 * no task items to GFM: `[-]`, `[ ]*`, boxes without a blank after them.
 */
import type { Span } from '../diagnostic.ts';
import { columnOf, linesOf } from '../lines.ts';

export interface Box {
  /** What stands between the brackets, without blanks around it; empty for an open box. */
  readonly mark: string;
  /** The source between the brackets. */
  readonly span: Span;
  /** `[ ]*`: optional to Kiro. */
  readonly star: boolean;
  /** What follows the box on its line, trimmed. */
  readonly rest: string;
  /** The column where the item's own text begins. */
  readonly content: number;
}

export interface SourceLine {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  /** Columns of blanks before the text. */
  readonly indent: number;
  /** `frontmatter`, `code` and `comment` lines include their fences. `rule` is a thematic break. */
  readonly kind: 'blank' | 'heading' | 'box' | 'bullet' | 'rule' | 'text' | 'code' | 'comment' | 'frontmatter';
  readonly heading: { readonly depth: number; readonly title: string } | null;
  /** Of a `box` line, and of a line in code or a comment that looks like one. */
  readonly box: Box | null;
  /** The number of the line that opened the code or comment. */
  readonly block: number;
}

const FENCE = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const BULLET = /^([ \t]*)([-*+]|\d{1,9}[.)])(?:[ \t]+|$)/;
const BOX = /^([ \t]*)((?:[-*+]|\d{1,9}[.)])[ \t]+)\[([ \t\u00A0\u3000]*)([^\]\s]?)[ \t\u00A0\u3000]*\](\*?)(?![([:])(.*)$/u;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/;
/** The first line of a frontmatter: comments and blank lines apart, a key. */
const KEY = /^["'\p{L}_$][^:]*:(?:[ \t]|$)/u;

/**
 * The lines of a text. Offsets are those of the text, a byte order mark included. With `underlined`, a paragraph with a line of `=` or `-` below it
 * is a heading, and what is indented by four columns at the margin is code, as to Markdown; tools for task lists know neither.
 */
export function scan(text: string, { underlined = false }: { readonly underlined?: boolean } = {}): readonly SourceLine[] {
  const places = linesOf(text, text.startsWith('\uFEFF') ? 1 : 0);
  const sources = places.map(({ start, end }) => text.slice(start, end));
  const top = frontmatterLines(sources);
  const lines: SourceLine[] = [];
  let open: OpenBlock | null = null;
  let floor = 0;
  for (const [index, source] of sources.entries()) {
    const number = index + 1;
    const indent = columnOf(source, /^[ \t]*/.exec(source)?.[0].length ?? 0);
    const box = boxOf(source, places[index]?.start ?? 0);
    const line = { number, text: source, indent, heading: null, box: null, block: 0 };
    if (index < top) {
      lines.push({ ...line, kind: 'frontmatter', block: 1 });
      continue;
    }
    // What stands left of its item ends the block with it.
    if (open !== null && source.trim() !== '' && indent < open.floor) open = null;
    if (open !== null) {
      lines.push({ ...line, kind: open.kind, box, block: open.from });
      if (open.closes(source)) open = null;
      continue;
    }
    open = openedBy(source, number, indent, floor, sources);
    if (open !== null) {
      if (indent === 0) floor = 0;
      lines.push({ ...line, kind: open.kind, block: number });
      if (open.kind === 'comment' && open.closes(source.replace('<!--', ''))) open = null;
      continue;
    }
    const plain =
      floor === 0 && indent >= 4 && underlined
        ? { ...line, box, kind: source.trim() === '' ? ('blank' as const) : ('text' as const) }
        : plainLine(line, box);
    const paragraph = underlined ? underline(source, lines) : 0;
    if (paragraph > 0) {
      const titles = lines.splice(-paragraph);
      const title = titles.map((each) => each.text.trim()).join(' ');
      const [first = line, ...rest] = titles;
      lines.push({ ...first, kind: 'heading', heading: { depth: source.trim().startsWith('=') ? 1 : 2, title } });
      lines.push(...[...rest, line].map((each): SourceLine => ({ ...each, kind: 'rule' })));
      floor = 0;
      continue;
    }
    if (plain.kind === 'bullet' || plain.kind === 'box') floor = columnOf(source, BULLET.exec(source)?.[0].length ?? 0);
    else if (plain.kind === 'heading' || (plain.kind === 'text' && indent === 0)) floor = 0;
    lines.push(plain);
  }
  return lines;
}

interface OpenBlock {
  readonly kind: 'code' | 'comment';
  readonly from: number;
  /** The content column of the item that it stands in. */
  readonly floor: number;
  readonly closes: (source: string) => boolean;
}

function openedBy(source: string, from: number, indent: number, floor: number, sources: readonly string[]): OpenBlock | null {
  const fence = FENCE.exec(source)?.[1];
  const within = indent >= floor ? floor : indent >= 2 ? 2 : 0;
  if (fence !== undefined) {
    const closing = new RegExp(`^[ \\t]*\\${fence[0] ?? ''}{${fence.length},}[ \\t]*$`);
    return { kind: 'code', from, floor: within, closes: (line) => closing.test(line) };
  }
  // One that nobody closes would swallow the rest: it is text.
  const comment = /^[ \t]*<!--/.test(source) && [source.replace('<!--', ''), ...sources.slice(from)].some((line) => line.includes('-->'));
  return comment ? { kind: 'comment', from, floor: 0, closes: (line) => line.includes('-->') } : null;
}

/** How many lines of a paragraph the line underlines; 0 where it underlines none. */
function underline(source: string, lines: readonly SourceLine[]): number {
  if (!/^ {0,3}(?:=+|-+)[ \t]*$/.test(source)) return 0;
  const before = lines.findLastIndex(({ kind, indent }) => kind !== 'text' || indent > 3);
  const last = lines[before];
  // After a list item such lines go on with its paragraph.
  return last?.kind === 'box' || last?.kind === 'bullet' ? 0 : lines.length - 1 - before;
}

function plainLine(line: Omit<SourceLine, 'kind'>, box: Box | null): SourceLine {
  const { text } = line;
  if (text.trim() === '') return { ...line, kind: 'blank' };
  const heading = HEADING.exec(text);
  if (heading !== null) return { ...line, kind: 'heading', heading: { depth: heading[1]?.length ?? 1, title: heading[2] ?? '' } };
  if (box !== null && isMark(box.mark)) return { ...line, kind: 'box', box };
  if (RULE.test(text)) return { ...line, kind: 'rule' };
  return { ...line, kind: BULLET.test(text) ? 'bullet' : 'text', box };
}

/** Whether a character between brackets is a mark: a letter (but for x) is a word, as in the legend `- [P] can run in parallel`. */
function isMark(mark: string): boolean {
  return mark === '' || /^[xX]$/.test(mark) || !/^[\p{L}\p{N}]$/u.test(mark);
}

function boxOf(source: string, start: number): Box | null {
  const match = BOX.exec(source);
  if (match === null) return null;
  const [, indent = '', marker = '', blanks = '', mark = '', star = '', rest = ''] = match;
  const inside = indent.length + marker.length + 1;
  const closing = source.indexOf(']', inside);
  const span =
    mark === '' ? { offset: start + inside, length: closing - inside } : { offset: start + inside + blanks.length, length: mark.length };
  return {
    mark,
    span,
    star: star !== '',
    rest: rest.replace(/^[\s\u200B]+/, '').trimEnd(),
    content: columnOf(source, indent.length + marker.length),
  };
}

/** How many lines the frontmatter has, its rules included; 0 where there is none, or what stands there is Markdown. */
function frontmatterLines(sources: readonly string[]): number {
  if (!/^---[ \t]*$/.test(sources[0] ?? '')) return 0;
  // The text of a heading right behind the closing rule: a write-back that lost a line ending.
  const end = sources.findIndex((source, index) => index > 0 && /^---(?:[ \t]*$|#)/.test(source));
  if (end < 0) return 0;
  const body = sources.slice(1, end).filter((source) => !/^[ \t]*(?:#.*)?$/.test(source) || /^#{1,6}[ \t]/.test(source));
  if (body.some((source) => /^#{2,6}[ \t]/.test(source) || BOX.test(source))) return 0;
  const [first] = body.filter((source) => !source.startsWith('#'));
  return first === undefined || !KEY.test(first) ? 0 : end + 1;
}
