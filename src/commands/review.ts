/** `plans review`, `plans apply`, `plans dismiss`: suggestions for a plan, and a person's word on them. */
import { diagnosticRecord } from '../core/record.ts';
import { shellWord } from '../core/shell.ts';
import { REVIEW_TYPES, type ReviewType } from '../core/review-types.ts';
import type { ReviewScope } from '../core/review-answer.ts';
import type { OpenReview, Which } from '../engine/planner/apply.ts';
import type { Caller } from '../engine/control.ts';
import type { Workspace } from '../engine/workspace.ts';
import { CommandError, EXIT, type Command, type CommandContext, type CommandInput, type ExitCode } from './context.ts';
import { EXIT_OF, openProgress, printTold } from './planner.ts';
import { inWorkspace, slugOfArgument, writeJson } from './reading.ts';
import { caller, namedPlan } from './steering.ts';
import { renderDiagnostics } from './terminal/diagnostics.ts';
import { paintLines, s, type Line } from './terminal/line.ts';
import { suggestionLines } from './terminal/suggestion.ts';
import { count, oneLine } from './terminal/text.ts';

/** Has Claude review a plan; without a kind of review, shows what is suggested already. */
export const review: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const plan = await namedPlan(workspace, input.arguments[0] ?? '');
    const types = input.flag('all') ? REVIEW_TYPES : (input.all('type') as readonly ReviewType[]);
    const scope = scopeOf(input);
    const who = caller(context, input, workspace, plan);
    if (types.length > 0) return ask(context, workspace, who, { types, scope, input });
    if (scope.type !== 'plan' || input.flag('dry-run') || input.text('model') !== undefined) throw noKind(plan);
    const { openReview } = await import('../engine/planner/apply.ts');
    const found = await openReview(who);
    if (found === null) throw noKind(plan);
    return show(context, plan, found);
  });

function noKind(plan: string): CommandError {
  return new CommandError(
    `Say what to look for: plans review ${shellWord(plan)} --type ${REVIEW_TYPES.join('|')} (several with commas), or --all.`,
  );
}

function scopeOf(input: CommandInput): ReviewScope {
  const [phase, task] = [input.text('phase'), input.text('task')];
  if (phase !== undefined && task !== undefined)
    throw new CommandError('--phase and --task cannot both be given: a review is about one of them, or the whole plan.');
  if (phase !== undefined) return { type: 'phase', id: phase };
  return task === undefined ? { type: 'plan' } : { type: 'task', id: task };
}

async function ask(
  context: CommandContext,
  workspace: Workspace,
  who: Caller,
  { types, scope, input }: { readonly types: readonly ReviewType[]; readonly scope: ReviewScope; readonly input: CommandInput },
): Promise<ExitCode> {
  const { reviewPlan, reviewRequest } = await import('../engine/planner/review.ts');
  const model = input.text('model');
  const id = who.planId;
  if (input.flag('dry-run')) {
    const { file, system, prompt } = await reviewRequest(who, { types, scope });
    return printTold(context, { id, file, model: model ?? workspace.config.claude.model, system, prompt });
  }
  const progress = openProgress(context);
  const stop = new AbortController();
  const stopListening = context.onSignal(() => stop.abort());
  try {
    const result = await reviewPlan(who, { types, scope, model, signal: stop.signal }, (event) => progress.event(event));
    progress.end();
    if (result.type === 'stopped') return EXIT_OF[result.outcome];
    if (!context.json && !context.quiet && result.suggestions.length > 0) {
      printSuggestions(context, result.suggestions);
      context.out.write(nextStep(id));
    }
    return result.commit === null && result.suggestions.length > 0 ? EXIT.failed : EXIT.done;
  } finally {
    progress.end();
    stopListening();
  }
}

function printSuggestions(context: CommandContext, suggestions: OpenReview['suggestions']): void {
  const { columns } = context.out.size();
  context.out.write(
    paintLines(suggestions.flatMap((one): Line[] => [[], ...suggestionLines(one, columns)]).concat([[]]), context.out.color),
  );
}

function nextStep(plan: string): string {
  const word = shellWord(plan);
  return `Tick what you accept, then: plans apply ${word} --ticked (or by id: plans apply ${word} ID). Drop others: plans dismiss ${word} ID\n`;
}

