/** `plans stats`: what was done, how long it took, what failed and what it cost, from the trailers of `git log`. */
import { GROUPINGS, type Group, type Totals } from '../core/statistics.ts';
import { CommandError, EXIT, type Command } from './context.ts';
import { inWorkspace, planIds, slugOfArgument, unknownPlan, writeJson } from './reading.ts';
import { paintLines } from './terminal/line.ts';

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** Prints statistics of one plan or of all. */
export const stats: Command = (context, input) =>
  inWorkspace(context, async (workspace) => {
    const [argument] = input.arguments;
    const plan = argument === undefined ? null : slugOfArgument(argument);
    const by = GROUPINGS.find((name) => name === input.text('by')) ?? (plan === null ? 'plan' : 'phase');
    const since = readSince(input.text('since'), context.now());
    const [{ readPast }, { statistics }, { renderStatistics }] = await Promise.all([
      import('../engine/past.ts'),
      import('../core/statistics.ts'),
      import('./terminal/statistics.ts'),
    ]);
    const past = await readPast(workspace, plan);
    if (plan !== null && past.length === 0 && !(await planIds(workspace)).includes(plan))
      throw await unknownPlan(workspace, plan, ', and no commit names one');
    const result = statistics(
      past.filter(({ at }) => at >= (since ?? -Infinity)),
      by,
    );
    if (context.json) {
      const { from, to, totals, groups, ...rest } = result;
      const span = { since: date(since), from: date(from), to: date(to) };
      writeJson(context, { version: 1, plan, ...span, by, totals: record(totals), groups: groups.map(groupRecord), ...rest });
    } else if (result.from !== null) {
      context.out.write(paintLines(renderStatistics(plan, by, result, context.out.size().columns), context.out.color));
    } else if (!context.quiet) {
      context.err.write(
        past.length === 0 ? 'No task has been committed yet.\n' : `Nothing was committed since ${date(since)?.slice(0, 10)}.\n`,
      );
    }
    return EXIT.done;
  });

/** A day (`2026-11-01`) or an age (`30d`, `2w`, `12h`) as milliseconds since the epoch. */
function readSince(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const [, number = '', unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (number !== '') return now - Number(number) * (UNITS[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return at;
  throw new CommandError(`--since cannot be "${text}"; it is a day such as 2026-11-01 (UTC), or an age such as 12h, 30d or 2w.`);
}

const date = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** For programs what is not known as a whole is null, and beside it stands what is. */
function record({ costUsd, ...totals }: Totals) {
  return { ...totals, costUsd: totals.unpriced > 0 ? null : costUsd, knownCostUsd: costUsd };
}

function groupRecord({ plan, name, ...totals }: Group) {
  return { plan, name, ...record(totals) };
}
