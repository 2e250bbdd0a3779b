/**
 * What agents have cost, read from git: a task's commit and the commit that records a failure say what its attempts cost, and an attempt
 * that no such commit speaks of yet says it in the commit that keeps it; the commit of a generated plan or a review says what that cost.
 * So that neither a lost cache nor another clone spends twice.
 */
import type { Commit } from '../adapters/git/git.ts';
import type { Said } from '../core/past.ts';
import { MAX_CRASHES } from '../core/admission.ts';
import { add, fromCost, NOTHING, type Spending } from '../core/budget.ts';
import type { AttemptEvidence, PlanEvidence, TaskEvidence } from '../core/evidence.ts';
import { readAttempt } from '../core/trailer.ts';
import { withAttempt, withCost, type Unrecorded } from '../core/unrecorded.ts';
import { evidenceOf } from './history.ts';
import { ATTEMPTS, numberOf } from './kept.ts';
import { listEvidence } from './list-history.ts';
import { recordDead } from './planner/cost-journal.ts';
import type { Workspace } from './workspace.ts';

export interface SpentSoFar {
  readonly plan: Spending;
  /** Of all plans, since the day of `now` began, in UTC. */
  readonly day: Spending;
  /** Of each of the plan's tasks, since it was last done. */
  readonly tasks: ReadonlyMap<string, Spending>;
  /** The part of it that no commit of the branch says yet. */
  readonly unrecorded: Map<string, Unrecorded>;
  /** The plan's tasks whose last attempts in a row ended with their runner. */
  readonly crashed: ReadonlySet<string>;
}

/** What commits say of cost: of each plan and its tasks, and of the day. */
export interface SpendingFold {
  of(planId: string): Pick<SpentSoFar, 'plan' | 'day' | 'tasks'>;
  /** When a commit last spoke of a task; milliseconds since the epoch, before all time where none has. */
  recordedAt(planId: string, task: string): number;
  /** Counts something more. */
  count(planId: string, task: string | null, at: number, cost: Spending): void;
}

/** Adds up what commits say, oldest first. */
export function foldSpending(said: readonly Said[], now: Date): SpendingFold {
  const dayStart = new Date(now).setUTCHours(0, 0, 0, 0);
  const plans = new Map<string, { plan: Spending; readonly tasks: Map<string, Spending> }>();
  const recorded = new Map<string, number>();
  let day = NOTHING;
  const at = (planId: string) => {
    const known = plans.get(planId) ?? { plan: NOTHING, tasks: new Map<string, Spending>() };
    plans.set(planId, known);
    return known;
  };
  const count = (planId: string, task: string | null, when: number, cost: Spending): void => {
    if (when >= dayStart) day = add(day, cost);
    const spent = at(planId);
    spent.plan = add(spent.plan, cost);
    if (task !== null) spent.tasks.set(task, add(spent.tasks.get(task) ?? NOTHING, cost));
  };
  for (const { planId, at: when, evidence } of said) {
    if ('iteration' in evidence) {
      const cost = evidence.plan === null ? null : fromCost(evidence);
      if (cost !== null) count(planId, null, when, cost);
      continue;
    }
    const record = recordIn(evidence);
    if (record === null) continue;
    recorded.set(keyOf(planId, record.task), when);
    if (record.cost !== null) count(planId, record.task, when, record.cost);
    if (record.done) at(planId).tasks.delete(record.task);
  }
  return {
    of: (planId) => ({ plan: at(planId).plan, day, tasks: at(planId).tasks }),
    recordedAt: (planId, task) => recorded.get(keyOf(planId, task)) ?? -Infinity,
    count,
  };
}

/** Reads it all anew. */
export async function spentSoFar(workspace: Workspace, planId: string, now: Date): Promise<SpentSoFar> {
  await recordDead(workspace);
  const ofPlans = await evidenceOf(workspace);
  const ofLists = await listEvidence(workspace, new Set(ofPlans.map((said) => said.planId)));
  const fold = foldSpending([...ofPlans, ...ofLists], now);
  const unrecorded = new Map<string, Unrecorded>();
  const kept = await keptAttempts(workspace, await workspace.git.refs(ATTEMPTS));
  for (const { evidence, at } of kept) {
    const { plan, task } = evidence;
    if (at <= fold.recordedAt(plan, task)) continue;
    const cost = fromCost(evidence);
    if (cost !== null) fold.count(plan, task, at, cost);
    if (plan !== planId) continue;
    const tried = withAttempt(unrecorded.get(task), evidence);
    unrecorded.set(task, cost === null ? tried : withCost(tried, cost));
  }
  return {
    ...fold.of(planId),
    unrecorded,
    crashed: crashedIn(kept.filter(({ evidence }) => evidence.plan === planId).map(({ evidence }) => evidence)),
  };
}

const keyOf = (plan: string, task: string): string => `${plan}\n${task}`;

/** What a commit of the branch says about a task's attempts before it. */
function recordIn(evidence: TaskEvidence | PlanEvidence): { task: string; cost: Spending | null; done: boolean } | null {
  if (evidence.task === null) return null;
  const cost = fromCost(evidence);
  const done = 'attempt' in evidence;
  return done || cost !== null || evidence.outcomes !== undefined ? { task: evidence.task, cost, done } : null;
}

interface Kept {
  readonly evidence: AttemptEvidence;
  readonly at: number;
}

/** What the kept attempts under some refs say; a task's in their order. */
export async function keptAttempts({ git }: Workspace, refs: Iterable<readonly [ref: string, id: string]>): Promise<readonly Kept[]> {
  const sorted = [...refs].toSorted(([a], [b]) => numberOf(a) - numberOf(b));
  if (sorted.length === 0) return [];
  const commits = new Map((await git.log({ only: [...new Set(sorted.map(([, id]) => id))] })).map((commit) => [commit.id, commit]));
  return sorted.flatMap(([, id]) => keptIn(commits.get(id)));
}

function keptIn(commit: Commit | undefined): Kept[] {
  const evidence = commit === undefined ? null : readAttempt(commit.trailers);
  return evidence === null ? [] : [{ evidence, at: Date.parse(commit?.committedAt ?? '') }];
}

function crashedIn(attempts: readonly AttemptEvidence[]): ReadonlySet<string> {
  const inARow = new Map<string, number>();
  for (const { task, outcome } of attempts) inARow.set(task, outcome === 'interrupted' ? (inARow.get(task) ?? 0) + 1 : 0);
  return new Set([...inARow].filter(([, count]) => count >= MAX_CRASHES).map(([task]) => task));
}
