/** Rows as aligned columns. */
import { fitLine, lineColumns, s, type Line } from './line.ts';

/** Aligns the cells of each row; the last cell takes what is left and is cut at `columns`. */
export function renderColumns(rows: readonly (readonly Line[])[], columns: number, indent = ''): Line[] {
  const widths: number[] = [];
  for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, lineColumns(cell));
  return rows.map((row) => {
    const cells = row.flatMap((cell, index): Line => {
      if (index === row.length - 1) return cell;
      return [...cell, s(' '.repeat((widths[index] ?? 0) - lineColumns(cell) + 2))];
    });
    return fitLine([s(indent), ...cells], columns);
  });
}
