/** Past work, added up: by plan, phase, task, agent or model. Sums are exact: money is added as whole millionths of a dollar. */
import { isAgentsFault } from './judgement.ts';
import type { PastWork } from './past.ts';

export const GROUPINGS = ['plan', 'phase', 'task', 'agent', 'model'] as const;
/** What past work is added up by. */
export type Grouping = (typeof GROUPINGS)[number];

/** How many of the slowest tasks, and of the gates that fail most, are named. */
const MOST = 5;
const MICRO = 1_000_000;

export interface Totals {
  /** Tasks that landed; one that was taken back and done again counts twice. */
  readonly tasks: number;
  /** Of those, how many did so at the first attempt. */
  readonly first: number;
  readonly takenBack: number;
  /** Attempts, whatever became of them. */
  readonly attempts: number;
  /** Attempts that failed by what was done in them: not those that a person, a limit or a ceiling stopped. */
  readonly failed: number;
  readonly durationMs: number;
  /** What is known of them. */
  readonly tokens: number;
  readonly costUsd: number;
  /** Commits that do not say what agents had cost. */
  readonly unpriced: number;
}

export interface Group extends Totals {
  /** The plan that it is a part of; null where it goes over plans. */
  readonly plan: string | null;
  /** Of a plan, a phase, a task, an agent or a model; null where the commits do not say. `(generation)` and the like are what a plan's text cost. */
  readonly name: string | null;
}

export interface TaskTime {
  readonly plan: string;
  readonly task: string;
  readonly attempts: number;
  readonly durationMs: number;
  /** Null where it is not known as a whole. */
  readonly costUsd: number | null;
}

interface GateRate {
  readonly gate: string;
  readonly runs: number;
  readonly failed: number;
}

/** What past work took, cost and came to. */
export interface Statistics {
  /** Of the first and the last commit. Milliseconds since the epoch; null where there is none. */
  readonly from: number | null;
  readonly to: number | null;
  readonly totals: Totals;
  /** The most expensive first, then the longest. */
  readonly groups: readonly Group[];
  /** The slowest first. */
  readonly slowest: readonly TaskTime[];
  /** Those that failed, most often first. */
  readonly gates: readonly GateRate[];
  /** How attempts ended that did not land, the most frequent first. */
  readonly outcomes: readonly { readonly outcome: string; readonly count: number }[];
}

/** Adds it up. */
export function statistics(work: readonly PastWork[], by: Grouping): Statistics {
  const groups = [...Map.groupBy(work, (entry) => JSON.stringify([planIn(entry, by), nameIn(entry, by)]))].map(([key, entries]) => {
    const [plan, name] = JSON.parse(key) as readonly [string | null, string | null];
    return { plan, name, ...totalsOf(entries) };
  });
  return {
    from: extreme(work, Math.min),
    to: extreme(work, Math.max),
    totals: totalsOf(work),
    groups: groups.toSorted((a, b) => b.costUsd - a.costUsd || b.durationMs - a.durationMs || compare(a.name ?? '', b.name ?? '')),
    slowest: slowest(work),
    gates: gateRates(work),
    outcomes: outcomes(work),
  };
}

/** What `by` names is unique within its plan only. */
function planIn(entry: PastWork, by: Grouping): string | null {
  return by === 'phase' || by === 'task' ? entry.plan : null;
}

function nameIn(entry: PastWork, by: Grouping): string | null {
  switch (by) {
    case 'plan':
      return entry.plan;
    case 'phase':
      return entry.type === 'written' ? `(${entry.task})` : entry.phase;
    case 'task':
      return entry.type === 'written' ? `(${entry.task})` : entry.task;
    case 'agent':
      return entry.agent;
    case 'model':
      return entry.model;
  }
}

function totalsOf(work: readonly PastWork[]): Totals {
  const landed = work.filter(({ type }) => type === 'landed');
  const ends = work.flatMap((entry) => entry.outcomes);
  return {
    tasks: landed.length,
    first: landed.filter((entry) => entry.outcomes.length === 0).length,
    takenBack: work.filter(({ type }) => type === 'taken-back').length,
    attempts: landed.length + ends.length,
    failed: ends.filter(({ outcome }) => isAgentsFault(outcome)).length,
    durationMs: sum(work, (entry) => entry.durationMs),
    tokens: sum(work, (entry) => entry.tokens ?? 0),
    costUsd: sum(work, (entry) => Math.round((entry.costUsd ?? 0) * MICRO)) / MICRO,
    unpriced: work.filter(({ costUsd }) => costUsd === null).length,
  };
}

function slowest(work: readonly PastWork[]): TaskTime[] {
  const tasks = Map.groupBy(
    work.filter(({ type }) => type === 'landed' || type === 'given-up'),
    ({ plan, task }) => JSON.stringify([plan, task]),
  );
  return [...tasks.values()]
    .flatMap((entries): TaskTime[] => {
      const [first] = entries;
      if (first === undefined || first.task === null) return [];
      const { attempts, durationMs, costUsd, unpriced } = totalsOf(entries);
      return [{ plan: first.plan, task: first.task, attempts, durationMs, costUsd: unpriced > 0 ? null : costUsd }];
    })
    .toSorted((a, b) => b.durationMs - a.durationMs || compare(`${a.plan}/${a.task}`, `${b.plan}/${b.task}`))
    .slice(0, MOST);
}

function gateRates(work: readonly PastWork[]): GateRate[] {
  const rates = new Map<string, { runs: number; failed: number }>();
  const count = (gate: string, failed: number): void => {
    const rate = rates.get(gate) ?? { runs: 0, failed: 0 };
    rates.set(gate, { runs: rate.runs + 1, failed: rate.failed + failed });
  };
  for (const { outcomes: ends, gates } of work) {
    for (const end of ends) for (const gate of end.gates) count(gate, 1);
    for (const { name, status } of gates) if (status !== 'skipped') count(name, status === 'failed' ? 1 : 0);
  }
  return [...rates]
    .map(([gate, rate]) => ({ gate, ...rate }))
    .filter(({ failed }) => failed > 0)
    .toSorted((a, b) => b.failed - a.failed || b.failed / b.runs - a.failed / a.runs || compare(a.gate, b.gate))
    .slice(0, MOST);
}

function outcomes(work: readonly PastWork[]): Statistics['outcomes'] {
  const ends = work.flatMap((entry) => entry.outcomes);
  return [...Map.groupBy(ends, ({ outcome }) => outcome)]
    .map(([outcome, those]) => ({ outcome: outcome === '' ? 'unknown' : outcome, count: those.length }))
    .toSorted((a, b) => b.count - a.count || compare(a.outcome, b.outcome));
}

/** Commits are in the order of the branch, which clocks need not agree with. */
function extreme(work: readonly PastWork[], of: (a: number, b: number) => number): number | null {
  return work.reduce<number | null>((found, { at }) => (found === null ? at : of(found, at)), null);
}

function sum(work: readonly PastWork[], of: (entry: PastWork) => number): number {
  return work.reduce((total, entry) => total + of(entry), 0);
}

/** By code units, as a sort without a locale does. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
