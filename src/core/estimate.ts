/**
 * What the rest of a plan will take: time, tokens and money, from what tasks of the same agent took in this repository, else by a rule of
 * thumb. Every figure says what it is made from, and is unknown where nothing is known.
 */
import type { Phase, Task } from './plan.ts';
import type { PastWork } from './past.ts';
import { chainsOf } from './choose.ts';
import { costOf, type Prices } from './price.ts';

/** Fewer past tasks than this say nothing. */
const MIN_SAMPLES = 3;
/** Standard deviations of a normal distribution between which 8 of 10 cases lie. */
const EIGHT_OF_TEN = 1.2816;
/** Rule of thumb for a session: calls of the model, at best, as expected, at worst. */
const TURNS = { low: 8, expected: 25, high: 70 } as const;
/** Instructions, tools and what is read first; what each call adds; what it writes. Tokens. */
const FIRST_CONTEXT = 15_000;
const ADDED = 1_200;
const WRITTEN = 350;
/** Of one call and the tool that it runs. Milliseconds. */
const TURN_MS = 12_000;
/** Characters of a prompt that make a token. */
const CHARS_PER_TOKEN = 4;

/** `low` and `high` are what 8 of 10 cases lie between; by the rule of thumb they are only plausible. */
export interface Range {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** What a figure is made from. */
export type Source =
  | { readonly type: 'history'; readonly samples: number }
  | { readonly type: 'rule' }
  /** The task's own `estimate`. */
  | { readonly type: 'stated' }
  | { readonly type: 'free' }
  | { readonly type: 'unknown' };

/** One task that an agent or a command will do. */
export interface OpenTask {
  readonly phase: Phase;
  readonly task: Task;
  /** `run` for a command. */
  readonly agent: string;
  readonly model: string | null;
  readonly promptChars: number;
}

/** Tasks of one agent and model. */
export interface Basis {
  readonly agent: string;
  readonly model: string | null;
  readonly tasks: number;
  readonly time: Source;
  readonly tokens: Source;
  readonly cost: Source;
}

export interface Estimate {
  readonly tasks: number;
  /** Milliseconds from start to end, with tasks beside each other where the plan allows it; null where nothing is known. */
  readonly time: Range | null;
  readonly tokens: Range | null;
  /** US dollars. */
  readonly cost: Range | null;
  /** Tasks that a figure leaves out, because nothing is known of them. */
  readonly unknown: { readonly time: number; readonly tokens: number; readonly cost: number };
  readonly basis: readonly Basis[];
}

interface Figure {
  readonly source: Source;
  /** Of each task, in their order; null where it is unknown. */
  readonly each: readonly (Range | null)[];
  /** Of all of them together. */
  readonly sum: Range | null;
}

/** What one past task took, its failed attempts included. */
interface Sample {
  readonly agent: string;
  readonly model: string | null;
  readonly time: number;
  readonly tokens: number | null;
  readonly cost: number | null;
}

export function estimate(
  open: readonly OpenTask[],
  past: readonly PastWork[],
  { prices, maxConcurrency }: { readonly prices: Prices; readonly maxConcurrency: number },
): Estimate {
  const samples = samplesIn(past);
  const groups = [...Map.groupBy(open, ({ agent, model }) => JSON.stringify([agent, model])).values()].map((tasks) => {
    const [{ agent, model } = { agent: '', model: null }] = tasks;
    const free = agent === 'run';
    const figure = (of: Measure, rule: (task: OpenTask) => Range | null) => figureOf(tasks, likeThis(samples, agent, model, of), of, rule);
    return {
      basis: { agent, model, tasks },
      time: figure('time', (task) => (free ? null : byRule(task, ({ turns }) => turns * TURN_MS))),
      tokens: free ? nothing(tasks) : figure('tokens', (task) => byRule(task, ({ tokens }) => tokens)),
      cost: free ? nothing(tasks) : figure('cost', (task) => priced(task, prices)),
    };
  });
  const time = new Map(groups.flatMap(({ basis, time: figure }) => basis.tasks.map(({ task }, at) => [task.id, figure.each[at] ?? null])));
  const known = open.filter(({ task }) => time.get(task.id) !== null);
  const share = inParallel(open, (id) => time.get(id)?.expected ?? 0, maxConcurrency);
  const missing = (of: Measure) => groups.reduce((sum, group) => sum + group[of].each.filter((each) => each === null).length, 0);
  const whole = (of: Measure) => added(groups.map((group) => group[of].sum).filter((sum) => sum !== null));
  return {
    tasks: open.length,
    time: known.length === 0 ? null : scaled(whole('time'), share),
    tokens: missing('tokens') === open.length ? null : whole('tokens'),
    // What costs nothing alone says nothing of the rest.
    cost: missing('cost') > 0 && whole('cost').high === 0 ? null : whole('cost'),
    unknown: { time: open.length - known.length, tokens: missing('tokens'), cost: missing('cost') },
    basis: groups.map(({ basis, ...group }) => ({
      ...basis,
      tasks: basis.tasks.length,
      time: group.time.source,
      tokens: group.tokens.source,
      cost: group.cost.source,
    })),
  };
}

type Measure = 'time' | 'tokens' | 'cost';

function figureOf(tasks: readonly OpenTask[], samples: readonly Sample[], of: Measure, rule: (task: OpenTask) => Range | null): Figure {
  const known = samples.map((sample) => sample[of]).filter((value) => value !== null);
  const stated = (open: OpenTask): Range | null => (of === 'time' && open.task.estimate !== undefined ? exactly(open.task.estimate) : null);
  const rest = tasks.filter((open) => stated(open) === null);
  const fixed = added(tasks.map(stated).filter((range) => range !== null));
  if (tasks.length > 0 && rest.length === 0) return { source: { type: 'stated' }, each: tasks.map(stated), sum: fixed };
  if (known.length >= MIN_SAMPLES) {
    const one = predicted(known, 1);
    return {
      source: { type: 'history', samples: known.length },
      each: tasks.map((open) => stated(open) ?? one),
      sum: added([fixed, predicted(known, rest.length)]),
    };
  }
  const each = tasks.map((open) => stated(open) ?? rule(open));
  const found = each.filter((range) => range !== null);
  return { source: { type: found.length === 0 ? 'unknown' : 'rule' }, each, sum: found.length === 0 ? null : added(found) };
}

/** Costs nothing: a command. */
function nothing(tasks: readonly OpenTask[]): Figure {
  return { source: { type: 'free' }, each: tasks.map(() => exactly(0)), sum: exactly(0) };
}

/** The sum of `count` further values like those that were seen: wider, the fewer those are. */
function predicted(values: readonly number[], count: number): Range {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  const spread = EIGHT_OF_TEN * Math.sqrt(variance * (count + count ** 2 / values.length));
  const expected = mean * count;
  return { expected, low: Math.max(expected - spread, Math.min(...values) * count, 0), high: expected + spread };
}

/** Those of the same agent and model; where they are too few, of the same agent, except for money: models differ most in their prices. */
function likeThis(samples: readonly Sample[], agent: string, model: string | null, of: Measure): readonly Sample[] {
  const own = samples.filter((sample) => sample.agent === agent);
  if (model === null) return own;
  const same = own.filter((sample) => sample.model === model);
  return of === 'cost' || same.length >= MIN_SAMPLES ? same : own;
}

/** Tasks that landed, each with the attempts that were given up before. */
function samplesIn(past: readonly PastWork[]): Sample[] {
  const before = new Map<string, PastWork[]>();
  return past.flatMap((entry): Sample[] => {
    const key = JSON.stringify([entry.plan, entry.task]);
    const all = [...(before.get(key) ?? []), entry];
    if (entry.type === 'given-up') before.set(key, all);
    if (entry.type !== 'landed') return [];
    before.delete(key);
    return [
      {
        agent: entry.agent ?? '',
        model: entry.model,
        time: all.reduce((sum, { durationMs }) => sum + durationMs, 0),
        tokens: total(all.map(({ tokens }) => tokens)),
        cost: total(all.map(({ costUsd }) => costUsd)),
      },
    ];
  });
}

function total(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

function byRule(task: OpenTask, of: (session: { readonly turns: number; readonly tokens: number }) => number): Range {
  const at = (turns: number) => of({ turns, tokens: requestsOf(task, turns).reduce((sum, { all }) => sum + all, 0) });
  return { expected: at(TURNS.expected), low: at(TURNS.low), high: at(TURNS.high) };
}

function priced(task: OpenTask, prices: Prices): Range | null {
  const { model } = task;
  if (model === null) return null;
  const at = (turns: number) =>
    requestsOf(task, turns).reduce<number | null>((sum, { tokens }) => {
      const cost = costOf(model, tokens, prices);
      return sum === null || cost === null ? null : sum + cost;
    }, 0);
  const [expected, low, high] = [at(TURNS.expected), at(TURNS.low), at(TURNS.high)];
  return expected === null || low === null || high === null ? null : { expected, low, high };
}

/** Each call reads what was said before from the cache, puts what is new into it, and writes. */
function requestsOf({ promptChars }: OpenTask, turns: number) {
  const first = FIRST_CONTEXT + Math.ceil(promptChars / CHARS_PER_TOKEN);
  return Array.from({ length: turns }, (_, turn) => {
    const cacheRead = turn === 0 ? 0 : first + (turn - 1) * ADDED;
    const cacheWrite5m = turn === 0 ? first : ADDED;
    const tokens = { input: 0, output: WRITTEN, cacheRead, cacheWrite5m, cacheWrite1h: 0 };
    return { tokens, all: cacheRead + cacheWrite5m + WRITTEN };
  });
}

/** How much shorter the whole is than its tasks one after another: phases follow each other, tasks of a parallel one are done side by side. */
function inParallel(open: readonly OpenTask[], timeOf: (id: string) => number, maxConcurrency: number): number {
  let wall = 0;
  let work = 0;
  for (const [phase, tasks] of Map.groupBy(open, (each) => each.phase)) {
    const times = tasks.map(({ task }) => timeOf(task.id));
    const sum = times.reduce((total, ms) => total + ms, 0);
    const chains = chainsOf(
      tasks.map(({ task }) => task),
      timeOf,
    );
    const longest = Math.max(0, ...chains.values());
    const least = phase.executionMode === 'parallel' ? Math.max(longest, sum / Math.min(maxConcurrency, tasks.length)) : sum;
    wall += least;
    work += sum;
  }
  return work === 0 ? 1 : wall / work;
}

const exactly = (value: number): Range => ({ expected: value, low: value, high: value });

function added(ranges: readonly Range[]): Range {
  return ranges.reduce(
    (sum, range) => ({ expected: sum.expected + range.expected, low: sum.low + range.low, high: sum.high + range.high }),
    exactly(0),
  );
}

function scaled({ expected, low, high }: Range, by: number): Range {
  return { expected: expected * by, low: low * by, high: high * by };
}
