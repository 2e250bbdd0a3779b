/**
 * The run as a pure state machine: `transition(run, fact) → [run, effects]`.
 *
 *   start-attempt ─ agent-finished ─ check-work ─ work-checked ─ run-gates ─ gates-finished ─ commit-task ─ task-completed
 *        ▲                 │                          │                          │                │
 *        │                 └──────────────┬───────────┴──────────────────────────┴── not passed ──┘
 *        │                                ▼
 *        └──── willRetry ──────── finish-attempt ─ attempt-finished ──── record-failure ─ task-failed ─ (paused)
 *
 * After every `task-completed` comes `read-plan`: the file is the control plane, so what a person has changed
 * is known before the next task is chosen.
 */
import type { Effect, Fact, Failure } from './effect.ts';
import type { RunEvent } from './event.ts';
import type { Outcome, PauseReason } from './outcome.ts';
import type { Plan } from './plan.ts';
import { allDone, inScope, openTasks, phaseOf } from './progress.ts';
import { readiness, waitsForPerson } from './schedule.ts';
import type { Readiness } from './schedule.ts';
import type { RunEnd } from './summary.ts';

type Step = 'working' | 'checking' | 'gating' | 'committing' | 'finishing' | 'recording';

/** A task that is being done. */
interface Active {
  readonly step: Step;
  /** Counts from 1; tries of an earlier run included. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly failures: readonly Failure[];
}

export interface Run {
  readonly plan: Plan;
  /** The tasks this run may do; null means all. */
  readonly scope: ReadonlySet<string> | null;
  /** Tasks a person has named for this run: a manual phase does not ask again. */
  readonly approved: ReadonlySet<string>;
  /** Where a task does not say. */
  readonly maxAttempts: number;
  readonly active: ReadonlyMap<string, Active>;
  /** Set when the run is to stop at the next boundary. */
  readonly stop: { readonly reason: PauseReason; readonly detail: string; readonly now: boolean } | null;
  readonly end: RunEnd | null;
}

/** Outcomes that another try may mend. */
const MENDABLE: ReadonlySet<Outcome> = new Set<Outcome>([
  'gate_failed',
  'no_changes',
  'files_violation',
  'agent_failed',
  'refused',
  'denied',
  'timeout_idle',
  'timeout_wall',
  'hook_failed',
]);

/** Outcomes that say nothing of the task: the plan waits, the task stays pending. */
const WAITS: Readonly<Partial<Record<Outcome, PauseReason>>> = {
  cancelled: 'requested',
  interrupted: 'plan_invalid',
  conflict: 'conflict',
  rate_limited: 'rate_limited',
  budget: 'budget',
};

/** The next state, and what is to be done in the world. */
type Next = readonly [Run, readonly Effect[]];

/** A run that has not begun. */
export function newRun(plan: Plan, options: Pick<Run, 'scope' | 'approved' | 'maxAttempts'>): Run {
  return { plan, ...options, active: new Map(), stop: null, end: null };
}

