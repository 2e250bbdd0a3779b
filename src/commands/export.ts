/** `plans export`: everything as one JSON document, or one plan in a format of other tools. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PlanFormat } from '../engine/plan-formats.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput } from './context.ts';
import { inWorkspace, loadPlan } from './reading.ts';
import { count } from './terminal/text.ts';

/** Prints or writes the export. */
export const exportAll: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const format = input.text('format') ?? 'json';
    const { text, what } =
      format === 'json' ? await stateText(workspace, input) : await planText(context, workspace, input, format as PlanFormat);
    const out = input.text('out');
    if (out === undefined || out === '-') {
      context.out.write(text);
      return EXIT.done;
    }
    try {
      await writeFile(resolve(context.cwd, out), text);
    } catch (error) {
      throw new CommandError(`${out} could not be written: ${error instanceof Error ? error.message : String(error)}.`);
    }
    if (!context.quiet) context.err.write(`${out}: ${what}\n`);
    return EXIT.done;
  });

async function stateText(workspace: Workspace, input: CommandInput): Promise<{ text: string; what: string }> {
  const { exportState, showPlan } = await import('../engine/export.ts');
  const [named] = input.arguments;
  const state = named === undefined ? await exportState(workspace) : await showPlan(workspace, (await loadPlan(workspace, named)).id);
  return { text: `${JSON.stringify(state, null, 2)}\n`, what: count(state?.plans.length ?? 0, 'plan') };
}

async function planText(
  context: CommandContext,
  workspace: Workspace,
  input: CommandInput,
  format: PlanFormat,
): Promise<{ text: string; what: string }> {
  const [named] = input.arguments;
  if (named === undefined)
    throw new CommandError(`"--format ${format}" is for one plan: plans export PLAN --format ${format}. "plans list" shows them.`);
  if (context.json) throw new CommandError(`--json and --format ${format} cannot both be given: the export is ${format} or JSON.`);
  const plan = await loadPlan(workspace, named);
  if (!plan.valid) throw new CommandError(`${plan.path} has errors, and is not exported. See them: plans lint ${plan.id}`, EXIT.failed);
  const tasks = plan.plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  const { planInFormat } = await import('../engine/plan-formats.ts');
  return { text: await planInFormat(format, plan.text, plan.plan), what: `${plan.id}, ${count(tasks, 'task')}` };
}
