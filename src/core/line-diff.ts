/** Two versions of a text as one list of lines: ` ` stays, `-` goes, `+` comes. It holds both whole, so that each can be read back. */

/** Cells of the table that finds what two texts have in common; what is larger shows as all gone and all new. */
const TABLE_MAX = 4_000_000;

/** The lines of the diff of two texts whose lines end with `\n`. */
export function lineDiff(before: string, after: string): readonly string[] {
  const old = linesIn(before);
  const now = linesIn(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return [
    ...old.slice(0, start).map((line) => ` ${line}`),
    ...middle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map((line) => ` ${line}`),
  ];
}

/** Both texts of a diff, or the first line (from 0) that belongs to neither. A line that has lost its blank counts as an empty one that stays. */
export function sidesOf(lines: readonly string[]): { readonly before: string; readonly after: string } | { readonly wrong: number } {
  const before: string[] = [];
  const after: string[] = [];
  for (const [index, line] of lines.entries()) {
    const mark = line.slice(0, 1);
    const rest = line.slice(1);
    if (mark !== ' ' && mark !== '' && mark !== '-' && mark !== '+') return { wrong: index };
    if (mark !== '+') before.push(rest);
    if (mark !== '-') after.push(rest);
  }
  return { before: before.join('\n'), after: after.join('\n') };
}

function linesIn(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

/** What goes before what comes, along a longest common subsequence. */
function middle(old: readonly string[], now: readonly string[]): readonly string[] {
  const width = now.length + 1;
  if ((old.length + 1) * width > TABLE_MAX) return [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)];
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        old[row] === now[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: string[] = [];
  for (let row = 0, column = 0; row < old.length || column < now.length;) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      lines.push(` ${old[row]}`);
      row += 1;
      column += 1;
    } else if (column >= now.length || (row < old.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`-${old[row]}`);
      row += 1;
    } else {
      lines.push(`+${now[column]}`);
      column += 1;
    }
  }
  return lines;
}
