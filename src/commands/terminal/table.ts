/** Tables of figures: a name at the left that gives way, figures at the right edge of their columns. */
import { columnsOf, fit } from './text.ts';
import { fitLine, s, type Line, type Style } from './line.ts';

/** Columns that a name keeps at least. */
const LEAST_NAME = 12;
/** Between two columns. */
const GAP = 2;

export interface TableRow {
  readonly name: string;
  readonly style?: readonly Style[];
  readonly cells: readonly string[];
}

/** `head` names the columns; its first word stands over the names. */
export function renderTable(head: TableRow, rows: readonly TableRow[], columns: number, indent = ''): Line[] {
  const all = [head, ...rows];
  const widths = head.cells.map((_, index) => Math.max(...all.map(({ cells }) => columnsOf(cells[index] ?? ''))));
  const figures = widths.reduce((sum, width) => sum + width + GAP, 0);
  const widest = Math.max(...all.map(({ name }) => columnsOf(name)));
  const width = Math.max(LEAST_NAME, Math.min(widest, columns - indent.length - figures));
  return all.map((row) => {
    const name = fit(row.name, width);
    const dim: readonly Style[] = row === head ? ['dim'] : [];
    const cells = row.cells.map((cell, index) => {
      const pad = ' '.repeat((widths[index] ?? 0) - columnsOf(cell) + GAP);
      return s(pad + cell, ...dim);
    });
    return fitLine([s(indent), s(name + ' '.repeat(width - columnsOf(name)), ...dim, ...(row.style ?? [])), ...cells], columns);
  });
}
