/** `plans stash`: what failed and interrupted attempts left in the checkout, put away and brought back. */
import { shellWord } from '../core/shell.ts';
import type { BroughtBack, PutAway } from '../engine/leftovers.ts';
import { CommandError, EXIT, type Command } from './context.ts';
import { namedTask } from './named-task.ts';
import { inWorkspace, writeJson } from './reading.ts';
import { caller, namedPlan } from './steering.ts';
import { count, oneLine } from './terminal/text.ts';

/** Paths that a sentence names. */
const MAX_NAMED = 5;

/** Puts leftovers away under refs; with `--pop`, brings those of one task back. */
export const stash: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const [name = ''] = input.arguments;
    const isWhole = input.arguments.length === 1 && (!name.includes('/') || name.endsWith('.plan.md'));
    const { plan, task } = isWhole
      ? { plan: await namedPlan(workspace, name), task: null }
      : await namedTask(workspace, 'stash', input.arguments);
    const { popStash, stash: putAway } = await import('../engine/stash.ts');
    const by = caller(context, input, workspace, plan);
    if (input.flag('pop')) {
      if (task === null) throw new CommandError(`--pop brings back what one task left: plans stash ${shellWord(plan)} TASK --pop`);
      const back = await popStash(by, task);
      if (context.json) writeJson(context, { version: 1, id: plan, ...back });
      else if (!context.quiet) context.out.write(`${shellWord(plan)}: ${oneLine(`${task}: ${saidOfPop(back)}`)}\n`);
      return EXIT.done;
    }
    const gone = await putAway(by, task);
    if (context.json) writeJson(context, { version: 1, id: plan, tasks: gone });
    else if (!context.quiet) {
      const lines = gone.map((one) => `${shellWord(plan)}: ${oneLine(`${one.task}: ${saidOf(plan, one)}`)}\n`);
      const nothing = `${shellWord(plan)}: Nothing that an attempt${task === null ? '' : ` at ${task}`} left is in the checkout.\n`;
      context.out.write(lines.length === 0 ? nothing : lines.join(''));
    }
    return EXIT.done;
  });

/** What became of a task's leftovers, in sentences. `kept`: they were to stay. */
export function saidOf(plan: string, { task, ref, files, stays }: PutAway, kept = false): string {
  const back = `plans stash ${shellWord(plan)} ${shellWord(task)} --pop`;
  const gone = ref === null ? '' : `What its last attempt left is put away: ${namedFiles(files)} (${back} brings it back).`;
  const rest = stays.length === 0 ? '' : `In the checkout stays${kept ? '' : ' what you have changed'}: ${namedFiles(stays)}.`;
  return [gone, rest].filter((part) => part !== '').join(' ');
}

function saidOfPop({ files, stays }: BroughtBack): string {
  const back =
    files.length === 0 ? 'Nothing was brought back.' : `What its last attempt left is in the checkout again: ${namedFiles(files)}.`;
  return stays.length === 0 ? back : `${back} Not touched, as you have something uncommitted there: ${namedFiles(stays)}.`;
}

function namedFiles(files: readonly string[]): string {
  const some = files.slice(0, MAX_NAMED).join(', ');
  return files.length > MAX_NAMED ? `${some} and ${count(files.length - MAX_NAMED, 'more file')}` : some;
}
