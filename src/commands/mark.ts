/** `plans ready` and `plans draft`: the author's word on whether a plan may run, written into its file. */
import type { PlanStatus } from '../core/plan.ts';
import { shellWord } from '../core/shell.ts';
import { CommandError, EXIT, type Command, type CommandContext, type ExitCode } from './context.ts';
import { inWorkspace, loadPlan, writeJson } from './reading.ts';
import { renderDiagnostics } from './terminal/diagnostics.ts';
import { paintLines } from './terminal/line.ts';

/** Marks a plan as ready to run. */
export const ready: Command = (context, input) => mark(context, input.arguments[0] ?? '', 'ready');

/** Marks a plan as a draft, which nothing runs. */
export const draft: Command = (context, input) => mark(context, input.arguments[0] ?? '', 'draft');

async function mark(context: CommandContext, argument: string, status: PlanStatus & ('ready' | 'draft')): Promise<ExitCode> {
  return await inWorkspace(context, async (workspace) => {
    const loaded = await loadPlan(workspace, argument);
    const before = loaded.plan.status;
    const errors = loaded.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    if (errors.length > 0) {
      // A file with an error is never rewritten: nobody can say what a splice would land in.
      const lines = renderDiagnostics(loaded.path, loaded.text, errors, context.err.size().columns);
      context.err.write(paintLines(lines, context.err.color));
      throw new CommandError(`${shellWord(loaded.path)} has errors and was not changed. Mend them, then mark it again.`, EXIT.failed);
    }
    const { marking } = await import('../engine/words.ts');
    const make = marking(status, { workspace, planId: loaded.id });
    // What does not allow it is said before anything is touched.
    make(loaded.text, loaded.plan);
    if (before !== status) {
      const { applyEdits } = await import('../core/edit.ts');
      const { checkPlan } = await import('../core/lint.ts');
      let refused: string | undefined;
      const result = await workspace.files.editText(loaded.file, (text) => {
        const edit = make(text, checkPlan(text, loaded.id, { known: workspace.known, cache: workspace.cache }).plan);
        if ('refused' in edit) {
          refused = edit.refused;
          return null;
        }
        return applyEdits(text, edit.edits);
      });
      if (refused !== undefined) throw new CommandError(refused, EXIT.failed);
      if (result.type === 'failed') throw new CommandError(result.message);
    }
    if (context.json) writeJson(context, { version: 1, id: loaded.id, file: loaded.path, status, before });
    else if (!context.quiet) context.out.write(said(loaded.id, loaded.path, before, status));
    return EXIT.done;
  });
}

function said(id: string, path: string, before: PlanStatus, status: 'ready' | 'draft'): string {
  if (before === status) return `${id} is ${status === 'ready' ? 'ready' : 'a draft'} already.\n`;
  return status === 'ready'
    ? `${id} is ready. Run it: plans run ${id}\n`
    : `${id} is a draft again; nothing runs it. (${path} was ${before}.)\n`;
}