/** One step of the machine. Never throws for a fact that comes late: one about a task that is no longer active changes nothing. */
export function transition(run: Run, fact: Fact): Next {
  if (run.end !== null) return [run, []];
  switch (fact.type) {
    case 'run-started':
      return [run, [{ type: 'read-plan' }]];
    case 'plan-read':
      return schedule({ ...run, plan: fact.plan });
    case 'pause-requested': {
      const now = fact.now || run.stop !== null;
      const stop = {
        reason: 'requested' as const,
        detail: fact.by === 'signal' ? 'asked for by a signal' : 'asked for in the plan file',
        now,
      };
      return [{ ...run, stop }, now ? [{ type: 'stop-agents' }] : []];
    }
    case 'agent-finished': {
      const failure = {
        outcome: fact.outcome,
        reason: fact.reason,
        tail: fact.tail,
        fingerprint: `${fact.outcome} ${fact.reason}`,
        gates: [],
      };
      return advance(run, fact, 'working', fact.outcome === 'passed' ? null : failure, 'checking', {
        type: 'check-work',
        task: fact.task,
        attempt: fact.attempt,
      });
    }
    case 'work-checked':
      return advance(run, fact, 'checking', fact.failure, 'gating', { type: 'run-gates', task: fact.task, attempt: fact.attempt });
    case 'gates-finished': {
      const { maxAttempts = 0 } = run.active.get(fact.task) ?? {};
      const effect = { type: 'commit-task', task: fact.task, attempt: fact.attempt, maxAttempts, stopping: run.stop !== null } as const;
      return advance(run, fact, 'gating', fact.failure, 'committing', effect);
    }
    case 'commit-refused':
      return current(run, fact, 'committing') === null ? [run, []] : fail(run, fact.task, fact.failure);
    case 'attempt-finished':
      return afterAttempt(run, fact);
    case 'task-completed':
      return afterTask(run, fact);
    case 'task-failed':
      return ended(run, {
        type: 'paused',
        reason: 'task_failed',
        task: fact.task,
        phase: phaseOf(run.plan, fact.task)?.id ?? null,
        detail: fact.reason,
      });
    case 'run-paused':
      return ended(run, { type: 'paused', reason: fact.reason, task: fact.task, phase: fact.phase, detail: fact.detail });
    case 'run-completed':
      return ended(run, fact.open === 0 ? { type: 'completed' } : { type: 'done' });
    case 'run-failed':
      return ended(run, { type: 'failed', reason: fact.reason });
    case 'phase-started':
    case 'task-started':
    case 'attempt-started':
    case 'agent-output':
    case 'gate-started':
    case 'gate-output':
    case 'gate-finished':
    case 'phase-completed':
    case 'plan-edited':
    case 'note':
      return [run, []];
  }
}

function ended(run: Run, end: RunEnd): Next {
  return [{ ...run, active: new Map(), end }, []];
}

/** The active entry, if the fact is about the attempt and the step that the machine is at. */
function current(run: Run, fact: { readonly task: string; readonly attempt: number }, step: Step): Active | null {
  const active = run.active.get(fact.task);
  return active !== undefined && active.step === step && active.attempt === fact.attempt ? active : null;
}

function withActive(run: Run, task: string, active: Active | null): Run {
  const next = new Map(run.active);
  if (active === null) next.delete(task);
  else next.set(task, active);
  return { ...run, active: next };
}

function advance(
  run: Run,
  fact: { readonly task: string; readonly attempt: number },
  from: Step,
  failure: Failure | null,
  to: Step,
  effect: Effect,
): Next {
  const active = current(run, fact, from);
  if (active === null) return [run, []];
  if (failure !== null) return fail(run, fact.task, failure);
  return [withActive(run, fact.task, { ...active, step: to }), [effect]];
}

function fail(run: Run, task: string, failure: Failure): Next {
  const active = run.active.get(task);
  if (active === undefined) return [run, []];
  const failures = [...active.failures, failure];
  const willRetry = MENDABLE.has(failure.outcome) && active.attempt < active.maxAttempts && run.stop === null && !stuck(failures);
  const next = withActive(run, task, { ...active, step: 'finishing', failures });
  return [next, [{ type: 'finish-attempt', task, attempt: active.attempt, failure, willRetry }]];
}

/** Two attempts in a row that fail in the same way, on the same work: a third would only cost. */
function stuck(failures: readonly Failure[]): boolean {
  const [last, before] = [failures.at(-1), failures.at(-2)];
  return last !== undefined && before !== undefined && last.fingerprint === before.fingerprint;
}

