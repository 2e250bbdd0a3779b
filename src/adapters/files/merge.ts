/** A save that went into a file which had been replaced meanwhile, brought into the file that is there now. */
import { diff3Merge } from 'node-diff3';

/**
 * `current` with what `late` changes against `base`. Lines that only one side changed are that side's; where both inserted
 * something in one place, both stay; where both changed one line, `current` stands, because it was saved later.
 */
export function mergeLate(base: string, current: string, late: string): string {
  if (current === base || current === late) return late;
  if (late === base) return current;
  const regions = diff3Merge(linesOf(current), linesOf(base), linesOf(late), { excludeFalseConflicts: true });
  return regions.flatMap((region) => (region.conflict === undefined ? (region.ok ?? []) : both(region.conflict))).join('');
}

function both({ a: current, o: base, b: late }: { a: string[]; o: string[]; b: string[] }): string[] {
  // Neighbouring lines that were changed by one side each come as one conflict, and so does what both wrote after them.
  const lines = base.map((line, index) => (current[index] === line ? late[index] : current[index]));
  return [...lines, ...ended(late.slice(base.length)), ...current.slice(base.length)].filter((line) => line !== undefined);
}

/** Each with its line ending, which the last may lack. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** A text that ended without a line ending gets one where something follows now. */
function ended(lines: readonly string[]): string[] {
  return lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`));
}
