/** Findings with their place, their line and a squiggle. */
import type { Diagnostic, Severity } from '../../core/diagnostic.ts';
import { shellWord } from '../../core/shell.ts';
import { fitLine, s, type Line, type Style } from './line.ts';
import { columnsOf, count, oneLine, wrap } from './text.ts';

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', hint: 'cyan' };
/** Columns of a long source line that are kept before the finding. */
const LEAD_COLUMNS = 24;

/** A file's findings. `file` is shown as given; `text` is the file's, a byte order mark included. */
export function renderDiagnostics(file: string, text: string, diagnostics: readonly Diagnostic[], columns: number): Line[] {
  const lines = diagnostics.length === 0 ? [] : text.split(/\r\n|\n|\r/);
  return diagnostics.flatMap((diagnostic) => renderDiagnostic(file, lines, diagnostic, columns));
}

function renderDiagnostic(file: string, lines: readonly string[], diagnostic: Diagnostic, columns: number): Line[] {
  const style = STYLES[diagnostic.severity];
  const shown: Line[] = [
    [
      s(`${shellWord(file)}:${diagnostic.line}:${diagnostic.column}`, 'bold'),
      s('  '),
      s(diagnostic.severity, style),
      s(`  ${diagnostic.rule}`, 'dim'),
    ],
    ...messageLines(diagnostic.message, columns),
  ];
  shown.push(...excerpt(lines[diagnostic.line - 1] ?? '', diagnostic, columns, style));
  if (diagnostic.fix !== undefined) shown.push([s('  fix: ', 'cyan'), s(oneLine(diagnostic.fix.title)), s('  (plans lint --fix)', 'dim')]);
  shown.push([]);
  return shown;
}

function messageLines(message: string, columns: number): Line[] {
  return message.split('\n').flatMap((paragraph) => wrap(oneLine(paragraph), columns - 2).map((line): Line => [s(`  ${line}`)]));
}

/** The source line and what it is about. A long line is cut so that the finding stays in sight. */
function excerpt(source: string, diagnostic: Diagnostic, columns: number, style: Style): Line[] {
  const gutter = `  ${String(diagnostic.line).padStart(4)} │ `;
  const room = Math.max(20, columns - gutter.length);
  const endOfSpan = diagnostic.endLine === diagnostic.line ? diagnostic.endColumn - 1 : source.length;
  let before = oneLine(source.slice(0, diagnostic.column - 1));
  const marked = oneLine(source.slice(diagnostic.column - 1, Math.max(endOfSpan, diagnostic.column - 1)));
  if (columnsOf(before) > room - LEAD_COLUMNS) before = `…${before.slice(-LEAD_COLUMNS).toWellFormed()}`;
  const after = oneLine(source.slice(Math.max(endOfSpan, diagnostic.column - 1)));
  const squiggle = '^'.repeat(Math.max(1, columnsOf(marked)));
  return [
    fitLine([s(gutter, 'dim'), s(before + marked + after)], columns),
    fitLine([s(`${' '.repeat(gutter.length - 2)}│ `, 'dim'), s(' '.repeat(columnsOf(before))), s(squiggle, style)], columns),
  ];
}

/** `2 errors, 1 warning in 3 plans; 2 can be fixed with plans lint --fix`. */
export function diagnosticsSummary(all: readonly Diagnostic[], plans: number): Line {
  const tally = (severity: Severity) => all.filter((diagnostic) => diagnostic.severity === severity).length;
  const errors = tally('error');
  const parts = [
    errors > 0 ? count(errors, 'error') : '',
    tally('warning') > 0 ? count(tally('warning'), 'warning') : '',
    tally('hint') > 0 ? count(tally('hint'), 'hint') : '',
  ].filter((part) => part !== '');
  const fixable = all.filter((diagnostic) => diagnostic.fix !== undefined).length;
  if (parts.length === 0) return [s('✔ ', 'green'), s(`${count(plans, 'plan')} checked, nothing to complain about`)];
  const mark = errors > 0 ? s('✘ ', 'red') : s('⚠ ', 'yellow');
  return [
    mark,
    s(`${parts.join(', ')} in ${count(plans, 'plan')}`),
    s(fixable > 0 ? `; plans lint --fix mends ${fixable} of them` : '', 'dim'),
  ];
}
