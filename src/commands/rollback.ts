/** `plans rollback`: takes completed tasks back by commits, boxes included. */
import { shellWord } from '../core/shell.ts';
import type { Rollback } from '../engine/rollback.ts';
import { CommandError, EXIT, type Command, type CommandContext } from './context.ts';
import { inWorkspace, loadPlan, writeJson } from './reading.ts';
import { caller } from './steering.ts';
import { fitLine, paintLines, s, type Line } from './terminal/line.ts';
import { count, oneLine } from './terminal/text.ts';

/** Paths, and tasks, that a sentence names. */
const MAX_NAMED = 10;

/** Reverts the commits of a task, a phase or a plan. */
export const rollback: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const [task, phase] = [input.text('task'), input.text('phase')];
    if (task !== undefined && phase !== undefined)
      throw new CommandError('--task and --phase cannot both be given: name one task, one phase, or neither for the whole plan.');
    const { id } = await loadPlan(workspace, input.arguments[0] ?? '');
    const { rollback: takeBack } = await import('../engine/rollback.ts');
    const dryRun = input.flag('dry-run');
    const outcome = await takeBack(caller(context, input, workspace, id), { task, phase, dryRun });
    if (outcome.type === 'conflict') {
      if (context.json) writeJson(context, { version: 1, plan: id, ...outcome });
      throw new CommandError(
        `The task "${outcome.task}" (${outcome.commit.slice(0, 10)}) cannot be taken back: later commits changed ${named(outcome.paths)} too. Nothing was changed. Take back those later tasks with it, or undo it by hand.`,
        EXIT.failed,
      );
    }
    const { type: _, ...rest } = outcome;
    if (context.json) writeJson(context, { version: 1, plan: id, dryRun, ...rest });
    else show(context, id, rest, dryRun);
    return EXIT.done;
  });

function show(context: CommandContext, plan: string, { tasks, dependents, byHand }: Rollback, dryRun: boolean): void {
  if (context.quiet) return;
  const { columns } = context.out.size();
  const lines: Line[] = tasks.map(({ title, commit, by }) => {
    const ids = [s(commit.slice(0, 10), 'yellow'), s(by === null ? '' : ` ↩ ${by.slice(0, 10)}`, 'dim')];
    return fitLine([...ids, s(`  ${oneLine(title)}`)], columns);
  });
  if (dependents.length > 0)
    lines.push([s(`Still completed, and built on what ${dryRun ? 'would be' : 'was'} taken back: ${named(dependents)}.`, 'yellow')]);
  if (byHand.length > 0) lines.push([s(`Ticked by hand, and left so: ${named(byHand)}.`, 'yellow')]);
  const sum = count(tasks.length, 'task');
  const again = tasks.length === 1 ? 'it' : 'them';
  const end = dryRun
    ? `${sum} would be taken back; nothing was changed.`
    : `${sum} taken back. To do ${again} again: plans run ${shellWord(plan)}`;
  lines.push([s(end)]);
  context.out.write(paintLines(lines, context.out.color));
}

function named(items: readonly string[]): string {
  const some = items.slice(0, MAX_NAMED).map((item) => `"${oneLine(item)}"`);
  return `${some.join(', ')}${items.length > MAX_NAMED ? ` and ${items.length - MAX_NAMED} more` : ''}`;
}
