/** What the executor writes into the plan file beside a tick: failures, pauses and the end, each a commit of that file alone. */
import { setPlanFields, setTaskStatus } from '../core/edit.ts';
import type { Effect } from '../core/effect.ts';
import type { PauseReason } from '../core/outcome.ts';
import type { PlanStatus } from '../core/plan.ts';
import { findTask, openTasks, phaseOf } from '../core/progress.ts';
import { steeringOf } from '../core/steering.ts';
import { tryBody } from '../core/ci/try-body.ts';
import { recordOf } from '../core/unrecorded.ts';
import { commit, commitPlan, subjectOf, tell } from './commits.ts';
import { conclude } from './conclude.ts';
import { leave, note } from './context.ts';
import type { RunContext } from './context.ts';
import { crashPoint } from './crash.ts';
import { joined, takeEdits } from './edits.ts';
import { isElsewhere } from './follow.ts';
import { lastAttempt } from './kept.ts';
import { STATUS_KEYS } from './landing.ts';
import { putSkippedAway } from './skipped.ts';

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;

const ELSEWHERE = 'the checkout is on another branch by now.';
/** Characters of an error that stands in the plan file. */
const MAX_ERROR_CHARS = 200;

/** Writes a failed task into the plan, and pauses it unless others are still at work; `task-failed` follows. */
export async function recordFailure(context: RunContext, effect: EffectOf<'record-failure'>): Promise<void> {
  const { task, attempts, failure } = effect;
  const { outcome, reason } = failure;
  const error = `${outcome}: ${reason}`.slice(0, MAX_ERROR_CHARS);
  const problem = (await takeEdits(context, task)) ?? ((await isElsewhere(context)) ? ELSEWHERE : null);
  if (problem === null && findTask(context.plan.plan, task)?.status === 'skipped') {
    await leaveFailedOut(context, task);
    return context.post({ type: 'failure-withdrawn', task });
  }
  const writing =
    problem === null &&
    (await context.plan.edit(
      (text, plan) =>
        joined(
          setTaskStatus(text, plan, task, { status: 'failed', attempts, error }),
          // Given up by a person meanwhile: that stays.
          effect.alone && plan.status !== 'failed' ? setPlanFields(text, plan, { status: 'paused' }) : { edits: [] },
        ),
      { only: { plan: ['status'], task: { id: task, keys: STATUS_KEYS } } },
    ));
  crashPoint(context.env, 'after-record-edit');
  if (writing !== false && writing.type === 'written') {
    const title = findTask(context.plan.plan, task)?.title ?? task;
    const outcome = await commitPlan(context, `failed: ${title}`, {
      plan: context.planId,
      event: effect.alone ? 'paused' : 'failed',
      reason: 'task_failed',
      task,
      ...recordOf(context.unrecorded.get(task)),
    });
    if (outcome.type === 'committed') context.unrecorded.delete(task);
    tell(context, outcome);
  } else note(context, task, `The failure could not be written into the plan: ${problem ?? (writing === false ? '' : writing.message)}`);
  context.post({ type: 'task-failed', task, attempts, outcome, reason });
}

/** Skipped by a person after its last attempt had ended: that stays. */
async function leaveFailedOut(context: RunContext, task: string): Promise<void> {
  const kept = await lastAttempt(context.workspace.git, context.planId, task);
  if (kept !== null) await putSkippedAway(context, task, kept, context.tasks.get(task)?.paths ?? []);
  leave(context, task);
}

/** Counts a try that was made elsewhere and does not land. Whoever tries the task next finds in the commit why; `plan-read` follows. */
export async function recordTry(context: RunContext, { task, attempts, failure }: EffectOf<'record-try'>): Promise<void> {
  const { outcome, reason, tail } = failure;
  const writing = await context.plan.edit((text, plan) => setTaskStatus(text, plan, task, { status: 'pending', attempts }), {
    only: { plan: [], task: { id: task, keys: STATUS_KEYS } },
  });
  if (writing.type === 'failed') note(context, task, `The try could not be written into the plan: ${writing.message}`);
  else {
    const title = findTask(context.plan.plan, task)?.title ?? task;
    const evidence = { plan: context.planId, event: 'failed', reason: null, task, ...recordOf(context.unrecorded.get(task)) } as const;
    const words = { subject: subjectOf(context, `to be tried again: ${title}`, evidence), body: tryBody({ outcome, reason, tail }) };
    const committed = await commit(context, [context.plan.path], words, evidence);
    if (committed.type === 'committed') context.unrecorded.delete(task);
    tell(context, committed);
  }
  context.post({ type: 'plan-read', plan: context.plan.plan });
}

