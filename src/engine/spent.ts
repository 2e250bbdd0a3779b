/** What agents have cost and when a rate limit resets, for people to look at: from the cache, as far as it has seen HEAD, and from git. */
import type { Store } from '../adapters/store/store.ts';
import { add, fromCost, NOTHING, type Spending } from '../core/budget.ts';
import type { PlanRecord } from '../core/record.ts';
import type { Evidence } from '../core/evidence.ts';
import { attemptsOf, isConversation } from './kept.ts';
import { listEvidence, listPaths } from './list-history.ts';
import type { Workspace } from './workspace.ts';

export interface Spent {
  /** Of all plans, since the day of `now` began, in UTC. */
  readonly today: Spending;
  readonly plans: ReadonlyMap<string, Spending>;
}

/** What commits say, read from a synced cache. */
export function recordedSpending(store: Store, now: Date): Spent {
  const rows = store.history.spent(dayOf(now));
  return {
    today: rows.reduce((sum: Spending, row) => add(sum, row), NOTHING),
    plans: new Map(store.history.spent().map(({ planId, ...spending }) => [planId, spending])),
  };
}

/** With what attempts at tasks that are not completed, and conversations, have cost that no commit of the branch says yet. `kept` are the refs of kept attempts. */
export async function withUnrecorded(workspace: Workspace, recorded: Spent, kept: ReadonlyMap<string, string>, now: Date): Promise<Spent> {
  const lists = listPaths(workspace).length > 0 ? await listEvidence(workspace, new Set(recorded.plans.keys())) : [];
  if (kept.size === 0 && lists.length === 0) return recorded;
  // Imported only where there are any: `plans status` is asked often.
  const { keptAttempts } = await import('./spending.ts');
  const store = workspace.store();
  const notCompleted = new Set(store.records.notCompleted().map(({ planId, id }) => attemptsOf(planId, id)));
  const counted = [...kept].filter(([ref]) => isConversation(ref) || notCompleted.has(ref.slice(0, ref.lastIndexOf('/') + 1)));
  const plans = new Map(recorded.plans);
  let { today } = recorded;
  for (const { planId, at, evidence } of lists) {
    const cost = fromCost(evidence);
    if (cost === null) continue;
    plans.set(planId, add(plans.get(planId) ?? NOTHING, cost));
    if (at >= Date.parse(dayOf(now))) today = add(today, cost);
  }
  for (const { evidence, at } of await keptAttempts(workspace, counted)) {
    const cost = fromCost(evidence);
    if (cost === null || at <= Date.parse(store.history.recordedAt(evidence.plan, evidence.task) ?? '1970-01-01')) continue;
    plans.set(evidence.plan, add(plans.get(evidence.plan) ?? NOTHING, cost));
    if (at >= Date.parse(dayOf(now))) today = add(today, cost);
  }
  return { today, plans };
}

/** When the rate limits reset (ISO 8601) at which plans pause, by plan, as the commits say that paused them. */
export function resetsOf(store: Store, plans: readonly Pick<PlanRecord, 'id' | 'status'>[]): ReadonlyMap<string, string> {
  return new Map(
    plans.flatMap(({ id, status }) => {
      const word = status === 'paused' ? store.history.lastWord(id) : null;
      const evidence = word === null ? null : (JSON.parse(word) as Exclude<Evidence, { iteration: unknown }>);
      return evidence?.resetsAt === undefined ? [] : [[id, evidence.resetsAt] as const];
    }),
  );
}

/** The beginning of its day, ISO 8601. */
function dayOf(now: Date): string {
  return `${now.toISOString().slice(0, 10)}T00:00:00.000Z`;
}
