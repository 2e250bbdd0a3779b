/** `plans list`: a line for each plan. */
import type { DiagnosticRecord, PlanRecord } from '../core/record.ts';
import { shellWord } from '../core/shell.ts';
import { EXIT, type Command } from './context.ts';
import { inWorkspace, writeJson } from './reading.ts';
import { renderColumns } from './terminal/columns.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { statusStretch } from './terminal/status-words.ts';
import { count, oneLine } from './terminal/text.ts';

/** Lists the plans. */
export const list: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { readSynced, syncFiles } = await import('../engine/sync.ts');
    // Dates and reasons come from history; the short list needs neither, and git need not be asked.
    const sync = context.json ? (await import('../engine/export.ts')).syncAll : syncFiles;
    const { plans, problems } = await readSynced(workspace, sync, (store) => {
      const found = new Map<string, DiagnosticRecord[]>();
      for (const { planId, diagnostic } of store.records.diagnostics()) {
        const known = found.get(planId);
        if (known === undefined) found.set(planId, [diagnostic]);
        else known.push(diagnostic);
      }
      return { plans: store.records.plans(), problems: found };
    });
    const wanted = new Set(input.all('status'));
    const shown = plans.filter(
      (plan) => wanted.size === 0 || wanted.has(plan.status) || (wanted.has('open') && (plan.status !== 'completed' || !plan.valid)),
    );
    if (context.json) {
      writeJson(context, { version: 1, plans: shown.map((plan) => ({ ...plan, diagnostics: problems.get(plan.id) ?? [] })) });
      return EXIT.done;
    }
    if (shown.length === 0) {
      const none = plans.length === 0 ? 'There are no plans yet. Write one: plans new "TITLE"' : `No plan is ${[...wanted].join(' or ')}.`;
      if (!context.quiet) context.err.write(`${none}\n`);
      return EXIT.done;
    }
    const rows = shown.map((plan) => row(plan, problems.get(plan.id) ?? []));
    context.out.write(paintLines(renderColumns(rows, context.out.size().columns), context.out.color));
    return EXIT.done;
  });

function row(plan: PlanRecord, problems: readonly DiagnosticRecord[]): readonly Line[] {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  const trouble: Line =
    first === undefined ? [] : [s(`✘ ${count(errors.length, 'error')}, line ${first.line}: ${oneLine(first.message)}`, 'red')];
  const progress = `${plan.completedTasks}/${plan.totalTasks}`;
  return [
    [s(shellWord(plan.id), 'bold')],
    [plan.valid ? statusStretch(plan.status, null) : s('invalid', 'red')],
    [s(progress.padStart(7), plan.totalTasks > 0 && plan.completedTasks === plan.totalTasks ? 'green' : 'dim')],
    trouble.length > 0 ? trouble : [s(oneLine(plan.title))],
  ];
}