/** Pauses the plan; `run-paused` follows. */
export async function recordPause(context: RunContext, effect: EffectOf<'record-pause'>): Promise<void> {
  const { reason, task, detail, resetsAt } = effect;
  const problem = await takeEdits(context);
  const phase = task === null ? null : (phaseOf(context.plan.plan, task)?.id ?? null);
  if (problem !== null) return conclude(context, { type: 'run-paused', reason: 'plan_invalid', task, phase, detail: problem });
  const reset = resetsAt === null ? {} : { resetsAt };
  const { status } = context.plan.plan;
  // Another runner's plan by now: what this one would write into it could not be pushed.
  const taken = context.lease?.loss?.type === 'taken';
  if (status === 'failed' && !taken) return context.post({ type: 'cancel-requested' });
  // Asked for in the file, which does not ask any more.
  if (effect.byFile && status !== 'paused' && effect.attempts.size === 0)
    return context.post({ type: 'plan-read', plan: context.plan.plan, withdrawn: true });
  if (!taken) await writeStatus(context, 'paused', { reason, task, ...reset }, effect.attempts);
  await conclude(context, { type: 'run-paused', reason, task, phase, detail, ...reset });
}

/** Ends a run whose plan a person has given up; `run-failed` follows. */
export async function recordCancellation(context: RunContext): Promise<void> {
  await takeEdits(context);
  if (await isElsewhere(context)) note(context, null, `The plan's status is not written: ${ELSEWHERE}`);
  else if (context.plan.plan.status !== 'failed') {
    const before = context.plan.plan;
    const writing = await context.plan.edit((text, plan) => setPlanFields(text, plan, { status: 'failed' }));
    const steering = steeringOf(before, context.plan.plan);
    if (writing.type === 'failed') note(context, null, `The plan's status could not be written: ${writing.message}`);
    else if (steering !== null) tell(context, await commitPlan(context, steering.subject, steering));
  }
  // Given up it is, whether or not a remote has taken what came before.
  await context.lease?.settle();
  context.post({ type: 'run-failed', reason: 'cancelled' });
}

/** Ends a run that has nothing left to do; `run-completed` follows. */
export async function recordCompletion(context: RunContext, effect: EffectOf<'record-completion'>): Promise<void> {
  const open = effect.open === 0 ? 0 : openTasks(context.plan.plan);
  if (open === 0) await writeStatus(context, 'completed', { reason: null, task: null });
  else if (!effect.goesOn) await writeStatus(context, 'paused', { reason: 'requested', task: null });
  await conclude(context, { type: 'run-completed', open });
}

/** Sets the plan's status (and a task's tries) and commits the plan file alone. */
async function writeStatus(
  context: RunContext,
  status: PlanStatus,
  why: { readonly reason: PauseReason | null; readonly task: string | null; readonly resetsAt?: string },
  attempts: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  const { plan } = context.plan;
  const { reason, task } = why;
  if (plan.status === status && attempts.size === 0) return;
  if (await isElsewhere(context)) return note(context, task, `The plan's status is not written: ${ELSEWHERE}`);
  const writing = await context.plan.edit((text, now) => {
    let result = now.status === status ? { edits: [] } : setPlanFields(text, now, { status });
    for (const [id, count] of attempts) result = joined(result, setTaskStatus(text, now, id, { status: 'pending', attempts: count }));
    return result;
  });
  if (writing.type === 'failed') return note(context, task, `The plan's status could not be written: ${writing.message}`);
  crashPoint(context.env, 'after-record-edit');
  const event = status === 'running' ? (plan.status === 'ready' ? 'started' : 'resumed') : status === 'completed' ? 'completed' : 'paused';
  const subject = reason === null ? event : `${event}: ${reason.replaceAll('_', ' ')}`;
  const record = task === null ? {} : recordOf(context.unrecorded.get(task));
  const outcome = await commitPlan(context, subject, { plan: context.planId, event, ...why, ...record });
  if (task !== null && outcome.type === 'committed') context.unrecorded.delete(task);
  tell(context, outcome);
}
