/** A line as stretches of styled text: made and measured without escape sequences, painted last. */
import { styleText } from 'node:util';
import { columnsOf, fit } from './text.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

/** Text in one style. It holds no control characters. */
export interface Stretch {
  readonly text: string;
  readonly style: readonly Style[];
}

export type Line = readonly Stretch[];

/** A stretch. */
export function s(text: string, ...style: readonly Style[]): Stretch {
  return { text, style };
}

/** Columns that a line takes. */
export function lineColumns(line: Line): number {
  return line.reduce((sum, stretch) => sum + columnsOf(stretch.text), 0);
}

/** The line cut to at most `columns`. */
export function fitLine(line: Line, columns: number): Line {
  const kept: Stretch[] = [];
  let left = columns;
  for (const [index, stretch] of line.entries()) {
    const wide = columnsOf(stretch.text);
    const last = index === line.length - 1;
    if (wide < left || (wide === left && (last || line.slice(index + 1).every((each) => each.text === '')))) {
      kept.push(stretch);
      left -= wide;
      continue;
    }
    if (wide === 0) continue;
    // Something is cut here or right after: the mark must find room on this stretch.
    kept.push({ text: wide < left ? stretch.text : fit(`${stretch.text}${last ? '' : ' …'}`, left), style: stretch.style });
    break;
  }
  return kept;
}

/** `left` with `right` right after it; `left` is cut to make room. */
export function keepEnd(left: Line, right: Line, columns: number): Line {
  const wide = lineColumns(right);
  return wide > columns / 2 ? fitLine([...left, ...right], columns) : [...fitLine(left, columns - wide), ...right];
}

/** `left` and, at the right edge, `right`; `left` is cut to make room, and `right` goes where there is none. */
export function spread(left: Line, right: Line, columns: number): Line {
  const wide = lineColumns(right);
  if (wide === 0 || wide + 12 > columns) return fitLine(left, columns);
  const cut = fitLine(left, columns - wide - 2);
  return [...cut, s(' '.repeat(columns - wide - lineColumns(cut))), ...right];
}

/** The line as text, with escape sequences where `color` wants them. */
export function paint(line: Line, color: boolean): string {
  if (!color) return line.map((stretch) => stretch.text).join('');
  return line
    .map(({ text, style }) => (style.length === 0 || text === '' ? text : styleText([...style], text, { validateStream: false })))
    .join('');
}

/** Several lines, each ended. */
export function paintLines(lines: readonly Line[], color: boolean): string {
  return lines.map((line) => `${paint(line, color).trimEnd()}\n`).join('');
}
