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

/** Files as one looks at them: what was made first, and after it the plan files that tell of it. */
export function plansLast<T extends { readonly path: string }>(files: readonly T[]): readonly T[] {
  const isPlan = ({ path }: T): boolean => path.endsWith('.plan.md');
  return [...files.filter((file) => !isPlan(file)), ...files.filter(isPlan)];
}
