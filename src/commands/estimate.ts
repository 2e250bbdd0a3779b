/** `plans estimate`: what is left of a plan, in time, tokens and money. Changes nothing, asks nobody. */
import { toCost } from '../core/budget.ts';
import type { Range } from '../core/estimate.ts';
import { EXIT, CommandError, type Command } from './context.ts';
import { inWorkspace, loadPlan, writeJson } from './reading.ts';
import { shellWord } from '../core/shell.ts';
import { paintLines } from './terminal/line.ts';

/** Of a dollar: closer would be a claim. */
const MICRO = 1_000_000;

/** Prints an estimate. */
export const estimate: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const loaded = await loadPlan(workspace, input.arguments[0] ?? '');
    if (!loaded.valid)
      throw new CommandError(`${shellWord(loaded.path)} has errors. See them: plans lint ${shellWord(loaded.id)}`, EXIT.failed);
    const { estimatePlan } = await import('../engine/estimate.ts');
    const result = await estimatePlan(workspace, loaded.plan, new Date(context.now()));
    if (context.json) {
      const { time, tokens, cost, spent, ...rest } = result;
      const figures = { time: rounded(time, 1), tokens: rounded(tokens, 1), cost: rounded(cost, MICRO) };
      const { tokens: used, costUsd } = toCost(spent);
      const soFar = { tokens: used, costUsd: costUsd === null ? null : Math.round(costUsd * MICRO) / MICRO };
      writeJson(context, { version: 1, plan: loaded.id, ...rest, ...figures, spent: soFar });
    } else if (result.tasks === 0) {
      const people = result.human === 0 ? 'Nothing is left to do.' : 'What is left is for people.';
      if (!context.quiet) context.err.write(`${people}\n`);
    } else {
      const { renderEstimate } = await import('./terminal/estimate.ts');
      context.out.write(paintLines(renderEstimate(loaded.plan.title, result, context.out.size().columns), context.out.color));
    }
    return EXIT.done;
  });

/** To whole parts, so many to one. */
function rounded(range: Range | null, parts: number): Range | null {
  if (range === null) return null;
  const round = (value: number) => Math.round(value * parts) / parts;
  return { expected: round(range.expected), low: round(range.low), high: round(range.high) };
}
