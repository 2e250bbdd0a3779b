/** Lines as Markdown sees them: they end at LF, CRLF or a lone CR, and nowhere else (not at U+2028). */
import type { Span } from './diagnostic.ts';

const LINE_ENDING = /\r\n|\n|\r/g;

/** One line: where it starts, where its text ends, and where its line ending ends. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** The lines of `text` from `from` up to `to` (code units), the first `most` of them. A trailing line ending begins no further line. */
export function linesOf(text: string, from = 0, to: number = text.length, most = Infinity): readonly Line[] {
  const lines: Line[] = [];
  const ending = new RegExp(LINE_ENDING);
  let start = from;
  while (start < to && lines.length < most) {
    ending.lastIndex = start;
    const match = ending.exec(text);
    const end = match === null || match.index >= to ? to : match.index;
    const next = match === null || match.index >= to ? to : match.index + match[0].length;
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

/** Offset of the first column of the line that holds `offset`. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  // Between CR and LF there is no line start.
  if (at > 0 && text[at] === '\n' && text[at - 1] === '\r') at -= 1;
  while (at > 0 && text[at - 1] !== '\n' && text[at - 1] !== '\r') at -= 1;
  return at;
}

/** Offset of the line ending of the line that holds `offset`, or the text's length. */
export function lineEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}

/** Offset after the line ending that stands at `offset`; `offset` itself where none does. */
export function afterLineEnding(text: string, offset: number): number {
  if (text[offset] === '\r') return offset + (text[offset + 1] === '\n' ? 2 : 1);
  return text[offset] === '\n' ? offset + 1 : offset;
}

/** The first line ending of the text; `\n` where there is none. */
export function lineEndingOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}

/** Columns (tab stops of 4, as CommonMark has them) from the start of the line to `offset`. */
export function columnOf(text: string, offset: number): number {
  let column = 0;
  for (let at = lineStart(text, offset); at < offset; at += 1) column += text[at] === '\t' ? 4 - (column % 4) : 1;
  return column;
}

/** Removes up to `columns` columns of blanks from the front of one line; a tab that is cut leaves its rest as spaces. */
export function dedentLine(line: string, columns: number): string {
  let column = 0;
  let at = 0;
  while (at < line.length && column < columns && (line[at] === ' ' || line[at] === '\t')) {
    column += line[at] === '\t' ? 4 - (column % 4) : 1;
    at += 1;
  }
  return ' '.repeat(Math.max(0, column - columns)) + line.slice(at);
}

/** The span without the blank lines around it: from the start of its first line with text to the end of its last, line ending included. */
export function withoutBlankLines(text: string, span: Span): Span {
  const [from, to] = [span.offset, span.offset + span.length];
  const source = text.slice(from, to);
  const blank = source.length - source.trimStart().length;
  if (blank === source.length) return { offset: from, length: 0 };
  const start = Math.max(from, lineStart(text, from + blank));
  const end = lineEnd(text, from + source.trimEnd().length);
  return { offset: start, length: Math.min(to, afterLineEnding(text, end)) - start };
}

/** Which of the ascending `starts` is the last at or before `offset`; 0 where none is. */
export function rowAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** 1-based line and column (UTF-16 code units) of offsets in one text. */
export class LineIndex {
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#starts = [0, ...Array.from(text.matchAll(LINE_ENDING), (match) => match.index + match[0].length)];
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    const row = rowAt(this.#starts, offset);
    return { line: row + 1, column: offset - (this.#starts[row] ?? 0) + 1 };
  }
}
