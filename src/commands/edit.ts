/** `plans edit`: one task's text in a person's editor. */
import type { Plan } from '../core/plan.ts';
import { findTask } from '../core/progress.ts';
import { shellWord } from '../core/shell.ts';
import { CommandError, EXIT, type Command } from './context.ts';
import { namedTask } from './named-task.ts';
import { inWorkspace, loadPlan, writeJson } from './reading.ts';
import { caller, retryNamed } from './steering.ts';
import { renderDiagnostics } from './terminal/diagnostics.ts';
import { paintLines } from './terminal/line.ts';

/** Opens a task in the editor, puts it back, and offers to try it again. */
export const edit: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { editorCommand, openEditor } = await import('../adapters/editor.ts');
    const { replaceTask, taskText } = await import('../engine/task-text.ts');
    const { taskNamed } = await import('../engine/control.ts');
    const { plan: slug, task } = await namedTask(workspace, 'edit', input.arguments);
    const loaded = await loadPlan(workspace, slug);
    if (!loaded.valid)
      throw new CommandError(
        `${shellWord(loaded.path)} has errors and cannot be edited task by task. See them: plans lint ${shellWord(loaded.id)}`,
        EXIT.failed,
      );
    const { status } = taskNamed(loaded.plan, task);
    const command = editorCommand(context.env);
    if (command === undefined)
      throw new CommandError(`No editor is named. Set EDITOR, for example EDITOR=vi, or edit ${shellWord(loaded.path)} itself.`);
    const from = taskText(loaded.text, loaded.plan, task) ?? '';
    const edited = await openEditor(command, `${task}.md`, from);
    if ('message' in edited) throw new CommandError(edited.message);
    if (edited.text === from) {
      edited.forget();
      if (context.json) writeJson(context, { version: 1, id: loaded.id, task, changed: false });
      else if (!context.quiet) context.out.write(`${shellWord(loaded.id)}: ${task} is as it was.\n`);
      return EXIT.done;
    }
    const kept = `What you wrote is in ${edited.file}.`;
    const result = await replaceTask(caller(context, input, workspace, loaded.id), loaded, { task, from, to: edited.text }).catch(
      (error: unknown) => {
        throw error instanceof Error && error.name === 'Problem' ? new CommandError(`${error.message} ${kept}`) : error;
      },
    );
    if (result.type === 'invalid') {
      context.err.write(
        paintLines(renderDiagnostics(loaded.path, result.text, result.diagnostics, context.err.size().columns), context.err.color),
      );
      throw new CommandError(`The plan would have errors, and was not changed. ${kept}`, EXIT.failed);
    }
    edited.forget();
    const now = idAfter(loaded.plan, result.steered.plan, task);
    const failed = status === 'failed' && findTask(result.steered.plan, now)?.status === 'failed';
    if (context.json) {
      writeJson(context, {
        version: 1,
        id: loaded.id,
        task: now,
        changed: true,
        commit: result.steered.commit,
        runner: result.steered.holder?.pid ?? null,
      });
      return EXIT.done;
    }
    if (!context.quiet)
      context.out.write(
        `${shellWord(loaded.id)}: ${task} is edited${now === task ? '' : `, and is ${now} now`}.${failed ? '' : ` Go on: plans run ${shellWord(loaded.id)}`}\n`,
      );
    if (!failed) return EXIT.done;
    const answer = context.ask === undefined ? 'n' : await context.ask(`Try ${now} again? [Y/n] `);
    if (/^(?:y(?:es)?)?$/i.test(answer.trim()))
      return retryNamed(context, input, workspace, { plan: loaded.id, task: now, fromBase: false });
    context.out.write(`To try it again: plans retry ${shellWord(loaded.id)} ${shellWord(now)}\n`);
    return EXIT.done;
  });

/** What the task is called now: where nothing pins its id, another title gives it another one. */
function idAfter(before: Plan, after: Plan, task: string): string {
  const known = new Set(idsOf(before));
  return findTask(after, task) === undefined ? (idsOf(after).find((id) => !known.has(id)) ?? task) : task;
}

const idsOf = (plan: Plan): readonly string[] => plan.phases.flatMap((phase) => phase.tasks.map(({ id }) => id));
