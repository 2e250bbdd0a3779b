/** The lines of a task list as sections under headings, each with its prose and its items. */
import type { Box, SourceLine } from './scan.ts';

export interface Item {
  readonly line: SourceLine;
  readonly box: Box;
  /** First paragraph, line breaks folded to a space. */
  readonly title: string;
  /** The lines of the title. */
  readonly titleLines: readonly SourceLine[];
  /** What follows the title, children included. */
  readonly body: readonly SourceLine[];
  /** What follows the title, without the children. */
  readonly own: readonly SourceLine[];
  /** Items with boxes within it. */
  readonly children: readonly Item[];
}

export interface Section {
  /** Null for what stands before the first heading. */
  readonly heading: SourceLine | null;
  readonly depth: number;
  readonly title: string;
  readonly parts: readonly (Item | readonly SourceLine[])[];
}

export function isItem(part: Section['parts'][number]): part is Item {
  return 'box' in part;
}

/** The sections of the lines: each heading begins one that ends at the next. */
export function sectionsOf(lines: readonly SourceLine[]): readonly Section[] {
  const sections: { heading: SourceLine | null; parts: (Item | SourceLine[])[] }[] = [{ heading: null, parts: [] }];
  for (let index = 0; index < lines.length;) {
    const line = lines[index];
    if (line === undefined) break;
    const parts = sections.at(-1)?.parts ?? [];
    if (line.heading !== null) {
      sections.push({ heading: line, parts: [] });
      index += 1;
    } else if (line.kind === 'box' && line.box !== null) {
      const { item, next } = readItem(lines, index, line.box);
      parts.push(item);
      index = next;
    } else {
      const last = parts.at(-1);
      if (Array.isArray(last)) last.push(line);
      else if (line.kind !== 'blank') parts.push([line]);
      index += 1;
    }
  }
  return sections.map(({ heading, parts }) => ({
    heading,
    depth: heading?.heading?.depth ?? 0,
    title: heading?.heading?.title.trim() ?? '',
    parts,
  }));
}

/** The item whose box stands in the line at `start`, and the index after it. */
function readItem(lines: readonly SourceLine[], start: number, box: Box): { readonly item: Item; readonly next: number } {
  const line = lines[start] as SourceLine;
  const titleLines = [line];
  let index = start + 1;
  while (index < lines.length && continuesTitle(lines[index] as SourceLine, line.indent)) titleLines.push(lines[index++] as SourceLine);
  const body: SourceLine[] = [];
  const own: SourceLine[] = [];
  const children: Item[] = [];
  let end = index;
  while (index < lines.length) {
    const at = lines[index] as SourceLine;
    if (!isWithin(lines, index, line)) break;
    if (at.kind === 'box' && at.box !== null) {
      const child = readItem(lines, index, at.box);
      children.push(child.item);
      body.push(...lines.slice(index, child.next));
      index = child.next;
    } else {
      body.push(at);
      own.push(at);
      index += 1;
    }
    if (lines[index - 1]?.kind !== 'blank') end = index;
  }
  const title = [box.rest, ...titleLines.slice(1).map(({ text }) => text.trim())].join(' ').trim();
  return { item: { line, box, title, titleLines, body: trimmedEnd(body), own: trimmedEnd(own), children }, next: end };
}

/** Whether a line right after an item's first goes on with its paragraph. Unindented ones that begin like a block of their own do not. */
function continuesTitle({ kind, text, indent, box }: SourceLine, from: number): boolean {
  if (kind !== 'text' || box !== null) return false;
  return indent > from ? !/^[ \t]*[|>]/.test(text) : !/^[ \t]*(?:[*_|>=<]|#)/.test(text);
}

function isWithin(lines: readonly SourceLine[], index: number, of: SourceLine): boolean {
  const { kind, indent, block, number } = lines[index] as SourceLine;
  if (kind === 'blank') return true;
  if (block > of.number && block < number) return true;
  if (kind === 'rule') return indent > of.indent;
  return kind === 'box' || kind === 'bullet' || kind === 'heading' ? indent >= of.indent + 2 : indent > of.indent;
}

function trimmedEnd(lines: readonly SourceLine[]): readonly SourceLine[] {
  return lines.slice(0, lines.findLastIndex(({ kind }) => kind !== 'blank') + 1);
}