function afterAttempt(run: Run, fact: { readonly task: string; readonly attempt: number; readonly willRetry: boolean }): Next {
  const active = current(run, fact, 'finishing');
  const failure = active?.failures.at(-1);
  if (active === null || failure === undefined) return [run, []];
  const { task, attempt } = fact;
  if (fact.willRetry && run.stop === null) {
    const next: Active = { ...active, step: 'working', attempt: attempt + 1 };
    return [withActive(run, task, next), [{ type: 'start-attempt', task, attempt: next.attempt, maxAttempts: next.maxAttempts, failure }]];
  }
  const waits = WAITS[failure.outcome];
  // A try that was cut short is not counted; one that failed while the run was stopping is, and can go on from there.
  const counted = MENDABLE.has(failure.outcome) && attempt < active.maxAttempts && run.stop !== null && !stuck(active.failures);
  if (waits !== undefined || counted) {
    const stop = waits === undefined || run.stop?.now === true ? run.stop : null;
    const reason = stop?.reason ?? waits ?? 'requested';
    const detail = stop?.detail ?? failure.reason;
    const attempts = new Map(counted ? [[task, attempt]] : attempt > 1 ? [[task, attempt - 1]] : []);
    return [withActive(run, task, { ...active, step: 'recording' }), [{ type: 'record-pause', reason, task, detail, attempts }]];
  }
  return [withActive(run, task, { ...active, step: 'recording' }), [{ type: 'record-failure', task, attempts: attempt, failure }]];
}

function afterTask(run: Run, fact: Extract<RunEvent, { type: 'task-completed' }>): Next {
  if (current(run, fact, 'committing') === null) return [run, []];
  const next = withActive(run, fact.task, null);
  // The commit itself may have said that the plan pauses or is done; the run then ends with the event that says so.
  return fact.planStatus === 'running' ? [next, [{ type: 'read-plan' }]] : [next, []];
}

/** Chooses what to do at a boundary. Called with nothing active: tasks run one after another. */
function schedule(run: Run): Next {
  if (run.active.size > 0) return [run, []];
  const none = new Map<string, number>();
  if (run.stop !== null)
    return [run, [{ type: 'record-pause', reason: run.stop.reason, task: null, detail: run.stop.detail, attempts: none }]];
  if (run.plan.status === 'failed') return ended(run, { type: 'failed', reason: 'cancelled in the plan file' });
  if (run.plan.status === 'paused')
    return [run, [{ type: 'record-pause', reason: 'requested', task: null, detail: 'asked for in the plan file', attempts: none }]];
  if (allDone(run.plan)) return [run, [{ type: 'record-completion', open: 0 }]];
  const entries = readiness(inScope(run.plan, run.scope), { approved: run.approved });
  const task = entries.find((entry) => entry.ready)?.task;
  if (task === undefined && entries.length === 0) return [run, [{ type: 'record-completion', open: openTasks(run.plan) }]];
  if (task === undefined) return [run, [{ type: 'record-pause', ...whyNothing(entries), attempts: none }]];
  const maxAttempts = task.maxAttempts ?? run.maxAttempts;
  // A limit lowered in the file below the tries already made still grants the one that was asked for.
  const attempt = Math.min(task.attempts + 1, maxAttempts);
  return [
    withActive(run, task.id, { step: 'working', attempt, maxAttempts, failures: [] }),
    [{ type: 'start-attempt', task: task.id, attempt, maxAttempts, failure: null }],
  ];
}

/** The pause that says what a person has to do when open tasks are left and none may start. */
function whyNothing(entries: readonly Readiness[]): { reason: PauseReason; task: string | null; detail: string } {
  const waiting = waitsForPerson(entries);
  const task = waiting?.task.id ?? null;
  switch (waiting?.because[0]?.type) {
    case 'task-failed':
      return { reason: 'task_failed', task, detail: 'it failed in an earlier run' };
    case 'human-task':
      return { reason: 'human_task', task, detail: 'a person does it and ticks its box' };
    case 'needs-approval':
      return { reason: 'manual_approval_required', task, detail: 'its phase is manual' };
    default: {
      const detail = 'what the tasks that were asked for depend on is still open';
      return { reason: 'requested', task, detail };
    }
  }
}
