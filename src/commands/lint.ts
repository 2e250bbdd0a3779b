/** `plans lint`: every rule over every plan, and the safe fixes. */
import { basename, isAbsolute, join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { diagnosticRecord } from '../core/record.ts';
import { shellWord } from '../core/shell.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext } from './context.ts';
import {
  inWorkspace,
  loadPlan,
  planIds,
  readPlanFile,
  REVIEW_SUFFIX,
  shownPath,
  slugOfArgument,
  writeJson,
  type LoadedPlan,
} from './reading.ts';
import { diagnosticsSummary, renderDiagnostics } from './terminal/diagnostics.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { count } from './terminal/text.ts';

/** Checks plans; with `--fix` mends what is safe to mend. */
export const lint: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const plans: LoadedPlan[] = [];
    let fixed = 0;
    for (const read of await targets(context, workspace, input.arguments)) {
      const loaded = await read();
      if (!input.flag('fix') || loaded.diagnostics.every((diagnostic) => diagnostic.fix === undefined)) plans.push(loaded);
      else {
        const mended = await fix(workspace, loaded);
        fixed += mended.fixed;
        plans.push(mended.plan);
      }
    }
    const all = plans.flatMap((plan) => plan.diagnostics);
    if (context.json) writeJson(context, report(plans, all, fixed));
    else context.out.write(paintLines(text(context, plans, all, fixed), context.out.color));
    return all.some((diagnostic) => diagnostic.severity === 'error') ? EXIT.failed : EXIT.done;
  });

/** What is to be read: all plans, or slugs and files as named. */
async function targets(context: CommandContext, workspace: Workspace, named: readonly string[]): Promise<(() => Promise<LoadedPlan>)[]> {
  if (named.length > 0)
    return named.map((name) => () => (looksLikePath(name) ? loadFile(context, workspace, name) : loadPlan(workspace, name)));
  return (await planIds(workspace)).map((id) => () => loadPlan(workspace, id));
}

function looksLikePath(name: string): boolean {
  return name.includes('/') || name.includes('\\') || name.endsWith('.md');
}

async function loadFile(context: CommandContext, workspace: Workspace, name: string): Promise<LoadedPlan> {
  const file = isAbsolute(name) ? name : join(context.cwd, name);
  if (name.endsWith(REVIEW_SUFFIX))
    throw new CommandError(
      `${shownPath(workspace, file)} is a review and no plan. What is wrong in it: plans review ${shellWord(slugOfArgument(name))}`,
    );
  const loaded = await readPlanFile(workspace, file, slugOfArgument(basename(name)).replace(/\.md$/, ''));
  if (loaded === undefined) throw new CommandError(`There is no file ${shownPath(workspace, file)}.`);
  return loaded;
}

async function fix(workspace: Workspace, loaded: LoadedPlan): Promise<{ plan: LoadedPlan; fixed: number }> {
  const { editText } = await import('../adapters/files.ts');
  const { fixText } = await import('../core/fix.ts');
  let fixed = 0;
  const result = await editText(loaded.file, (current) => {
    const mended = fixText(current, loaded.id, workspace.known);
    fixed = mended.fixed;
    return mended.text;
  });
  if (result.type === 'failed') throw new CommandError(result.message);
  return { plan: (await readPlanFile(workspace, loaded.file, loaded.id)) ?? loaded, fixed };
}

function text(context: CommandContext, plans: readonly LoadedPlan[], all: readonly Diagnostic[], fixed: number): readonly Line[] {
  const { columns } = context.out.size();
  const lines = plans.flatMap((plan) => {
    const shown = context.quiet ? plan.diagnostics.filter((diagnostic) => diagnostic.severity === 'error') : plan.diagnostics;
    return renderDiagnostics(plan.path, plan.text, shown, columns);
  });
  if (fixed > 0) lines.push([s('✔ ', 'green'), s(`${count(fixed, 'finding')} mended`)]);
  if (!context.quiet || all.length > 0) lines.push(diagnosticsSummary(all, plans.length));
  return lines;
}

function report(plans: readonly LoadedPlan[], all: readonly Diagnostic[], fixed: number) {
  const tally = (severity: Diagnostic['severity']) => all.filter((diagnostic) => diagnostic.severity === severity).length;
  return {
    version: 1,
    errors: tally('error'),
    warnings: tally('warning'),
    hints: tally('hint'),
    fixed,
    plans: plans.map((plan) => ({
      id: plan.id,
      file: plan.path,
      valid: plan.valid,
      diagnostics: plan.diagnostics.map((diagnostic) => ({ ...diagnosticRecord(diagnostic), fix: diagnostic.fix?.title ?? null })),
    })),
  };
}
