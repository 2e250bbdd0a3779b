/** `plans import`: a draft from another tracker's task list, with a report of what did not become part of it. */
import { resolve } from 'node:path';
import type { Loss } from '../core/import/imported.ts';
import { CommandError, EXIT, type Command, type CommandContext } from './context.ts';
import { inWorkspace, writeJson } from './reading.ts';
import { renderDiagnostics } from './terminal/diagnostics.ts';
import { paintLines } from './terminal/line.ts';
import { lossLines } from './terminal/losses.ts';
import { count } from './terminal/text.ts';

/** Writes the plan of a foreign list. */
export const importList: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { formatNamed, planFrom, readForeign } = await import('../engine/import.ts');
    const { newPlanPlace, writeNewPlan } = await import('../engine/new-plan.ts');
    const format = input.text('format');
    const list = readForeign(
      resolve(context.cwd, input.arguments[0] ?? ''),
      workspace.root,
      format === undefined ? null : formatNamed(format),
    );
    const place = newPlanPlace(workspace, { title: list.title, slug: input.text('as') });
    const plan = planFrom(list, workspace, place);
    if ('refused' in plan) throw new CommandError(plan.refused, EXIT.failed);
    if (!plan.valid) throw refused(context, plan, { path: place.path, from: list.files[0] ?? '' });
    const isTrial = input.flag('dry-run');
    if (!isTrial && !writeNewPlan(workspace, place, plan.text))
      throw new CommandError(`${place.path} exists already and was not touched. Give the plan another name with --as.`, EXIT.failed);
    const tasks = plan.plan.phases.flatMap((phase) => phase.tasks);
    const counts = {
      phases: plan.plan.phases.length,
      tasks: tasks.length,
      done: tasks.filter(({ status }) => status === 'completed').length,
      skipped: tasks.filter(({ status }) => status === 'skipped').length,
      depending: tasks.filter(({ dependsOn }) => dependsOn.length > 0).length,
    };
    const said = { id: place.id, file: place.path, title: place.title, format: list.format.name, from: list.files };
    if (context.json) {
      writeJson(context, {
        version: 1,
        ...said,
        written: !isTrial,
        ...counts,
        losses: plan.losses,
        ...(isTrial ? { text: plan.text } : {}),
      });
      return EXIT.done;
    }
    if (isTrial) context.out.write(plan.text);
    if (context.quiet) return EXIT.done;
    const report = isTrial ? context.err : context.out;
    const from = list.files.length === 1 ? list.files[0] : count(list.files.length, 'file');
    const done = counts.done + counts.skipped;
    report.write(
      `${place.path}: ${isTrial ? 'would be ' : ''}a draft with ${count(counts.tasks, 'task')} in ${count(counts.phases, 'phase')}, ${done} of them done, from ${from} (${list.format.title}).\n`,
    );
    report.write(paintLines(lossLines(plan.losses), report.color));
    if (!isTrial) report.write(`Read it, then: plans ready ${place.id} && plans run ${place.id}\n`);
    return EXIT.done;
  });

/** Shows why a text makes no plan, as it would stand in the file; the error to throw. */
export function refused(
  context: CommandContext,
  {
    text,
    diagnostics,
    losses,
  }: { readonly text: string; readonly diagnostics: Parameters<typeof renderDiagnostics>[2]; readonly losses: readonly Loss[] },
  { path, from }: { readonly path: string; readonly from: string },
): CommandError {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  context.err.write(paintLines(renderDiagnostics(path, text, errors, context.err.size().columns), context.err.color));
  context.err.write(paintLines(lossLines(losses), context.err.color));
  return new CommandError(
    `${from} makes a plan with ${count(errors.length, 'error')}, shown as it would stand in ${path}. Nothing was written.`,
    EXIT.failed,
  );
}
