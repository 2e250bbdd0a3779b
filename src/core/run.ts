/**
 * The run as a pure state machine: `transition(run, fact) → [run, effects]`.
 *
 *   start-attempt ─ agent-finished ─ check-work ─ work-checked ─ run-gates ─ gates-finished ─ commit-task ─ task-completed
 *        ▲                 │                          │                          │                │
 *        │                 └──────────────┬───────────┴──────────────────────────┴── not passed ──┘
 *        │                                ▼
 *        └──── willRetry ──────── finish-attempt ─ attempt-finished ──── record-failure ─ task-failed
 *
 * Each active task is at its own step of this; in a parallel phase there are several. After every `task-completed` comes
 * `read-plan`: the file is the control plane, so what a person has changed is known before the next task is chosen. Once
 * `stop` is set, what runs is let finish, nothing starts, and the last to finish brings the pause.
 */
import { admit, hasRoom, spend, type Admission } from './admission.ts';
import { stillApproved } from './approval.ts';
import { settle, spendingOf, type Ledger } from './budget.ts';
import { choose } from './choose.ts';
import type { Effect, Fact, Failure, Waiting } from './effect.ts';
import type { RunEvent } from './event.ts';
import { mendable, stuck, WAITS } from './judgement.ts';
import type { Plan } from './plan.ts';
import { allDone, findTask, inScope, openTasks, phaseOf } from './progress.ts';
import { readiness } from './schedule.ts';
import type { RunEnd } from './summary.ts';
import { whyNothing } from './waiting.ts';

type Step = 'working' | 'checking' | 'gating' | 'committing' | 'finishing' | 'recording';

