/** The commands by which a person steers a plan in a word: `pause`, `cancel`, `approve`, `skip`, `retry`. */
import { cutShort } from '../core/reclaim.ts';
import { shellWord } from '../core/shell.ts';
import type { Word } from '../core/request.ts';
import type { Caller, Steered } from '../engine/control.ts';
import type { Workspace } from '../engine/workspace.ts';
import { EXIT, type Command, type CommandContext, type CommandInput, type ExitCode } from './context.ts';
import { namedTask } from './named-task.ts';
import { inWorkspace, loadPlan, slugOfArgument, writeJson } from './reading.ts';
import { oneLine } from './terminal/text.ts';

/** Pauses a plan: at the next boundary, or with `--now` at once. */
export const pause: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { stopNow } = await import('../engine/control.ts');
    const plan = await namedPlan(workspace, input.arguments[0] ?? '');
    const steered = await word(context, input, workspace, plan, { type: 'pause', now: input.flag('now') });
    const { holder, before, elsewhere = false } = steered;
    const refused = input.flag('now') && holder !== null && !elsewhere ? stopNow(holder) : null;
    const now = input.flag('now') && refused === null;
    if (holder !== null)
      return say(context, steered, `${runner(steered)} ${now ? 'stops' : 'finishes the task that runs, and pauses'}. ${refused ?? ''}`);
    return say(
      context,
      steered,
      before.status === 'paused' ? 'It is paused already.' : `It is paused. Go on: plans resume ${shellWord(plan)}`,
    );
  });

/** Gives a plan up: what runs is stopped, nothing else starts. */
export const cancel: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const plan = await namedPlan(workspace, input.arguments[0] ?? '');
    const steered = await word(context, input, workspace, plan, { type: 'cancel' });
    const back = `To take it back: plans resume ${shellWord(plan)}`;
    if (steered.holder !== null) return say(context, steered, `${runner(steered)} stops what runs. ${back}`);
    return say(context, steered, `${steered.before.status === 'failed' ? 'It is cancelled already.' : 'It is cancelled.'} ${back}`);
  });

/** A person's word that a task of a manual phase may run. */
export const approve: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { plan, task } = await namedTask(workspace, 'approve', input.arguments);
    const steered = await word(context, input, workspace, plan, { type: 'approve', task });
    return say(context, steered, `${task} may run as it is now; an edit of its text voids that. ${goesOn(steered)}`, task);
  });

/** Leaves a task out. */
export const skip: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { waitingFor } = await import('../core/progress.ts');
    const { plan, task } = await namedTask(workspace, 'skip', input.arguments);
    const { saidOf } = await import('./stash.ts');
    const steered = await word(context, input, workspace, plan, { type: 'skip', task, keepFiles: input.flag('keep-files') });
    const dependents = waitingFor(steered.plan, task);
    const lets = dependents.length === 0 ? '' : ` ${dependents.join(', ')} may run without it.`;
    const { putAway = null } = steered;
    const left = putAway === null ? '' : saidOf(plan, putAway, input.flag('keep-files'));
    if (left !== '' && !context.json && !context.quiet) context.out.write(`${shellWord(plan)}: ${oneLine(left)}\n`);
    return say(context, steered, `${task} is skipped.${lets} ${goesOn(steered)}`, task);
  });

/** Tries a failed task again. */
export const retry: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { plan, task } = await namedTask(workspace, 'retry', input.arguments);
    return retryNamed(context, input, workspace, { plan, task, fromBase: input.flag('from-base') });
  });

/** Makes a task pending again, and says so. */
export async function retryNamed(
  context: CommandContext,
  input: CommandInput,
  workspace: Workspace,
  { plan, task, fromBase }: { readonly plan: string; readonly task: string; readonly fromBase: boolean },
): Promise<ExitCode> {
  const steered = await word(context, input, workspace, plan, { type: 'retry', task, fromBase });
  const where = fromBase ? 'from the clean base' : 'from what its last attempt left';
  return say(context, steered, `${task} is tried again, ${where}. ${goesOn(steered)}`, task);
}

/** Has it done, wherever the plan is run. */
export async function word(context: CommandContext, input: CommandInput, workspace: Workspace, plan: string, said: Word): Promise<Steered> {
  const { say: sayIt } = await import('../engine/say.ts');
  return sayIt(caller(context, input, workspace, plan), said);
}

/** What comes of a word on a task. */
function goesOn(steered: Steered): string {
  if (steered.holder === null) return `Go on: plans run ${shellWord(steered.plan.id)}`;
  return `${steered.elsewhere === true ? runner(steered) : 'The runner'} takes it up at its next boundary.`;
}

/** Who runs the plan, at the beginning of a sentence. */
export function runner({ holder, elsewhere = false }: Steered): string {
  return `Process ${holder?.pid}${elsewhere ? ` on ${holder?.host}` : ''}`;
}

/** The plan of that name; one that there is not gets its "did you mean". */
export async function namedPlan(workspace: Workspace, argument: string): Promise<string> {
  return (await loadPlan(workspace, slugOfArgument(argument))).id;
}

export function caller(context: CommandContext, input: CommandInput, workspace: Workspace, planId: string): Caller {
  return { workspace, planId, env: context.env, remote: input.flag('remote'), notice: (text) => context.err.write(`${text}\n`) };
}

/** What became of it, as a line or as JSON. */
export function say(
  context: CommandContext,
  { before, plan, commit, holder, putBack, putAway }: Steered,
  text: string,
  task: string | null = null,
): ExitCode {
  if (context.json) {
    const found = plan.phases.flatMap((phase) => phase.tasks).find(({ id }) => id === task);
    const of = found === undefined ? {} : { task: { id: found.id, status: found.status, approval: found.approval ?? null } };
    writeJson(context, {
      version: 1,
      id: plan.id,
      status: plan.status,
      before: before.status,
      ...of,
      commit,
      runner: holder?.pid ?? null,
      ...(putAway == null ? {} : { putAway }),
    });
  } else if (!context.quiet) context.out.write(`${shellWord(plan.id)}: ${oneLine(text)}\n`);
  if (putBack.length > 0 && !context.json) context.err.write(`${oneLine(cutShort(putBack))}\n`);
  return EXIT.done;
}
