/** Where whole tasks and phases are put in and taken out, and the blank lines that this needs. */
import type { Span, TextEdit } from './diagnostic.ts';
import { afterLineEnding, lineEnd, lineStart, linesOf } from './lines.ts';
import type { Phase, Plan, Task } from './plan.ts';

/** Inserts whole lines as a block of their own at `offset`, the start of a line or the end of the text. `loose` asks for blank lines around it. */
export function insertBlock(text: string, offset: number, source: string, eol: string, loose: boolean): TextEdit {
  const isFirst = offset === 0 || (offset === 1 && text.startsWith('\uFEFF'));
  const unended = !isFirst && !/[\r\n]/.test(text[offset - 1] ?? '');
  const blankBefore = !unended && isBlankBefore(text, offset);
  const blankAfter = text.slice(offset, lineEnd(text, offset)).trim() === '';
  const start = (unended ? eol : '') + (loose && !isFirst && !blankBefore ? eol : '');
  const end = loose && !blankAfter ? eol : '';
  return { offset, length: 0, text: `${start}${/[\r\n]$/.test(source) ? source : source + eol}${end}` };
}

/**
 * Removes a block of whole lines; blank lines after it go with it where it has blank lines, or nothing, before it. `tightly`: what stands
 * before it cannot run together with what stands after.
 */
export function removeBlock(text: string, block: Span, eol: string, tightly: boolean): TextEdit {
  const end = block.offset + block.length;
  if (isBlankBefore(text, block.offset)) {
    const blank = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(text.slice(end))?.[0].length ?? 0;
    return { offset: block.offset, length: block.length + blank, text: '' };
  }
  // What stands before and after must not run together.
  return { ...block, text: tightly || isBlank(text, end, lineEnd(text, end)) || !/[\r\n]$/.test(text.slice(block.offset, end)) ? '' : eol };
}

/** Where a task goes: before another, or after the last of the phase. */
export interface TaskSlot {
  readonly offset: number;
  /** Indentation and marker, as the neighbour has them. */
  readonly prefix: string;
  /** Whether the neighbours are apart by blank lines. */
  readonly loose: boolean;
}

export function taskSlot(text: string, phase: Phase, before: Task | undefined): TaskSlot {
  const last = phase.tasks.at(-1);
  const neighbour = before ?? last;
  if (neighbour === undefined) {
    const prose = phase.place.prose[0];
    const end = prose === undefined ? phase.place.section.offset : prose.offset + prose.length;
    // A length of 0 stands at the end of the heading's line.
    return { offset: prose !== undefined && prose.length > 0 ? end : afterLineEnding(text, lineEnd(text, end)), prefix: '- ', loose: true };
  }
  const { item, box } = neighbour.place;
  const lead = text.slice(item.offset, box.offset - 1);
  const count = /\d+/.exec(lead)?.[0];
  const prefix = count === undefined || before !== undefined ? lead : lead.replace(count, String(Number(count) + 1));
  const loose = phase.tasks.some(
    ({ place }) =>
      linesOf(text, place.item.offset, place.item.offset + place.item.length).some((line) => isBlank(text, line.start, line.end)) ||
      endsApart(text, place.item),
  );
  return { offset: before === undefined ? item.offset + item.length : item.offset, prefix, loose };
}

/** The last place of a plan or section: the end of its last line with text. */
export function endOfText(text: string): number {
  const lines = linesOf(text).filter((line) => !isBlank(text, line.start, line.end));
  return lines.at(-1)?.next ?? text.length;
}

/** Where a phase goes: before another, or at the end of the text. */
export function phaseSlot(text: string, plan: Plan, before: Phase | undefined): number {
  if (before !== undefined) return before.place.section.offset;
  return Math.max(endOfText(text), plan.place.description.offset);
}

/** Whether the line before `offset` is blank, or there is none. */
function isBlankBefore(text: string, offset: number): boolean {
  const line = lineStart(text, Math.max(0, offset - 1));
  return text.slice(line, offset).replace('\uFEFF', '').trim() === '';
}

function isBlank(text: string, start: number, end: number): boolean {
  return text.slice(start, end).trim() === '';
}

function endsApart(text: string, item: Span): boolean {
  const end = item.offset + item.length;
  return end < text.length && isBlank(text, lineStart(text, end), lineEnd(text, end)) && /\S/.test(text.slice(end, end + 200));
}