function show(context: CommandContext, plan: string, { path, text, suggestions, diagnostics }: OpenReview): ExitCode {
  if (context.json) writeJson(context, { version: 1, id: plan, path, suggestions, diagnostics: diagnostics.map(diagnosticRecord) });
  else {
    const closed = suggestions.filter(({ state }) => state !== 'open').length;
    const { columns } = context.out.size();
    const head: Line = [
      s(oneLine(path), 'bold'),
      s(`  ${count(suggestions.length, 'suggestion')}${closed === 0 ? '' : `, ${closed} not to be applied now`}`, 'dim'),
    ];
    context.out.write(paintLines([head], context.out.color));
    printSuggestions(context, suggestions);
    context.out.write(paintLines(renderDiagnostics(path, text, diagnostics, columns), context.out.color));
    if (!context.quiet && suggestions.length > 0) context.out.write(nextStep(plan));
  }
  return diagnostics.length > 0 ? EXIT.failed : EXIT.done;
}

/** Writes suggestions into the plan. */
export const apply: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { applyReview } = await import('../engine/planner/apply.ts');
    const plan = await namedPlan(workspace, input.arguments[0] ?? '');
    const settled = await applyReview(caller(context, input, workspace, plan), whichOf('apply', plan, input));
    const { applied, refused, left, commit } = settled;
    if (context.json) writeJson(context, { version: 1, id: plan, applied, refused, left, commit });
    else {
      const lines: Line[] = [
        ...(context.quiet ? [] : applied.map(({ title }): Line => [s('✔ ', 'green'), s(oneLine(title))])),
        ...refused.flatMap(({ id, reason, message }): Line[] => [[s('✘ ', 'red'), s(id, 'cyan'), s(`  ${reason}: ${oneLine(message)}`)]]),
      ];
      context.out.write(paintLines(lines, context.out.color));
      if (!context.quiet) context.out.write(`${shellWord(plan)}: ${summary(settled.applied.length, left, commit)}\n`);
      if (refused.some(({ reason }) => reason === 'stale') && !context.quiet) context.err.write(staleHint(plan));
    }
    return refused.length > 0 ? EXIT.failed : EXIT.done;
  });

function summary(applied: number, left: number, commit: string | null): string {
  const what = applied === 0 ? 'nothing was applied' : `${count(applied, 'suggestion')} applied, commit ${commit?.slice(0, 7)}`;
  return `${what}; ${left === 0 ? 'none is left' : `${left} left`}.`;
}

function staleHint(plan: string): string {
  const word = shellWord(plan);
  return `A stale suggestion was made for another text. Ask again (plans review), drop it (plans dismiss ${word} ID), or look at it and take its "against:" line away to have it applied all the same.\n`;
}

/** Takes suggestions off the list. */
export const dismiss: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const { dismissReview } = await import('../engine/planner/apply.ts');
    const plan = slugOfArgument(input.arguments[0] ?? '');
    const { dismissed, left, commit } = await dismissReview(caller(context, input, workspace, plan), whichOf('dismiss', plan, input));
    if (context.json) writeJson(context, { version: 1, id: plan, dismissed, left, commit });
    else if (!context.quiet)
      context.out.write(
        `${shellWord(plan)}: ${count(dismissed.length, 'suggestion')} dismissed, commit ${commit.slice(0, 7)}; ${left === 0 ? 'none is left' : `${left} left`}.\n`,
      );
    return EXIT.done;
  });

/** Which suggestions are meant: exactly one way of saying it. */
function whichOf(name: 'apply' | 'dismiss', plan: string, input: CommandInput): Which {
  const ids = input.arguments.slice(1);
  const ways = [ids.length > 0, input.flag('ticked'), input.flag('all')].filter(Boolean).length;
  if (ways === 1) return ids.length > 0 ? { type: 'ids', ids } : { type: input.flag('all') ? 'all' : 'ticked' };
  const word = shellWord(plan);
  const choices = name === 'apply' ? `plans apply ${word} ID…, --ticked or --all` : `plans dismiss ${word} ID… or --all`;
  throw new CommandError(`Say which suggestions${ways === 0 ? '' : ' in one way'}: ${choices}. "plans review ${word}" lists them.`);
}
