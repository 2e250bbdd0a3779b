/** `plans generate`: Claude writes a plan; a person may look at it before it lands. */
import { shellWord } from '../core/shell.ts';
import type { Draft, Generated, Verdict } from '../engine/planner/generate.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput, type ExitCode } from './context.ts';
import { EXIT_OF, openProgress, printTold } from './planner.ts';
import { inWorkspace } from './reading.ts';
import { readPiped, readSource } from './source.ts';
import { dollars } from './terminal/duration.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { outlineLines } from './terminal/outline.ts';
import type { PlannerProgress } from './terminal/planner.ts';
import { oneLine, outputLines, wrap } from './terminal/text.ts';

/** Has Claude write a plan. */
export const generate: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const request = {
      title: input.arguments[0] ?? '',
      description: await descriptionOf(context, input),
      slug: input.text('slug'),
      model: input.text('model'),
    };
    const { PlanExists } = await import('../engine/new-plan.ts');
    const { generatePlan } = await import('../engine/planner/generate.ts');
    try {
      if (input.flag('dry-run')) return await dryRun(context, workspace, request);
      const { ask } = context;
      if (input.flag('interactive') && (ask === undefined || context.json))
        throw new CommandError(
          context.inputIsPiped
            ? '--interactive asks at the terminal, and standard input is a pipe here. Give the description with --file FILE or --description TEXT.'
            : '--interactive needs a terminal, to show the plan and to ask. Leave it out here: the plan lands as a draft.',
        );
      const progress = openProgress(context);
      const stop = new AbortController();
      const stopListening = context.onSignal(() => stop.abort());
      try {
        const review = input.flag('interactive') && ask !== undefined ? { review: reviewer(context, ask, progress) } : {};
        const result = await generatePlan(workspace, { ...request, env: context.env, signal: stop.signal, ...review }, (event) =>
          progress.event(event),
        );
        progress.end();
        if (result.type === 'generated' && !context.json && !context.quiet) context.out.write(nextStep(result));
        return exitCode(result);
      } finally {
        progress.end();
        stopListening();
      }
    } catch (error) {
      if (error instanceof PlanExists) throw new CommandError(error.message, EXIT.failed);
      throw error;
    }
  });

async function descriptionOf(context: CommandContext, input: CommandInput): Promise<string> {
  const [said, file] = [input.text('description'), input.text('file')];
  if (said !== undefined && file !== undefined)
    throw new CommandError('--description and --file cannot both be given: both say what you want. Put it all into the file.');
  if (said !== undefined) return said;
  if (file !== undefined) return readSource(context, '--file', file);
  return context.inputIsPiped ? readPiped(context) : '';
}

/** What Claude would be told, and nothing else. */
async function dryRun(
  context: CommandContext,
  workspace: Workspace,
  request: { readonly title: string; readonly description: string; readonly slug: string | undefined; readonly model: string | undefined },
): Promise<ExitCode> {
  const { generationRequest } = await import('../engine/planner/generate.ts');
  const { place, system, prompt } = await generationRequest(workspace, request);
  const model = request.model ?? workspace.config.claude.model;
  return printTold(context, { id: place.id, file: place.path, model, system, prompt });
}

/** Shows each plan to a person and takes their word. */
function reviewer(
  context: CommandContext,
  ask: NonNullable<CommandContext['ask']>,
  progress: PlannerProgress,
): (draft: Draft) => Promise<Verdict> {
  return async (draft) => {
    progress.end();
    const { columns } = context.out.size();
    const show = (lines: readonly Line[]) => context.out.write(paintLines(lines, context.out.color));
    if (draft.problem === null) show([[], ...outlineLines(draft.plan, columns), []]);
    else
      show([
        ...wrap(`That led to nothing: ${oneLine(draft.problem)}`, columns).map((line): Line => [s(line, 'yellow')]),
        [s('The plan is as it was before.')],
      ]);
    const cost = draft.usage.costUsd === null ? 'cost unknown' : `${dollars(draft.usage.costUsd)} so far`;
    const choices = wrap(`a accept · v view all · q give up · or say what to change (${cost})`, columns).map((line): Line => [
      s(line, 'bold'),
    ]);
    for (;;) {
      show(choices);
      const said = (await ask('> ')).trim();
      const verdict = verdictOf(said);
      if (verdict?.type === 'revise') progress.resume();
      if (verdict !== null) return verdict;
      if (said !== '') show([[], ...outputLines(draft.text).map((line): Line => [s(line)])]);
    }
  };
}

/** Null where there is more to be said. */
function verdictOf(said: string): Verdict | null {
  if (/^(?:a|accept|y|yes|ok)$/i.test(said)) return { type: 'accept' };
  if (/^(?:q|quit|n|no|abandon)$/i.test(said)) return { type: 'abandon' };
  return /^(?:|v|view)$/i.test(said) ? null : { type: 'revise', remark: said };
}

function nextStep({ id }: Extract<Generated, { type: 'generated' }>): string {
  const word = shellWord(id);
  return `Read it, edit it, then: plans ready ${word} && plans run ${word}\n`;
}

function exitCode(result: Generated): ExitCode {
  if (result.type === 'generated') return result.commit === null ? EXIT.failed : EXIT.done;
  return EXIT_OF[result.outcome];
}
