/**
 * What agents may cost: ceilings in US dollars and tokens for an attempt, a task, a plan and a day. A start reserves what the attempt may
 * cost at most, so that attempts at once cannot overdraw together; what it did cost takes the reservation's place when its agent is done.
 */
import type { Usage } from './event.ts';

/** Dollars, and tokens of every kind: read, written, and taken from a provider's cache. */
export interface Amount {
  readonly usd: number;
  readonly tokens: number;
}

type Ceiling = 'attempt' | 'task' | 'plan' | 'day';
export type Budget = Readonly<Record<Ceiling, Amount>>;

/** What something cost as far as anybody knows. */
export interface Spending extends Amount {
  /** Of the tokens those whose price is not known: for them only the ceiling in tokens holds. */
  readonly unpriced: number;
}

export const NOTHING: Spending = { usd: 0, tokens: 0, unpriced: 0 };

/** Less than this is rounding. US dollars. */
const LEAST_USD = 1e-6;

interface Open {
  readonly ceiling: Amount;
  /** Which ceiling made it no higher. */
  readonly by: Ceiling;
  readonly used: Spending;
}

export interface Ledger {
  readonly budget: Budget;
  /** By commits and by agents that are done. */
  readonly plan: Spending;
  readonly day: Spending;
  /** Of each task since it was last done. */
  readonly tasks: ReadonlyMap<string, Spending>;
  /** Attempts whose agent works, by task. */
  readonly open: ReadonlyMap<string, Open>;
}

/** What an attempt may cost. */
export interface Room {
  readonly ceiling: Amount;
  readonly by: Ceiling;
  /** Whether it is all that an attempt of this task is granted. */
  readonly whole: boolean;
}

/** Where a plan or a task says less than the config. US dollars. */
export interface Narrower {
  readonly attempt: number | undefined;
  readonly plan: number | undefined;
}

export function newLedger(budget: Budget, spent: Pick<Ledger, 'plan' | 'day' | 'tasks'>): Ledger {
  return { budget, ...spent, open: new Map() };
}

/** What is left for an attempt of a task beside those that are reserved for; null where that is nothing. */
export function roomFor(ledger: Ledger, task: string, narrower: Narrower): Room | null {
  const { attempt, plan, day, task: ofTask } = narrowed(ledger.budget, narrower);
  const reserved = [...ledger.open.values()].map(({ ceiling, used }) => larger(ceiling, used)).reduce(sum, { usd: 0, tokens: 0 });
  const left: readonly (readonly [Ceiling, Amount])[] = [
    ['attempt', attempt],
    ['task', minus(ofTask, ledger.tasks.get(task) ?? NOTHING)],
    ['plan', minus(minus(plan, ledger.plan), reserved)],
    ['day', minus(minus(day, ledger.day), reserved)],
  ];
  const ceiling = {
    usd: Math.min(...left.map(([, { usd }]) => usd)),
    tokens: Math.min(...left.map(([, { tokens }]) => tokens)),
  };
  if (isNothing(ceiling)) return null;
  const by = left.find(([, { usd, tokens }]) => usd === ceiling.usd || tokens === ceiling.tokens)?.[0] ?? 'attempt';
  return { ceiling, by, whole: ceiling.usd >= attempt.usd && ceiling.tokens >= attempt.tokens };
}

/** What is left for a plan, its own ceiling and the day's regarded, beside nothing that is reserved. */
export function leftFor(ledger: Ledger, planUsd: number | undefined): Amount {
  const { plan, day } = narrowed(ledger.budget, { attempt: undefined, plan: planUsd });
  const [ofPlan, ofDay] = [minus(plan, ledger.plan), minus(day, ledger.day)];
  return { usd: Math.min(ofPlan.usd, ofDay.usd), tokens: Math.min(ofPlan.tokens, ofDay.tokens) };
}

/** Reserves what an attempt may cost. */
export function reserve(ledger: Ledger, task: string, { ceiling, by }: Room): Ledger {
  return { ...ledger, open: new Map([...ledger.open, [task, { ceiling, by, used: NOTHING }]]) };
}

/** What an open attempt has cost so far. */
export function use(ledger: Ledger, task: string, used: Spending): Ledger {
  const open = ledger.open.get(task);
  return open === undefined ? ledger : { ...ledger, open: new Map([...ledger.open, [task, { ...open, used }]]) };
}

/** The agent is done: what it cost is spent, the rest of its reservation is free. `used` is null where it did not say at the end. */
export function settle(ledger: Ledger, task: string, used: Spending | null): Ledger {
  const open = new Map(ledger.open);
  const cost = used ?? open.get(task)?.used ?? NOTHING;
  open.delete(task);
  const tasks = new Map([...ledger.tasks, [task, add(ledger.tasks.get(task) ?? NOTHING, cost)]]);
  return { ...ledger, open, tasks, plan: add(ledger.plan, cost), day: add(ledger.day, cost) };
}

