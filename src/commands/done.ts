/** `plans done`: a person's work as a task's commit. */
import type { GateResult } from '../core/outcome.ts';
import { shellWord } from '../core/shell.ts';
import { flagWords } from '../core/weakened.ts';
import { EXIT, type Command, type CommandContext } from './context.ts';
import { namedTask } from './named-task.ts';
import { inWorkspace, writeJson } from './reading.ts';
import { caller } from './steering.ts';
import { duration } from './terminal/duration.ts';
import { tailLines } from './terminal/feed.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { count, oneLine } from './terminal/text.ts';

/** Lines of a failed gate's output. */
const TAIL_LINES = 20;
/** Paths that are listed before a person says yes. */
const MAX_LISTED = 20;

/** Runs a task's gates on the checkout, then commits what a person changed with the ticked box. */
export const done: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { doneByHand } = await import('../engine/by-hand.ts');
    const { plan, task } = await namedTask(workspace, 'done', input.arguments);
    const stop = new AbortController();
    const stopListening = context.onSignal(() => stop.abort());
    try {
      const result = await doneByHand(caller(context, input, workspace, plan), {
        task,
        files:
          input
            .text('files')
            ?.split(',')
            .map((glob) => glob.trim())
            .filter(Boolean) ?? null,
        gates: !input.flag('no-gates'),
        confirm: (paths) => confirmed(context, task, paths, input.flag('yes')),
        listen: (gate) => {
          if (!context.json && !context.quiet) context.out.write(paintLines(gateLines(gate), context.out.color));
        },
        signal: stop.signal,
      });
      if (context.json) {
        const told =
          result.type === 'committed'
            ? { commit: result.commit, files: result.files, flags: result.flags, status: result.plan.status }
            : {};
        writeJson(context, {
          version: 1,
          id: plan,
          task,
          result: result.type,
          ...told,
          gate: result.type === 'gate-failed' ? result.gate : null,
        });
      } else if (result.type === 'committed' && !context.quiet) {
        const next = result.plan.status === 'completed' ? 'That was the last task.' : `Go on: plans run ${shellWord(plan)}`;
        context.out.write(
          `${shellWord(plan)}: ${task} is done, ${count(result.files.length, 'file')} in commit ${result.commit.slice(0, 7)}. ${next}\n`,
        );
        if (result.flags.length > 0) context.out.write(`It weakens what is checked, and its commit says so: ${flagWords(result.flags)}.\n`);
      } else if (result.type === 'gate-failed') {
        context.err.write(
          `plans: Gate "${oneLine(result.gate.name)}" failed, and nothing was committed. Mend it and run this again, or say --no-gates.\n`,
        );
      }
      return result.type === 'gate-failed' ? EXIT.failed : EXIT.done;
    } finally {
      stopListening();
    }
  });

/** Shows what would go in and asks, where a person sits at a terminal. */
async function confirmed(context: CommandContext, task: string, paths: readonly string[], yes: boolean): Promise<boolean> {
  if (yes || context.json || context.ask === undefined) return true;
  const listed = paths.slice(0, MAX_LISTED).map((path) => `  ${oneLine(path)}\n`);
  const more = paths.length > MAX_LISTED ? `  … and ${paths.length - MAX_LISTED} more\n` : '';
  context.err.write(paths.length === 0 ? `Nothing is changed; only the box of ${task} would be ticked.\n` : `${listed.join('')}${more}`);
  const answer = await context.ask(`Commit ${paths.length === 0 ? 'the tick' : count(paths.length, 'file')} as ${task}? [Y/n] `);
  return /^(?:y(?:es)?)?$/i.test(answer.trim());
}

function gateLines(gate: GateResult): Line[] {
  const facts = gate.status === 'skipped' ? '' : ` in ${duration(gate.durationMs)}`;
  const line: Line = [s(`gate ${oneLine(gate.name)} ${gate.status}${facts}${gate.reason === '' ? '' : `: ${oneLine(gate.reason)}`}`)];
  return gate.status === 'failed' ? [line, ...tailLines(gate.tail, TAIL_LINES, '  ')] : [line];
}
