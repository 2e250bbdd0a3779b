/** What the machine does at a boundary: it heeds what the plan file says, chooses what starts, and pauses or ends where nothing may. */
import { admit, type Admission } from './admission.ts';
import { stillApproved } from './approval.ts';
import { choose } from './choose.ts';
import type { Effect } from './effect.ts';
import type { Plan } from './plan.ts';
import { allDone, findTask, inScope, openTasks, phaseOf } from './progress.ts';
import { withActive, type Next, type Run, type Stop } from './run-state.ts';
import { readiness } from './schedule.ts';
import { whyNothing } from './waiting.ts';

export const ASKED: Stop = { reason: 'requested', task: null, detail: 'asked for in the plan file', now: false, byFile: true };
export const CANCELLED: Stop = { reason: 'requested', task: null, detail: 'cancelled', now: true, cancelled: true };

/** Stops at the next boundary, and tells what runs to stop where it is asked for. The first reason stays, unless another is more urgent. */
export function halt(run: Run, stop: Stop): Next {
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
export function obey(before: Run, plan: Plan, withdrawn: boolean): Next {
  const run = { ...before, plan, approved: stillApproved(before.approved, before.plan, plan) };
  if (plan.status === 'failed') return halt(run, CANCELLED);
  if (plan.status === 'paused') return halt(run, ASKED);
  // What it stops for may be settled: the pause taken back, the failed task tried again or skipped by a person.
  const failed = run.stop?.reason === 'task_failed' ? (run.stop.task ?? '') : '';
  const settled = findTask(before.plan, failed)?.status === 'failed' && findTask(plan, failed)?.status !== 'failed';
  const goesOn = run.stop?.byFile === true && (withdrawn || before.plan.status === 'paused');
  let next = goesOn || settled ? { ...run, stop: null } : run;
  const stops: Effect[] = [];
  for (const task of next.active.keys()) {
    if (findTask(plan, task)?.status !== 'skipped') continue;
    const [without, effects] = leaveOut(next, task);
    next = without;
    stops.push(...effects);
  }
  const [scheduled, effects] = schedule(next);
  return [scheduled, [...stops, ...effects]];
}

/** Leaves a task out that is at work: its agent is stopped, and what comes of its attempt does not count. */
export function leaveOut(run: Run, task: string): Next {
  const active = run.active.get(task);
  if (active === undefined || active.skipped === true) return [run, []];
  return [withActive(run, task, { ...active, skipped: true }), active.step === 'working' ? [stopSkipped(task, active.attempt)] : []];
}

export function stopSkipped(task: string, attempt: number): Effect {
  return { type: 'stop-agent', task, attempt, outcome: 'cancelled', reason: 'The task was skipped while it ran.' };
}

/** What was done elsewhere is paid for: it lands though another task of the wave has stopped the plan. */
function staysOpen({ wave, stop }: Run): boolean {
  return wave === 'join' && stop?.task != null && !stop.now;
}

/** Chooses what to do at a boundary. */
export function schedule(run: Run): Next {
  if (run.stop !== null && !staysOpen(run)) return run.active.size > 0 ? [run, []] : pause(run, run.stop);
  let next = run;
  const effects: Effect[] = [];
  for (let task = choose(next); task !== null; task = choose(next)) {
    // One that was skipped is at work in the checkout until its agent has ended, and nothing beside it.
    if ([...next.active.values()].some(({ apart, skipped }) => skipped === true && !apart)) break;
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