/** A sentence about an open attempt that has reached its ceiling; null while it has not. */
export function overdrawn(ledger: Ledger, task: string, narrower: Narrower): string | null {
  const open = ledger.open.get(task);
  if (open === undefined) return null;
  const { used, ceiling, by } = open;
  if (used.usd < ceiling.usd && used.tokens < ceiling.tokens) return null;
  const figures = used.usd >= ceiling.usd ? `${dollars(used.usd)} of ${dollars(ceiling.usd)}` : `${tokens(used)} of ${tokens(ceiling)}`;
  const rest = by === 'attempt' ? '' : `, which is what was left ${FOR[by]} (${whole(narrowed(ledger.budget, narrower)[by])})`;
  return `The attempt has used ${figures}${rest}. Raise ${key(by, narrower)}, or make the task smaller.`;
}

/** A sentence that says which ceiling leaves nothing for another attempt of a task. */
export function nothingLeft(ledger: Ledger, task: string, narrower: Narrower): string {
  const budget = narrowed(ledger.budget, narrower);
  const spent: Readonly<Record<Ceiling, Spending>> = {
    attempt: NOTHING,
    task: ledger.tasks.get(task) ?? NOTHING,
    plan: ledger.plan,
    day: ledger.day,
  };
  const by = CEILINGS.find((ceiling) => isNothing(minus(budget[ceiling], spent[ceiling]))) ?? 'plan';
  const cost =
    spent[by].unpriced > 0
      ? `${tokens(spent[by])}, at a cost that is partly unknown`
      : `${dollars(spent[by].usd)} and ${tokens(spent[by])}`;
  return `Spent ${FOR[by]}: ${cost}, of ${whole(budget[by])}. Raise ${key(by, narrower)}${by === 'day' ? ', or go on tomorrow' : ''}.`;
}

const CEILINGS: readonly Ceiling[] = ['task', 'plan', 'day', 'attempt'];
const FOR: Readonly<Record<Ceiling, string>> = {
  attempt: 'for one attempt',
  task: 'for the task',
  plan: 'for the plan',
  day: 'for today (UTC)',
};

function key(by: Ceiling, { attempt, plan }: Narrower): string {
  const own = (by === 'attempt' && attempt !== undefined) || (by === 'plan' && plan !== undefined);
  return own ? `"maxBudgetUsd" of the ${by === 'plan' ? 'plan' : 'task'}` : `"budget.${by}" in the config`;
}

/** What a session reported, as spending. */
export function spendingOf(usage: Usage): Spending {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd } = usage;
  return fromCost({ tokens: inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens, costUsd }) ?? NOTHING;
}

/** What a commit's trailers say, as spending; null where they say nothing of it. */
export function fromCost({ tokens = null, costUsd = null }: Cost): Spending | null {
  if (tokens === null && costUsd === null) return null;
  return { usd: costUsd ?? 0, tokens: tokens ?? 0, unpriced: costUsd === null ? (tokens ?? 0) : 0 };
}

/** What an attempt or several cost, as commits say it. Null means unknown. */
export interface Cost {
  readonly tokens?: number | null;
  readonly costUsd?: number | null;
}

/** Spending as a commit's trailers: no price where a part of it is not known. */
export function toCost(spending: Spending | null | undefined): { readonly tokens: number | null; readonly costUsd: number | null } {
  if (spending === null || spending === undefined) return { tokens: null, costUsd: null };
  return { tokens: spending.tokens, costUsd: spending.unpriced > 0 ? null : spending.usd };
}

export function add(a: Spending, b: Spending): Spending {
  return { ...sum(a, b), unpriced: a.unpriced + b.unpriced };
}

const sum = (a: Amount, b: Amount): Amount => ({ usd: a.usd + b.usd, tokens: a.tokens + b.tokens });
const minus = (a: Amount, b: Amount): Amount => ({ usd: a.usd - b.usd, tokens: a.tokens - b.tokens });
const larger = (a: Amount, b: Amount): Amount => ({ usd: Math.max(a.usd, b.usd), tokens: Math.max(a.tokens, b.tokens) });
const isNothing = ({ usd, tokens: count }: Amount): boolean => usd < LEAST_USD || count < 1;
const dollars = (usd: number): string => `$${usd.toFixed(2)}`;
const tokens = ({ tokens: count }: Amount): string => `${count.toLocaleString('en')} tokens`;
const whole = (amount: Amount): string => `${dollars(amount.usd)} and ${tokens(amount)}`;

/** The budget of a machine that may spend so much of what is left for a plan: others spend the rest at the same time. */
export function within(budget: Budget, spent: Amount, ceiling: Amount): Budget {
  const { plan } = budget;
  return {
    ...budget,
    plan: { usd: Math.min(plan.usd, spent.usd + ceiling.usd), tokens: Math.min(plan.tokens, spent.tokens + ceiling.tokens) },
  };
}

const lower = (amount: Amount, usd: number | undefined): Amount => ({ ...amount, usd: Math.min(amount.usd, usd ?? Infinity) });

/** What a plan or a task says may lower a ceiling, never raise it. */
function narrowed(budget: Budget, narrower: Narrower): Budget {
  return { ...budget, attempt: lower(budget.attempt, narrower.attempt), plan: lower(budget.plan, narrower.plan) };
}
