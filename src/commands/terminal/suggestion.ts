/** Suggestions as a terminal shows them: what each would do, why, and the diff. */
import { lineDiff } from '../../core/line-diff.ts';
import type { SuggestionRecord } from '../../core/record.ts';
import { fieldLine } from './diff.ts';
import { fitLine, s, type Line, type Style } from './line.ts';
import { oneLine, wrap } from './text.ts';
import { wrapLine } from './wrap.ts';

/** Lines that stay the same and are shown around those that do not. */
const CONTEXT_LINES = 2;

/** The lines of one suggestion. */
export function suggestionLines(suggestion: SuggestionRecord, columns: number): Line[] {
  const { id, title, reasoning, ticked, state, problem, risks, type, before, after } = suggestion;
  const paragraphs = reasoning.split(/\n\s*\n/).filter((text) => text.trim() !== '');
  // What takes a task's place is read better whole than woven into it.
  const diff = type === 'break_down_task' ? [...lineDiff(before ?? '', ''), ...lineDiff('', after)] : lineDiff(before ?? '', after);
  return [
    fitLine([s(ticked ? '☑ ' : '☐ ', ticked ? 'green' : 'dim'), s(oneLine(title), 'bold')], columns),
    fitLine([s(`  ${id}`, 'cyan'), s(state === 'open' ? '' : `  ${state}`, 'yellow')], columns),
    ...(problem === null ? [] : wrap(oneLine(problem), columns - 2).map((line): Line => [s(`  ${line}`, 'yellow')])),
    ...paragraphs.flatMap((text) => wrap(oneLine(text), columns - 2).map((line): Line => [s(`  ${line}`)])),
    ...risks.flatMap((risk) => wrapLine(fieldLine(risk, { columns, color: false }, risk.before === null), columns, 2)),
    ...withContext(diff).map((line) => fitLine([s(`    ${oneLine(line)}`, ...styleOf(line))], columns)),
  ];
}

function styleOf(line: string): readonly Style[] {
  return line.startsWith('+') ? ['green'] : line.startsWith('-') ? ['red'] : ['dim'];
}

/** The changed lines and a few around them; what is left out is a mark. */
function withContext(lines: readonly string[]): readonly string[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1).some((line) => !line.startsWith(' ')),
  );
  return lines.flatMap((line, at) => (near[at] === true ? [line] : near[at - 1] === true && at < lines.length - 1 ? [' …'] : []));
}
