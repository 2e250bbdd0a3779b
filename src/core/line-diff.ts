/** Two versions of a text as one list of lines: ` ` stays, `-` goes, `+` comes. It holds both whole, so that each can be read back. */
import { align } from './alignment.ts';

/** Lines around a change that a patch shows. */
const CONTEXT = 3;

/** The lines of the diff of two texts whose lines end with `\n`. */
export function lineDiff(before: string, after: string): readonly string[] {
  const [old, now] = [linesIn(before), linesIn(after)];
  return align(old, now).flatMap((piece) =>
    piece.same
      ? old.slice(...piece.before).map((line) => ` ${line}`)
      : [...old.slice(...piece.before).map((line) => `-${line}`), ...now.slice(...piece.after).map((line) => `+${line}`)],
  );
}

/** A unified diff without its file names: what differs, with three lines around it. Empty where nothing differs. */
export function patchOf(before: string, after: string): string {
  const [old, now] = [before, after].map((text) => text.replaceAll('\r\n', '\n'));
  // A file that is not there has no last line that could lack its end.
  const isEnded = [old, now].every((text) => text === '' || text?.endsWith('\n') === true);
  const lines = lineDiff(isEnded ? (old ?? '').slice(0, -1) : (old ?? ''), isEnded ? (now ?? '').slice(0, -1) : (now ?? ''));
  const shown = new Set<number>();
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(' ')) continue;
    for (let near = Math.max(0, index - CONTEXT); near <= Math.min(lines.length - 1, index + CONTEXT); near += 1) shown.add(near);
  }
  let [oldLine, newLine] = [1, 1];
  const hunks: { readonly old: number; readonly now: number; readonly lines: string[] }[] = [];
  for (const [index, line] of lines.entries()) {
    if (shown.has(index)) {
      if (!shown.has(index - 1)) hunks.push({ old: oldLine, now: newLine, lines: [] });
      hunks.at(-1)?.lines.push(line);
    }
    if (!line.startsWith('+')) oldLine += 1;
    if (!line.startsWith('-')) newLine += 1;
  }
  return hunks
    .map((hunk) => [`@@ -${hunk.old},${size(hunk.lines, '+')} +${hunk.now},${size(hunk.lines, '-')} @@`, ...hunk.lines].join('\n'))
    .join('\n');
}

const size = (hunk: readonly string[], without: string) => hunk.filter((line) => !line.startsWith(without)).length;

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
