/** A unified diff as lines with their numbers. */

export interface PatchLine {
  readonly type: 'hunk' | 'same' | 'gone' | 'new' | 'note';
  /** Numbers in both versions, from 1; null where the line is not in one. */
  readonly before: number | null;
  readonly after: number | null;
  /** Without its sign. */
  readonly text: string;
}

/** Reads the hunks of one file. */
export function patchLines(patch: string): readonly PatchLine[] {
  const lines: PatchLine[] = [];
  let before = 0;
  let after = 0;
  for (const line of patch.replace(/\n$/, '').split('\n')) {
    const [, from, to] = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line) ?? [];
    const text = line.slice(1);
    if (from !== undefined && to !== undefined) {
      [before, after] = [Number(from), Number(to)];
      lines.push({ type: 'hunk', before: null, after: null, text: line });
    } else if (line.startsWith('+')) {
      lines.push({ type: 'new', before: null, after, text });
      after += 1;
    } else if (line.startsWith('-')) {
      lines.push({ type: 'gone', before, after: null, text });
      before += 1;
    } else if (line.startsWith('\\')) lines.push({ type: 'note', before: null, after: null, text: text.trim() });
    else {
      lines.push({ type: 'same', before, after, text });
      before += 1;
      after += 1;
    }
  }
  return lines;
}

/** A tab is as wide as so many characters. */
const TAB = 8;

/**
 * What a diff takes, in characters: its line numbers, and its longest line. What is not ASCII may be as wide as two; one that needs less has room
 * at its end.
 */
export function sizeOf(lines: readonly PatchLine[]): { readonly digits: number; readonly columns: number } {
  let [last, columns] = [0, 0];
  for (const { before, after, text } of lines) {
    last = Math.max(last, before ?? 0, after ?? 0);
    columns = Math.max(columns, text.length + (text.match(/\t/g)?.length ?? 0) * (TAB - 1) + (text.match(/[^\0-\u{7f}]/gu)?.length ?? 0));
  }
  return { digits: String(last).length, columns };
}

/** Files as one looks at them: what was made first, and after it the plan files that tell of it. */
export function plansLast<T extends { readonly path: string }>(files: readonly T[]): readonly T[] {
  const isPlan = ({ path }: T): boolean => path.endsWith('.plan.md');
  return [...files.filter((file) => !isPlan(file)), ...files.filter(isPlan)];
}
