/** `plans new`: a draft, from nothing or from a list that somebody wrote. */
import { templatePlan } from '../core/template.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput } from './context.ts';
import { refused } from './import.ts';
import { inWorkspace, writeJson } from './reading.ts';
import { readSource } from './source.ts';
import { paintLines } from './terminal/line.ts';
import { lossLines } from './terminal/losses.ts';
import { count } from './terminal/text.ts';

/** Writes a new draft plan. */
export const newPlan: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { newPlanPlace, writeNewPlan } = await import('../engine/new-plan.ts');
    const place = newPlanPlace(workspace, { title: input.arguments[0] ?? '', slug: input.text('slug') });
    const { id: slug, title, path } = place;
    const text = await draftText(context, workspace, input, { title, slug, path });
    if (!writeNewPlan(workspace, place, text)) throw takenName(path);
    const { checkPlan } = await import('../core/lint.ts');
    const { plan } = checkPlan(text, slug, { known: workspace.known });
    const tasks = plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
    if (context.json) writeJson(context, { version: 1, id: slug, file: path, title, phases: plan.phases.length, tasks });
    else if (!context.quiet) {
      context.out.write(`${path}: a draft with ${count(tasks, 'task')}. Edit it, then: plans ready ${slug} && plans run ${slug}\n`);
    }
    return EXIT.done;
  });

/** What is said where a plan of that name is there already. */
function takenName(path: string): CommandError {
  return new CommandError(
    `${path} exists already and was not touched. Give the plan another title, or another name with --slug.`,
    EXIT.failed,
  );
}

async function draftText(
  context: CommandContext,
  workspace: Workspace,
  input: CommandInput,
  { title, slug, path }: { title: string; slug: string; path: string },
): Promise<string> {
  const from = input.text('from');
  if (from === undefined) return templatePlan(title);
  const source = await readSource(context, '--from', from);
  const name = from === '-' ? 'Standard input' : from;
  const { planFrom, readForeignText } = await import('../engine/import.ts');
  const plan = planFrom(readForeignText(source, name), workspace, { id: slug, title });
  if ('refused' in plan) throw new CommandError(plan.refused, EXIT.failed);
  if (!plan.valid) throw refused(context, plan, { path, from: name });
  if (!context.quiet) context.err.write(paintLines(lossLines(plan.losses), context.err.color));
  return plan.text;
}
