/** Statistics as people read them. */
import type { Group, Grouping, Statistics, TaskTime, Totals } from '../../core/statistics.ts';
import { dollars, duration } from './duration.ts';
import { fitLine, s, type Line } from './line.ts';
import { renderTable, type TableRow } from './table.ts';
import { count, oneLine } from './text.ts';

/** Rows of a grouping that are shown; the rest is one line. */
const MAX_ROWS = 40;

/** @param plan null: of all */
export function renderStatistics(plan: string | null, by: Grouping, of: Statistics, columns: number): Line[] {
  const { totals, groups } = of;
  const span = of.from === null || of.to === null ? '' : [...new Set([day(of.from), day(of.to)])].join(' to ');
  const lines: Line[] = [
    fitLine([s(plan ?? 'All plans', 'bold'), s(`  ${span}`, 'dim')], columns),
    fitLine([s(summary(totals))], columns),
    fitLine([s(spent(totals))], columns),
    [],
    ...renderTable(
      HEAD(by),
      groups.slice(0, MAX_ROWS).map((group) => groupRow(group, plan)),
      columns,
    ),
  ];
  if (groups.length > MAX_ROWS) lines.push([s(`… and ${groups.length - MAX_ROWS} more (--json has all)`, 'dim')]);
  if (totals.unpriced > 0)
    lines.push(fitLine([s(`≥ more than that: ${count(totals.unpriced, 'commit')} did not say what the agents had cost.`, 'dim')], columns));
  if (of.slowest.length > 1) lines.push([], heading('Slowest tasks'), ...slowest(of.slowest, plan, columns));
  if (of.gates.length > 0) lines.push([], heading('Gates that failed'), ...gates(of, columns));
  if (of.outcomes.length > 0) lines.push([], heading('How attempts ended that did not land'), ...ends(of, columns));
  return lines;
}

const HEAD = (by: Grouping): TableRow => ({ name: `by ${by}`, cells: ['tasks', 'attempts', 'failed', 'time', 'tokens', 'cost'] });

const heading = (text: string): Line => [s(text, 'bold')];

function groupRow(group: Group, within: string | null): TableRow {
  const { tasks, attempts, failed, durationMs, tokens, unpriced } = group;
  const time = durationMs === 0 ? '–' : duration(durationMs);
  const used = tokens === 0 && unpriced > 0 ? 'unknown' : tokenWords(tokens);
  const cells = [String(tasks), String(attempts), percent(failed, attempts), time, used, costWords(group)];
  return { name: fullName(group, within), style: group.name === null ? ['dim'] : [], cells };
}

/** `add-auth/login`; where all is of one plan, `login`. */
function fullName({ plan, name }: Pick<Group, 'plan' | 'name'>, within: string | null): string {
  const own = oneLine(name ?? 'not said');
  return plan === null || within !== null ? own : `${oneLine(plan)}/${own}`;
}

function slowest(tasks: readonly TaskTime[], within: string | null, columns: number): Line[] {
  const rows = tasks.map(({ plan, task, attempts, durationMs, costUsd }) => ({
    name: fullName({ plan, name: task }, within),
    cells: [count(attempts, 'attempt'), duration(durationMs), costUsd === null ? 'unknown' : dollars(costUsd)],
  }));
  return renderTable({ name: '', cells: ['', 'time', 'cost'] }, rows, columns, '  ').slice(1);
}

function gates({ gates: rates }: Statistics, columns: number): Line[] {
  const rows = rates.map(({ gate, runs, failed }) => ({
    name: oneLine(gate),
    cells: [`${failed} of ${runs} failed`, percent(failed, runs)],
  }));
  return renderTable({ name: '', cells: ['', ''] }, rows, columns, '  ').slice(1);
}

function ends({ outcomes }: Statistics, columns: number): Line[] {
  return [fitLine([s(`  ${outcomes.map(({ outcome, count: times }) => `${oneLine(outcome)} ${times}`).join(' · ')}`)], columns)];
}

function summary({ tasks, first, attempts, failed, takenBack }: Totals): string {
  const parts = [`${count(tasks, 'task')} in ${count(attempts, 'attempt')}`];
  if (attempts > 0) parts.push(`${percent(failed, attempts)} failed`);
  if (tasks > 0) parts.push(`${percent(first, tasks)} at the first try`);
  if (takenBack > 0) parts.push(`${takenBack} taken back`);
  return parts.join(' · ');
}

function spent(totals: Totals): string {
  const time = `${duration(totals.durationMs)} of work`;
  if (totals.tokens === 0 && totals.unpriced > 0) return `${time} · tokens and cost unknown`;
  const cost = costWords(totals);
  return `${time} · ${totals.tokens.toLocaleString('en')} tokens · ${cost === 'unknown' ? 'cost unknown' : cost}`;
}

/** `$1.20`; `≥$1.20` where a part is not known, `unknown` where that is all of it. */
function costWords({ costUsd, unpriced }: Totals): string {
  if (unpriced === 0) return dollars(costUsd);
  return costUsd < 0.01 ? 'unknown' : `≥${dollars(costUsd)}`;
}

/** `950`, `12k`, `3.4M`. */
export function tokenWords(tokens: number): string {
  if (tokens < 1_000) return String(Math.round(tokens));
  if (tokens < 999_500) return `${Math.round(tokens / 1_000)}k`;
  return `${(tokens / 1_000_000).toFixed(tokens < 99_950_000 ? 1 : 0)}M`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)}%`;
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
