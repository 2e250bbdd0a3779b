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
import { admit, hasRoom, spend } from './admission.ts';
import { ASKED, CANCELLED, halt, leaveOut, obey, schedule, stopSkipped } from './boundary.ts';
import { settle, spendingOf } from './budget.ts';
import type { Effect, Fact, Failure } from './effect.ts';
import type { RunEvent } from './event.ts';
import { mendable, stuck, WAITS } from './judgement.ts';
import { findTask } from './progress.ts';
import { current, hadItsTurn, isLast, withActive, type Active, type Next, type Run, type Step } from './run-state.ts';
import type { RunEnd } from './summary.ts';

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
    case 'agent-stalled':
      return [run, stalled(run, fact)];
    case 'agent-finished':
    case 'work-checked':
    case 'gates-finished':
    case 'commit-refused':
      return advance(run, fact);
    case 'attempt-finished':
      return afterAttempt(run, fact);
    case 'task-completed':
      return afterTask(run, fact);
    case 'task-skipped':
      return leaveOut(run, fact.task);
    case 'failure-withdrawn':
      return current(run, fact.task, null, 'recording') === null ? [run, []] : [hadItsTurn(run, fact.task), [{ type: 'read-plan' }]];
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
    case 'attempt-started':
      return [run, skippedBefore(run, fact)];
    case 'phase-started':
    case 'task-started':
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

function stalled(run: Run, { task, attempt, reason }: Extract<Fact, { type: 'agent-stalled' }>): readonly Effect[] {
  if (current(run, task, attempt, 'working') === null) return [];
  return [{ type: 'stop-agent', task, attempt, outcome: 'timeout_idle', reason }];
}

/** The word came before there was an agent that could be stopped. */
function skippedBefore(run: Run, { task, attempt }: Extract<RunEvent, { type: 'attempt-started' }>): readonly Effect[] {
  return current(run, task, attempt, 'working')?.skipped === true ? [stopSkipped(task, attempt)] : [];
}

function ended(run: Run, end: RunEnd): Next {
  return [{ ...run, active: new Map(), end }, []];
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
    active.skipped !== true &&
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
  if (active.skipped === true) return [hadItsTurn(run, task), [{ type: 'read-plan' }]];
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
