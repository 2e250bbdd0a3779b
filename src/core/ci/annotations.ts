/** Diagnostics of plans as annotations of a workflow: GitHub shows each on its line. */
import type { PlansDiff } from '../diff-record.ts';
import { visibleText } from '../visible.ts';

/** GitHub keeps ten annotations of each kind from one step. */
const KIND_MAX = 10;
const KINDS = { error: 'error', warning: 'warning', hint: 'notice' } as const;
type Severity = keyof typeof KINDS;

/** Workflow commands, one a line, errors first; the last says how many more there are. What plans say cannot be a command. */
export function annotationsOf({ plans }: Pick<PlansDiff, 'plans'>): string[] {
  const all = plans.flatMap(({ after }) => after?.diagnostics.map((diagnostic) => ({ ...diagnostic, file: after.file })) ?? []);
  const bySeverity = Map.groupBy(all, ({ severity }) => severity);
  const lines = (['error', 'warning', 'hint'] as const).flatMap((severity: Severity) =>
    (bySeverity.get(severity) ?? []).slice(0, KIND_MAX).map(({ file, line, column, endLine, endColumn, rule, message }) => {
      // Columns are taken only where there is one line.
      const columns = line === endLine ? `,col=${column},endColumn=${Math.max(column, endColumn)}` : '';
      return `::${KINDS[severity]} file=${property(file)},line=${line},endLine=${endLine}${columns},title=${property(rule)}::${data(message)}`;
    }),
  );
  const left = all.length - lines.length;
  return left === 0
    ? lines
    : [...lines, `${left} more diagnostic${left === 1 ? ' has' : 's have'} no room among the annotations; the review has all it can hold.`];
}

/** Why a step fails, as an annotation of its run: one line. */
export function errorAnnotation(message: string): string {
  return `::error::${data(message)}`;
}

/** As the runner reads it: `%`, line ends, and in a property `:` and `,` are escaped. */
function data(text: string): string {
  return visibleText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
