/** What a run is to its machine: the plan, what is at work at which step of its attempt, and why nothing starts any more. */
import type { Ledger } from './budget.ts';
import type { Effect, Failure, Waiting } from './effect.ts';
import type { Plan } from './plan.ts';
import type { RunEnd } from './summary.ts';

export type Step = 'working' | 'checking' | 'gating' | 'committing' | 'finishing' | 'recording';

/** A task that is being done. */
export interface Active {
  readonly step: Step;
  /** Whether it works apart, in a worktree of its own. */
  readonly apart: boolean;
  /** Counts from 1; tries of an earlier run included. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly failures: readonly Failure[];
  /** A person leaves it out: whatever comes of the attempt is kept, and does not count. */
  readonly skipped?: true;
}

/** Why nothing starts any more. */
export interface Stop extends Waiting {
  /** Whether what runs was told to stop at once. */
  readonly now: boolean;
  /** The plan is given up: nothing else counts any more. */
  readonly cancelled?: boolean;
}

export interface Run {
  readonly plan: Plan;
  /** The tasks this run may do; null means all. */
  readonly scope: ReadonlySet<string> | null;
  /** Tasks that a person has named or approved: a manual phase does not ask again. */
  readonly approved: ReadonlySet<string>;
  /** Where a task does not say. */
  readonly maxAttempts: number;
  /** Tasks of a parallel phase at once, where the phase does not say. */
  readonly maxConcurrency: number;
  /** Milliseconds a task is expected to take; what is not known counts as equal. */
  readonly estimate: (task: string) => number;
  /** What agents have cost, and what they may. */
  readonly ledger: Ledger;
  /** Tasks at which the runner has died too often in a row. */
  readonly crashed: ReadonlySet<string>;
  readonly active: ReadonlyMap<string, Active>;
  readonly stop: Stop | null;
  /** Null where this run carries the plan out alone. */
  readonly wave: Wave | null;
  /** Tries of tasks that stay pending, to be written into the file at the pause; at first those of a wave that were made elsewhere. */
  readonly tries: ReadonlyMap<string, number>;
  readonly end: RunEnd | null;
}

/**
 * The part of a run in a wave of tasks that several machines do at once. `work`: does one of them. `join`: lands what the others have done, one
 * after another; none is tried twice here, and what stops the plan for the sake of one waits until all have had their turn. Neither pauses the
 * plan at its end, as it goes on elsewhere.
 */
export type Wave = 'work' | 'join';

/** The next state, and what is to be done in the world. */
export type Next = readonly [Run, readonly Effect[]];

export type RunLimits = Pick<Run, 'scope' | 'approved' | 'maxAttempts' | 'maxConcurrency' | 'estimate' | 'ledger' | 'crashed'> &
  Partial<Pick<Run, 'wave' | 'tries'>>;

/** A run that has not begun. */
export function newRun(plan: Plan, limits: RunLimits): Run {
  return { plan, wave: null, tries: new Map(), ...limits, active: new Map(), stop: null, end: null };
}

/** The active entry, if the machine is at that step of that attempt (any attempt where null). */
export function current(run: Run, task: string, attempt: number | null, step: Step): Active | null {
  const active = run.active.get(task);
  return active !== undefined && active.step === step && (attempt === null || active.attempt === attempt) ? active : null;
}

export function withActive(run: Run, task: string, active: Active | null): Run {
  const next = new Map(run.active);
  if (active === null) next.delete(task);
  else next.set(task, active);
  return { ...run, active: next };
}

/** Whether nothing else is at work, so that a commit may say that the plan pauses. Who joins knows only at the end. */
export function isLast({ active, wave }: Run): boolean {
  return active.size === 1 && wave !== 'join';
}

/** A task is no longer active; where others' work is joined, not even one that stays open comes again. */
export function hadItsTurn(run: Run, task: string): Run {
  const { wave, scope } = run;
  const rest = wave === 'join' && scope !== null ? new Set([...scope].filter((id) => id !== task)) : scope;
  return { ...withActive(run, task, null), scope: rest };
}