/** A task that is being done. */
interface Active {
  readonly step: Step;
  /** Whether it works apart, in a worktree of its own. */
  readonly apart: boolean;
  /** Counts from 1; tries of an earlier run included. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly failures: readonly Failure[];
}

/** Why nothing starts any more. */
interface Stop extends Waiting {
  /** Whether what runs was told to stop at once. */
  readonly now: boolean;
  /** The plan is given up: nothing else counts any more. */
  readonly cancelled?: boolean;
}

const ASKED: Stop = { reason: 'requested', task: null, detail: 'asked for in the plan file', now: false, byFile: true };
const CANCELLED: Stop = { reason: 'requested', task: null, detail: 'cancelled', now: true, cancelled: true };

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
type Next = readonly [Run, readonly Effect[]];

export type RunLimits = Pick<Run, 'scope' | 'approved' | 'maxAttempts' | 'maxConcurrency' | 'estimate' | 'ledger' | 'crashed'> &
  Partial<Pick<Run, 'wave' | 'tries'>>;

/** A run that has not begun. */
export function newRun(plan: Plan, limits: RunLimits): Run {
  return { plan, wave: null, tries: new Map(), ...limits, active: new Map(), stop: null, end: null };
}

/** One step of the machine. Never throws for a fact that comes late: one about a task that is no longer active changes nothing. */
export function transition(run: Run, fact: Fact): Next {
  if (run.end !== null) return [run, []];
  switch (fact.type) {
    case 'run-started':
      return [run, [{ type: 'read-plan' }]];
    case 'plan-read':
      return obey(run, fact.plan, fact.withdrawn ?? false);
    case 'plan-unusable':
      return halt(run, { reason: 'plan_invalid', task: null, detail: fact.detail, now: false });
    case 'head-moved':
      return halt(run, { reason: 'conflict', task: null, detail: fact.detail, now: false });
    case 'remote-lost':
      return halt(run, { reason: 'remote', task: null, detail: fact.detail, now: fact.now });
    case 'pause-requested': {
      if (fact.by === 'file' && !fact.now) return halt(run, ASKED);
      const again = run.stop?.reason === 'requested' && run.stop.byFile !== true;
      return halt(run, { reason: 'requested', task: null, detail: 'asked for by a signal', now: fact.now || again });
    }
    case 'pause-withdrawn':
      // Where nothing is active any more the pause is being written, and whoever writes it looks at the file first.
      return run.stop?.byFile === true && run.active.size > 0 ? [{ ...run, stop: null }, [{ type: 'read-plan' }]] : [run, []];
    case 'cancel-requested':
      return halt(run, CANCELLED);
    case 'agent-usage': {
      if (current(run, fact.task, fact.attempt, 'working') === null) return [run, []];
      const [ledger, effects] = spend(run, fact);
      return [{ ...run, ledger }, effects];
    }
    case 'message-asked':
      return [{ ...run, ledger: settle(run.ledger, fact.task, spendingOf(fact.usage)) }, []];
    case 'agent-stalled': {
      const { task, attempt, reason } = fact;
      const effect: Effect = { type: 'stop-agent', task, attempt, outcome: 'timeout_idle', reason };
      return [run, current(run, task, attempt, 'working') === null ? [] : [effect]];
    }
    case 'agent-finished':
    case 'work-checked':
    case 'gates-finished':
    case 'commit-refused':
      return advance(run, fact);
    case 'attempt-finished':
      return afterAttempt(run, fact);
    case 'task-completed':
      return afterTask(run, fact);
    case 'task-failed':
      return current(run, fact.task, null, 'recording') === null
        ? [run, []]
        : halt(hadItsTurn(run, fact.task), { reason: 'task_failed', task: fact.task, detail: fact.reason, now: false });
    case 'run-paused':
      if (run.stop?.cancelled === true) return [run, [{ type: 'record-cancellation' }]];
      return ended(run, pausedBy(fact));
    case 'run-completed':
      // Cancelled while that was being written: it wins.
      if (run.stop?.cancelled === true) return [run, [{ type: 'record-cancellation' }]];
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

/** The active entry, if the machine is at that step of that attempt (any attempt where null). */
function current(run: Run, task: string, attempt: number | null, step: Step): Active | null {
  const active = run.active.get(task);
  return active !== undefined && active.step === step && (attempt === null || active.attempt === attempt) ? active : null;
}

function withActive(run: Run, task: string, active: Active | null): Run {
  const next = new Map(run.active);
  if (active === null) next.delete(task);
  else next.set(task, active);
  return { ...run, active: next };
}

function pausedBy({ reason, task, phase, detail, resetsAt }: Extract<RunEvent, { type: 'run-paused' }>): RunEnd {
  return { type: 'paused', reason, task, phase, detail, ...(resetsAt ? { resetsAt } : {}) };
}

type StepFact = Extract<Fact, { type: 'agent-finished' | 'work-checked' | 'gates-finished' | 'commit-refused' }>;

/** From one step of an attempt to the next, or to its judgement. */
function advance(before: Run, fact: StepFact): Next {
  const { task, attempt } = fact;
  const run = fact.type === 'agent-finished' ? settled(before, fact) : before;
  const to = (from: Step, failure: Failure | null, step: Step, effect: (active: Active) => Effect): Next => {
    const active = current(run, task, attempt, from);
    if (active === null) return [run, []];
    if (failure !== null) return fail(run, task, active, failure);
    return [withActive(run, task, { ...active, step }), [effect(active)]];
  };
  switch (fact.type) {
    case 'agent-finished': {
      const { outcome, reason, tail, resetsAt = null } = fact;
      const failure = outcome === 'passed' ? null : { outcome, reason, tail, resetsAt, fingerprint: `${outcome} ${reason}`, gates: [] };
      return to('working', failure, 'checking', () => ({ type: 'check-work', task, attempt }));
    }
    case 'work-checked':
      return to('checking', fact.failure, 'gating', () => ({ type: 'run-gates', task, attempt }));
    case 'gates-finished':
      return to('gating', fact.failure, 'committing', ({ maxAttempts, apart }) => {
        const alone = isLast(run);
        return { type: 'commit-task', task, attempt, maxAttempts, apart, stop: run.stop, alone };
      });
    case 'commit-refused':
      return to('committing', fact.failure, 'committing', () => ({ type: 'read-plan' }));
  }
}

/** What the agent has cost is known now; gates cost time alone. */
function settled(run: Run, { task, attempt, usage }: Extract<StepFact, { type: 'agent-finished' }>): Run {
  if (current(run, task, attempt, 'working') === null) return run;
  return { ...run, ledger: settle(run.ledger, task, usage === null ? null : spendingOf(usage)) };
}

function fail(run: Run, task: string, active: Active, failure: Failure): Next {
  const failures = [...active.failures, failure];
  const willRetry =
    run.wave !== 'join' &&
    mendable(failure, active) &&
    active.attempt < active.maxAttempts &&
    run.stop === null &&
    !stuck(failures) &&
    hasRoom(run, task);
  const next = withActive(run, task, { ...active, step: 'finishing', failures });
  return [next, [{ type: 'finish-attempt', task, attempt: active.attempt, failure, willRetry }]];
}

function afterAttempt(run: Run, { task, attempt, willRetry }: Extract<RunEvent, { type: 'attempt-finished' }>): Next {
  const active = current(run, task, attempt, 'finishing');
  const failure = active?.failures.at(-1);
  if (active === null || failure === undefined) return [run, []];
  const { maxAttempts, apart } = active;
  const planned = findTask(run.plan, task);
  const admission = willRetry && run.stop === null && planned !== undefined ? admit(run, planned, true) : null;
  if (admission?.type === 'start') {
    const { ledger, ceiling } = admission;
    const next: Active = { ...active, step: 'working', attempt: attempt + 1 };
    const effect: Effect = { type: 'start-attempt', task, attempt: next.attempt, maxAttempts, apart, failure, ceiling };
    return [withActive({ ...run, ledger }, task, next), [effect]];
  }
  const waits = mendable(failure, active) ? undefined : (failure.waits ?? WAITS[failure.outcome]);
  // A try that was cut short is not counted; one that failed while the run was stopping is, and can go on from there.
  const counted = mendable(failure, active) && attempt < maxAttempts && !stuck(active.failures);
  if (waits === undefined && !counted) {
    const recording = withActive(run, task, { ...active, step: 'recording' });
    return [recording, [{ type: 'record-failure', task, attempts: attempt, failure, alone: isLast(run) }]];
  }
  if (counted && run.wave === 'join') {
    return [hadItsTurn(run, task), [{ type: 'record-try', task, attempts: attempt, failure }]];
  }
  const used = counted ? attempt : attempt - 1;
  const tries = used > 0 ? new Map([...run.tries, [task, used]]) : run.tries;
  const next = { ...hadItsTurn(run, task), tries };
  // A pause that was withdrawn while the attempt was being judged: the task goes on with its next try, where anything is left for it.
  if (counted && run.stop === null) return [next, [{ type: 'read-plan' }]];
  // A pause in the file may be taken back; what the task waits for may not.
  const known = waits !== undefined && run.stop?.byFile === true ? null : run.stop;
  const { resetsAt = null, reason: detail } = failure;
  const stop = known ?? { reason: waits ?? 'requested', task, detail, now: false, resetsAt };
  return schedule({ ...next, stop: { ...stop, task: stop.task ?? task } });
}

function afterTask(run: Run, fact: Extract<RunEvent, { type: 'task-completed' }>): Next {
  if (current(run, fact.task, fact.attempt, 'committing') === null) return [run, []];
  const next = withActive(run, fact.task, null);
  // The commit itself may have said that the plan pauses or is done; the run then ends with the event that says so.
  return fact.planStatus === 'running' ? [next, [{ type: 'read-plan' }]] : [next, []];
}

/** Stops at the next boundary, and tells what runs to stop where it is asked for. The first reason stays, unless another is more urgent. */
function halt(run: Run, stop: Stop): Next {
  const kept = run.stop === null || urgency(stop) > urgency(run.stop) ? stop : run.stop;
  const [next, effects] = schedule({ ...run, stop: kept });
  return [next, kept.now && run.stop?.now !== true && run.active.size > 0 ? [{ type: 'stop-agents' }, ...effects] : effects];
}

function urgency(stop: Stop): number {
  if (stop.cancelled === true) return 3;
  if (stop.now) return 2;
  return stop.byFile === true ? 0 : 1;
}

/** What the plan file says goes before what was to be done. */
function obey(before: Run, plan: Plan, withdrawn: boolean): Next {
  const run = { ...before, plan, approved: stillApproved(before.approved, before.plan, plan) };
  if (plan.status === 'failed') return halt(run, CANCELLED);
  if (plan.status === 'paused') return halt(run, ASKED);
  // What it stops for may be settled: the pause taken back, the failed task tried again or skipped by a person.
  const failed = run.stop?.reason === 'task_failed' ? (run.stop.task ?? '') : '';
  const settled = findTask(before.plan, failed)?.status === 'failed' && findTask(plan, failed)?.status !== 'failed';
  const goesOn = run.stop?.byFile === true && (withdrawn || before.plan.status === 'paused');
  return schedule(goesOn || settled ? { ...run, stop: null } : run);
}

/** Whether nothing else is at work, so that a commit may say that the plan pauses. Who joins knows only at the end. */
function isLast({ active, wave }: Run): boolean {
  return active.size === 1 && wave !== 'join';
}

/** A task is no longer active; where others' work is joined, not even one that stays open comes again. */
function hadItsTurn(run: Run, task: string): Run {
  const { wave, scope } = run;
  const rest = wave === 'join' && scope !== null ? new Set([...scope].filter((id) => id !== task)) : scope;
  return { ...withActive(run, task, null), scope: rest };
}

/** What was done elsewhere is paid for: it lands though another task of the wave has stopped the plan. */
function staysOpen({ wave, stop }: Run): boolean {
  return wave === 'join' && stop?.task != null && !stop.now;
}

/** Chooses what to do at a boundary. */
function schedule(run: Run): Next {
  if (run.stop !== null && !staysOpen(run)) return run.active.size > 0 ? [run, []] : pause(run, run.stop);
  let next = run;
  const effects: Effect[] = [];
  for (let task = choose(next); task !== null; task = choose(next)) {
    const admission: Admission = run.wave === 'join' ? { type: 'start', ledger: next.ledger, ceiling: null } : admit(next, task, false);
    if (admission.type === 'stop') {
      if (next.active.size === 0) return pause(run, { ...admission.waiting, now: false });
      next = { ...next, stop: { ...admission.waiting, now: false } };
    }
    if (admission.type !== 'start') break;
    const { ledger, ceiling } = admission;
    const maxAttempts = task.maxAttempts ?? run.maxAttempts;
    // A limit lowered in the file below the tries already made still grants the one that was asked for.
    const attempt = Math.min((next.tries.get(task.id) ?? task.attempts) + 1, maxAttempts);
    // In a wave each machine has its checkout for itself; what is joined may not go together with what came before it.
    const apart = run.wave === null ? phaseOf(run.plan, task.id)?.executionMode === 'parallel' : run.wave === 'join';
    next = withActive({ ...next, ledger }, task.id, { step: 'working', apart, attempt, maxAttempts, failures: [] });
    effects.push({ type: 'start-attempt', task: task.id, attempt, maxAttempts, apart, failure: null, ceiling });
    if (run.wave === 'join') break;
  }
  if (next.active.size > 0) return [next, effects];
  if (run.stop !== null) return pause(run, run.stop);
  if (allDone(run.plan)) return [run, [completion(run, 0)]];
  const entries = readiness(inScope(run.plan, run.scope), { approved: run.approved });
  if (entries.length === 0) return [run, [completion(run, openTasks(run.plan))]];
  return pause(run, { ...whyNothing(entries), now: false });
}

function completion(run: Run, open: number): Effect {
  return { type: 'record-completion', open, goesOn: run.wave !== null };
}

function pause(run: Run, { reason, task, detail, resetsAt = null, byFile = false, cancelled = false }: Stop): Next {
  if (cancelled) return [run, [{ type: 'record-cancellation' }]];
  const open = [...run.tries].filter(([id]) => findTask(run.plan, id)?.status === 'pending');
  return [run, [{ type: 'record-pause', reason, task, detail, resetsAt, attempts: new Map(open), byFile }]];
}
