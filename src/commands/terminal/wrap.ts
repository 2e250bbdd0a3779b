/** Styled text on several lines. */
import { lineColumns, s, type Line, type Stretch } from './line.ts';
import { columnsOf, fit } from './text.ts';

/** The words of a line on lines of at most `columns`, each begun with `indent` blanks. */
export function wrapLine(line: Line, columns: number, indent: number): Line[] {
  const room = Math.max(10, columns - indent);
  const lines: Stretch[][] = [[]];
  let used = 0;
  for (const { text, style } of line) {
    for (const token of text.match(/\s+|\S+/g) ?? []) {
      const blank = /^\s/.test(token);
      const wide = columnsOf(token);
      if (blank ? used >= room : used > 0 && used + wide > room) {
        lines.push([]);
        used = 0;
      }
      if (blank && used === 0) continue;
      lines.at(-1)?.push({ text: fit(token, room), style });
      used += Math.min(wide, room);
    }
  }
  return lines.filter((each) => lineColumns(each) > 0).map((each) => [s(' '.repeat(indent)), ...each]);
}
