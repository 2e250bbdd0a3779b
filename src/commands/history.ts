/** `plans history`: how a plan came to be what it is. */
import { existsSync } from 'node:fs';
import type { PlanChanges } from '../core/change.ts';
import type { PlanDiff } from '../core/diff-record.ts';
import type { IterationRecord } from '../core/record.ts';
import type { IterationDetail } from '../engine/iterations.ts';
import { EXIT, type Command, type CommandContext } from './context.ts';
import { inWorkspace, loadPlan, slugOfArgument, writeJson } from './reading.ts';
import { age, dollars } from './terminal/duration.ts';
import { changeLines, suggestionLines } from './terminal/iteration.ts';
import { fitLine, paintLines, s, type Line, type Style } from './terminal/line.ts';
import { oneLine, wrap } from './terminal/text.ts';

/** Lines of a prompt that are shown in the time line. */
const PROMPT_LINES = 3;

/** The time line of a plan's iterations, or what one of them changed. */
export const history: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const [argument = '', name] = input.arguments;
    const plan = slugOfArgument(argument);
    const { iterationDetail, planHistory } = await import('../engine/iterations.ts');
    if (name !== undefined) {
      const { iteration, diff, suggestions } = await iterationDetail(workspace, plan, name);
      if (context.json) writeJson(context, { version: 1, id: plan, iteration, diff, suggestions });
      else print(context, [...headLines(context, iteration, null), ...(await detailLines(context, diff, suggestions))]);
      return EXIT.done;
    }
    const { iterations, uncommitted } = await planHistory(workspace, plan);
    // A plan that was deleted has a history too; one that never was gets its "did you mean".
    if (iterations.length === 0 && !existsSync(workspace.planPath(plan))) await loadPlan(workspace, plan);
    if (context.json) writeJson(context, { version: 1, id: plan, iterations, uncommitted });
    else if (iterations.length === 0 && uncommitted === null) context.err.write('No commit has this plan yet.\n');
    else
      print(context, [
        ...(uncommitted === null ? [] : uncommittedLines(context, uncommitted)),
        ...iterations.flatMap((one, index): Line[] => [
          ...(index > 0 || uncommitted !== null ? [[]] : []),
          ...headLines(context, one, PROMPT_LINES),
          ...changeLines(one.changes, context.out.size().columns),
        ]),
      ]);
    return EXIT.done;
  });

/** As `plans diff` tells it, and what became of the review. */
async function detailLines(context: CommandContext, diff: PlanDiff | null, suggestions: IterationDetail['suggestions']): Promise<Line[]> {
  const { renderChanges } = await import('./terminal/diff.ts');
  const { columns } = context.out.size();
  const changes =
    diff === null
      ? []
      : diff.type === 'removed'
        ? [[], [s('  − ', 'red'), s('the plan is gone', 'red')]]
        : renderChanges(diff, { columns, color: context.out.color });
  const lines = suggestionLines(suggestions, columns);
  if (changes.length + lines.length === 0) return [[], [s('  It changed nothing that a plan says.', 'dim')]];
  return [...(diff?.changes[0]?.of === 'plan' ? [[]] : []), ...changes, ...(lines.length === 0 ? [] : [[], ...lines])];
}

function print(context: CommandContext, lines: readonly Line[]): void {
  context.out.write(paintLines(lines, context.out.color));
}

function uncommittedLines(context: CommandContext, changes: PlanChanges): Line[] {
  const { columns } = context.out.size();
  return [[s('○ ', 'yellow'), s('not committed', 'yellow'), s('  user_edit', 'bold')], ...changeLines(changes, columns)];
}

const STYLES: Readonly<Record<IterationRecord['iterationType'], Style>> = {
  generation: 'magenta',
  review: 'cyan',
  refine: 'green',
  user_edit: 'yellow',
};

/** When, what kind, who, at what cost; and below it what was said for it: so many lines, or all (null). */
function headLines(context: CommandContext, iteration: IterationRecord, promptLines: number | null): Line[] {
  const { columns } = context.out.size();
  const { iterationType, createdAt, changedBy, authorName, id, costUsd, subject, prompt, changes } = iteration;
  const who = changedBy === 'claude' ? `Claude, by ${authorName}` : authorName;
  const facts = [who, id.slice(0, 10), costUsd === null ? '' : dollars(costUsd)].filter((fact) => fact !== '').map(oneLine);
  const said = prompt === null ? [] : wrap(oneLine(prompt.replaceAll(/\s*\n\s*/g, ' · ')), columns - 4);
  const shown = said.slice(0, promptLines ?? undefined);
  const when = promptLines === null ? createdAt : age(Date.parse(createdAt), context.now());
  return [
    fitLine(
      [s('● ', STYLES[iterationType]), s(when), s(`  ${iterationType}`, 'bold', STYLES[iterationType]), s(`  ${facts.join(' · ')}`, 'dim')],
      columns,
    ),
    fitLine([s(`  ${oneLine(subject)}`)], columns),
    ...shown.map((line, index): Line => [s(`  ${index === shown.length - 1 && said.length > shown.length ? `${line} …` : line}`, 'dim')]),
    ...(changes.was === undefined ? [] : [fitLine([s(`  renamed from ${oneLine(changes.was)}`, 'yellow')], columns)]),
  ];
}
