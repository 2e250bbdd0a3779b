/** What changed in a plan, in the plan's own terms, as a terminal shows it. */
import type { PlanChanges } from '../../core/change.ts';
import type { IterationDetail } from '../../engine/iterations.ts';
import { fitLine, s, type Line, type Style } from './line.ts';
import { count, oneLine } from './text.ts';

/** Lines of one iteration in a time line. */
const MAX_LINES = 12;

type Type = 'added' | 'removed' | 'modified' | 'moved';
const MARKS: Readonly<Record<Type, readonly [string, Style]>> = {
  added: ['+', 'green'],
  removed: ['−', 'red'],
  modified: ['~', 'yellow'],
  moved: ['↕', 'cyan'],
};

/** The changes of one iteration, a line each, the first of many. */
export function changeLines(changes: PlanChanges, columns: number): Line[] {
  const { plan, removed, added, modified, moved } = changes;
  const lines: Line[] = [
    ...(plan.length === 0 ? [] : [changeLine('modified', 'the plan', '', fields(plan))]),
    ...removed.phases.map(({ title, id }) => changeLine('removed', `phase ${title || id}`)),
    ...added.phases.map(({ title, id }) => changeLine('added', `phase ${title || id}`)),
    ...modified.phases.map((item) => changeLine('modified', `phase ${item.title || item.id}`, '', fields(item.fields))),
    ...moved.phases.map(({ title, id }) => changeLine('moved', `phase ${title || id}`)),
    ...removed.tasks.map(({ title, id }) => changeLine('removed', title, id)),
    ...added.tasks.map(({ title, id }) => changeLine('added', title, id)),
    ...modified.tasks.map((item) => changeLine('modified', item.title, item.id, fields(item.fields))),
    ...moved.tasks.map(({ title, id, phase }) => changeLine('moved', title, id, `  in ${phase}`)),
  ].map((line) => fitLine(line, columns));
  if (lines.length <= MAX_LINES) return lines;
  const left = lines.length - MAX_LINES + 1;
  return [...lines.slice(0, MAX_LINES - 1), [s(`    and ${count(left, 'more change', 'more changes')}`, 'dim')]];
}

function fields(list: readonly string[]): string {
  return list.length === 0 ? '' : `  ${list.join(', ')}`;
}

function changeLine(type: Type, title: string, id = '', facts = ''): Line {
  const [mark, style] = MARKS[type];
  return [s(`    ${mark} `, style), s(oneLine(title)), s(id === '' ? '' : `  ${id}`, 'dim'), s(oneLine(facts), style)];
}

/** The suggestions that came and went. */
export function suggestionLines({ added, removed }: IterationDetail['suggestions'], columns: number): Line[] {
  return [
    ...added.map(({ title, id }): Line => [s('  + ', 'green'), s('suggestion ', 'dim'), s(oneLine(title)), s(`  ${id}`, 'dim')]),
    ...removed.map(({ title, id }): Line => [s('  − ', 'red'), s('suggestion ', 'dim'), s(oneLine(title)), s(`  ${id}`, 'dim')]),
  ].map((line) => fitLine(line, columns));
}
