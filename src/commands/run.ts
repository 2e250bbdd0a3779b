/** `plans run`: carries out a plan, shows it, and ends with the box. */
import { resolve } from 'node:path';
import { shellWord } from '../core/shell.ts';
import type { RunSummary } from '../core/summary.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput, type ExitCode } from './context.ts';
import { inWorkspace, loadPlan, planIds, readPlanFile, slugOfArgument } from './reading.ts';
import { renderBox } from './terminal/box.ts';
import { feedProgress, jsonProgress } from './terminal/feed.ts';
import { paintLines } from './terminal/line.ts';
import { liveProgress, type Progress } from './terminal/live.ts';
import { oneLine } from './terminal/text.ts';

/** Runs a plan to its end or its next pause. */
export const run: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const named = input.arguments[0];
    if (input.flag('in-place')) return await runInPlace(context, workspace, input);
    const plan = named === undefined ? await onlyReadyPlan(context, workspace, input) : slugOfArgument(named);
    if (plan === undefined) return EXIT.done;
    if (input.text('task') !== undefined && input.text('from') !== undefined) {
      throw new CommandError('--task and --from cannot both be given: --task runs one task alone, --from begins at one and goes on.');
    }
    if (input.flag('dry-run')) {
      const { dryRun } = await import('./dry-run.ts');
      return await dryRun(context, workspace, await loadPlan(workspace, plan), { task: input.text('task'), from: input.text('from') });
    }
    // A slug that names nothing gets its "did you mean" before anything is set up.
    if (named !== undefined) await loadPlan(workspace, plan);
    return await runToEnd(context, workspace, plan, input);
  });

/** Runs the list of another tool where it stands. */
async function runInPlace(context: CommandContext, workspace: Workspace, input: CommandInput): Promise<ExitCode> {
  const [file] = input.arguments;
  if (file === undefined) throw new CommandError('--in-place needs the list to run: plans run --in-place specs/001-login/tasks.md');
  for (const option of ['remote', 'dry-run', 'wait'])
    if (input.flag(option))
      throw new CommandError(
        `--in-place and --${option} cannot both be given: a list that stays where it is keeps no state for it. Import it: plans import ${shellWord(file)}`,
      );
  const { withListInPlace } = await import('../engine/in-place.ts');
  const list = withListInPlace(workspace, resolve(context.cwd, file));
  const code = await runToEnd(context, list.workspace, list.planId, input);
  if (code !== EXIT.done && !context.json)
    context.err.write(
      `This list is no plan to the other commands. What failed is open in it; go on with: plans run --in-place ${shellWord(file)}\n`,
    );
  return code;
}

/** Runs a plan with its progress on the terminal, and says how it ended. */
export async function runToEnd(context: CommandContext, workspace: Workspace, plan: string, input: CommandInput): Promise<ExitCode> {
  let summary = await perform(context, workspace, plan, input);
  for (let at = resetOf(summary); at !== null && input.flag('wait'); at = resetOf(summary)) {
    const { waitUntil } = await import('./wait.ts');
    // Before it is said that Ctrl-C ends it, somebody has to listen.
    const reached = waitUntil(context, Date.parse(at));
    if (!context.json) context.out.write(`Waiting until ${at}. Ctrl-C ends the wait; the plan stays paused.\n`);
    if (!(await reached)) break;
    summary = await perform(context, workspace, plan, input);
  }
  return exitCode(summary);
}

/** When the rate limit resets that a run has paused for; null where it did not, or nobody said. */
function resetOf({ end }: RunSummary): string | null {
  return end.type === 'paused' && end.reason === 'rate_limited' ? (end.resetsAt ?? null) : null;
}

async function perform(context: CommandContext, workspace: Workspace, plan: string, input: CommandInput): Promise<RunSummary> {
  const { runPlan } = await import('../engine/run.ts');
  let progress: Progress | undefined;
  let pause: ((now: boolean) => void) | undefined;
  let asked = 0;
  const stopListening = context.onSignal((signal) => {
    asked += 1;
    pause?.(asked > 1 || signal !== 'SIGINT');
  });
  try {
    const summary = await runPlan(workspace, plan, {
      task: input.text('task'),
      from: input.text('from'),
      remote: input.flag('remote'),
      notice: (text) => context.err.write(`${text}\n`),
      env: context.env,
      publish: (event) => {
        // Not before the run has begun: a refusal is a sentence on an untouched terminal.
        progress ??= openProgress(context);
        progress.event(event);
      },
      control: (control) => {
        pause = control;
        if (asked > 0) control(asked > 1);
      },
    });
    progress?.end();
    if (!context.json) context.out.write(ending(context, summary));
    return summary;
  } finally {
    progress?.end();
    stopListening();
  }
}

function openProgress(context: CommandContext): Progress {
  if (context.json) return jsonProgress(context.out);
  if (context.out.isTTY && !context.quiet && context.env['TERM'] !== 'dumb') return liveProgress(context.out, () => context.now());
  return feedProgress(context.out, context.quiet);
}

function ending(context: CommandContext, summary: RunSummary): string {
  if (context.quiet) {
    const { end } = summary;
    const why = end.type === 'paused' ? `: ${end.reason}` : end.type === 'failed' ? `: ${oneLine(end.reason)}` : '';
    return `${summary.plan} ${end.type}${why}\n`;
  }
  return `\n${paintLines(renderBox(summary, context.out.size().columns), context.out.color)}`;
}

function exitCode({ end }: RunSummary): ExitCode {
  switch (end.type) {
    case 'completed':
    case 'done':
      return EXIT.done;
    case 'failed':
      return EXIT.failed;
    case 'paused':
      return EXIT.paused;
  }
}

/** The one plan that may run, when none was named; a person is asked first. Undefined where they say no. */
async function onlyReadyPlan(context: CommandContext, workspace: Workspace, input: CommandInput): Promise<string | undefined> {
  const ids = await planIds(workspace);
  const ready: string[] = [];
  for (const id of ids) {
    const loaded = await readPlanFile(workspace, workspace.planPath(id), id);
    if (loaded?.valid === true && ['ready', 'running'].includes(loaded.plan.status)) ready.push(id);
  }
  const [plan] = ready;
  if (plan === undefined) {
    throw new CommandError(
      ids.length === 0
        ? 'There is no plan to run. Write one: plans new "TITLE".'
        : 'No plan is ready to run. "plans status" says what each waits for; "plans ready PLAN" marks a draft as ready.',
    );
  }
  if (ready.length > 1) {
    const some = ready.slice(0, 8).join(', ');
    throw new CommandError(
      `${ready.length} plans are ready: ${some}${ready.length > 8 ? ', …' : ''}. Name the one to run: plans run ${plan}`,
    );
  }
  if (input.flag('yes') || input.flag('dry-run') || context.ask === undefined) return plan;
  const answer = await context.ask(`Run "${plan}"? [Y/n] `);
  return /^(?:y(?:es)?)?$/i.test(answer.trim()) ? plan : undefined;
}
