/** How what happened gets into git: the task's one commit, what is kept of a failed attempt, and commits of the plan file alone. */
import type { CommitOutcome } from '../adapters/git/git.ts';
import { checkPlan } from '../core/lint.ts';
import { setPlanFields, setTaskStatus } from '../core/edit.ts';
import type { RunEvent } from '../core/event.ts';
import type { PauseReason } from '../core/outcome.ts';
import { isDone, type Plan, type PlanStatus } from '../core/plan.ts';
import { findTask, openTasks, phaseOf, statusAfter } from '../core/progress.ts';
import type { Effect, Failure } from '../core/effect.ts';
import { formatTrailers } from '../core/trailer.ts';
import type { Evidence } from '../core/trailer.ts';
import { changesBetween } from '../core/change.ts';
import { NO_OUTLINE, outlineOf } from '../core/outline.ts';
import { reclaim } from '../core/reclaim.ts';
import { failureOf, lookAtWork } from './attempt.ts';
import { note, workOf } from './context.ts';
import type { RunContext } from './context.ts';
import { nextAttemptRef } from './kept.ts';

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;

/** What a change of a task's status may touch. */
const STATUS_KEYS = ['status', 'attempts', 'error'] as const;
/** Characters of a commit's subject. */
const MAX_SUBJECT_CHARS = 72;
/** Characters of an error that stands in the plan file. */
const MAX_ERROR_CHARS = 200;

/** Reads the plan at a boundary, commits a person's edits as theirs, and posts what counts now. */
export async function readPlanAtBoundary(context: RunContext): Promise<void> {
  const problem = await takeEdits(context, { trusted: true });
  if (problem === null) context.post({ type: 'plan-read', plan: context.plan.plan });
  else context.post({ type: 'run-paused', reason: 'plan_invalid', task: null, phase: null, detail: problem });
}

/**
 * Takes what was written to the plan file by others and commits it as the user's. Not trusted: an agent was at work meanwhile.
 * Returns a sentence where the file cannot be used; then nothing is changed.
 */
async function takeEdits(context: RunContext, { trusted }: { readonly trusted: boolean }): Promise<string | null> {
  const before = context.plan.plan;
  let reading = await context.plan.read();
  if (reading.type === 'edited' && !trusted) {
    const parse = (text: string): Plan =>
      checkPlan(text, context.planId, { known: context.workspace.known, cache: context.workspace.cache }).plan;
    const { putBack } = reclaim(before, reading.text, parse);
    if (putBack.length > 0) {
      const back = (text: string) => ({ edits: [{ offset: 0, length: text.length, text: reclaim(before, text, parse).text }] });
      const writing = await context.plan.edit(back, { once: true });
      if (writing.type === 'failed') return writing.message;
      note(
        context,
        null,
        `The plan file was changed while an attempt ran in the checkout. Put back: ${putBack.join('; ')}. Use the plans command for that, or edit while nothing runs.`,
      );
      reading = await context.plan.read();
      if (reading.type === 'same') reading = { ...reading, type: 'edited' };
    }
  }
  if (reading.type === 'unusable') return reading.message;
  if (reading.type === 'same') return null;
  context.plan.accept(reading);
  const outcome = await commitEdits(context);
  if (outcome.type === 'committed') context.post(planEdited(before, reading.plan, outcome.commit));
  else tell(context, outcome);
  return null;
}

/** Commits what a person wrote into the plan file as theirs. */
export function commitEdits(context: RunContext): Promise<CommitOutcome> {
  return commitPlan(context, 'edit the plan', { plan: context.planId, iteration: 'user_edit', changedBy: 'user', prompt: null });
}

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

/** The event that says what a person's edit did to the tasks. */
export function planEdited(before: Plan | null, after: Plan, commit: string): RunEvent {
  const changes = changesBetween(before === null ? NO_OUTLINE : outlineOf(before), outlineOf(after));
  const changed = [...new Set([...ids(changes.modified.tasks), ...ids(changes.moved.tasks)])];
  return { type: 'plan-edited', commit, added: ids(changes.added.tasks), removed: ids(changes.removed.tasks), changed };
}

/** Lands a task: ticks its box and commits it with the work. */
export async function commitTask(context: RunContext, effect: EffectOf<'commit-task'>): Promise<void> {
  const { task: id, attempt, maxAttempts } = effect;
  const work = workOf(context, id);
  const refuse = (failure: Pick<Failure, 'outcome' | 'reason' | 'tail'>) =>
    context.post({ type: 'commit-refused', task: id, attempt, failure: failureOf(context, work, failure) });
  const problem = await takeEdits(context, { trusted: false });
  if (problem !== null) return refuse({ outcome: 'interrupted', reason: `The plan file cannot be used any more: ${problem}`, tail: '' });
  const { text, plan } = context.plan;
  const task = findTask(plan, id);
  const phase = phaseOf(plan, id);
  if (task === undefined || phase === undefined)
    return refuse({ outcome: 'interrupted', reason: `The task "${id}" was removed from the plan while it ran.`, tail: '' });
  const then = statusAfter(plan, id, effect.stopping);
  const writing = await context.plan.edit(
    (text, now) => {
      const ticked = setTaskStatus(text, now, id, { status: 'completed' });
      return then.status === now.status || 'refused' in ticked ? ticked : joined(ticked, setPlanFields(text, now, { status: then.status }));
    },
    { only: { plan: ['status'], task: { id, keys: STATUS_KEYS } } },
  );
  if (writing.type === 'failed')
    return refuse({ outcome: 'conflict', reason: `The box could not be ticked: ${writing.message}`, tail: '' });
  const durationMs = Math.max(0, context.now().getTime() - work.startedAt);
  const { usage } = work;
  const outcome = await commit(context, [...work.paths, context.plan.path], task.title, {
    plan: context.planId,
    phase: phase.id,
    task: id,
    attempt,
    maxAttempts,
    agent: work.agent,
    session: work.session,
    durationMs,
    tokens: usage === null ? null : usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    costUsd: usage?.costUsd ?? null,
    gates: work.gates,
  });
  if (outcome.type !== 'committed') {
    await untick(context, id, { text, plan });
    return refuse(refusal(outcome));
  }
  context.tasks.delete(id);
  const files = outcome.files.filter((path) => path !== context.plan.path);
  const landed = {
    task: id,
    attempt,
    phase: phase.id,
    title: task.title,
    commit: outcome.commit,
    files,
    durationMs,
    planStatus: then.status,
  };
  context.post({ type: 'task-completed', ...landed });
  if (context.plan.plan.phases.find(({ id: name }) => name === phase.id)?.tasks.every(isDone)) {
    context.post({ type: 'phase-completed', phase: phase.id });
  }
  if (then.status === 'completed') context.post({ type: 'run-completed', open: 0 });
  if (then.reason !== null) context.post({ type: 'run-paused', reason: then.reason, task: null, phase: phase.id, detail: '' });
}

/** Judges an attempt that did not pass: keeps what it did under a ref; `attempt-finished` follows. */
export async function finishAttempt(context: RunContext, effect: EffectOf<'finish-attempt'>): Promise<void> {
  const { task, attempt, failure } = effect;
  const work = workOf(context, task);
  const { git } = context.workspace;
  // An agent that failed was not looked at; what it left counts all the same.
  const { contested } = await lookAtWork(context, work);
  const paths = [...work.paths, ...contested];
  const ref = await nextAttemptRef(git, context.planId, task);
  const kept = await git.keep({
    paths,
    parent: context.head.commit,
    message: `${context.planId}/${task}: attempt ${attempt} ${failure.outcome}\n\n${failure.reason}\n\nPlan: ${context.planId}\nPlan-Task: ${task}\nPlan-Outcome: ${failure.outcome}`,
  });
  await git.updateRef(ref, kept, null);
  const reading = await context.plan.read();
  const paused = reading.type === 'edited' && reading.plan.status === 'paused' && context.plan.plan.status !== 'paused';
  if (paused) context.post({ type: 'pause-requested', by: 'file', now: false });
  const durationMs = Math.max(0, context.now().getTime() - work.attemptStartedAt);
  const { outcome, reason, gates, tail } = failure;
  context.post({
    type: 'attempt-finished',
    task,
    attempt,
    outcome,
    reason,
    willRetry: effect.willRetry && !paused,
    durationMs,
    files: paths,
    gates: [...gates],
    tail,
  });
}

/** Writes a failed task into the plan and pauses it; `task-failed` follows. */
export async function recordFailure(context: RunContext, effect: EffectOf<'record-failure'>): Promise<void> {
  const { task, attempts, failure } = effect;
  const { outcome, reason } = failure;
  const error = `${outcome}: ${reason}`.slice(0, MAX_ERROR_CHARS);
  const problem = await takeEdits(context, { trusted: false });
  const writing =
    problem === null &&
    (await context.plan.edit(
      (text, plan) =>
        joined(setTaskStatus(text, plan, task, { status: 'failed', attempts, error }), setPlanFields(text, plan, { status: 'paused' })),
      { only: { plan: ['status'], task: { id: task, keys: STATUS_KEYS } } },
    ));
  if (writing !== false && writing.type === 'written') {
    const title = findTask(context.plan.plan, task)?.title ?? task;
    tell(context, await commitPlan(context, `failed: ${title}`, { plan: context.planId, event: 'paused', reason: 'task_failed', task }));
  } else note(context, task, `The failure could not be written into the plan: ${problem ?? (writing === false ? '' : writing.message)}`);
  context.post({ type: 'task-failed', task, attempts, outcome, reason });
}

/** Pauses the plan; `run-paused` follows. */
export async function recordPause(context: RunContext, effect: EffectOf<'record-pause'>): Promise<void> {
  const { reason, task, detail } = effect;
  const problem = await takeEdits(context, { trusted: effect.task === null });
  const phase = task === null ? null : (phaseOf(context.plan.plan, task)?.id ?? null);
  if (problem !== null) return context.post({ type: 'run-paused', reason: 'plan_invalid', task, phase, detail: problem });
  await writeStatus(context, 'paused', reason, task, effect.attempts);
  context.post({ type: 'run-paused', reason, task, phase, detail });
}

/** Ends a run that has nothing left to do; `run-completed` follows. */
export async function recordCompletion(context: RunContext, effect: EffectOf<'record-completion'>): Promise<void> {
  const open = effect.open === 0 ? 0 : openTasks(context.plan.plan);
  if (open === 0) await writeStatus(context, 'completed', null, null);
  else await writeStatus(context, 'paused', 'requested', null);
  context.post({ type: 'run-completed', open });
}

/** Sets the plan's status (and a task's tries) and commits the plan file alone. */
async function writeStatus(
  context: RunContext,
  status: PlanStatus,
  reason: PauseReason | null,
  task: string | null,
  attempts: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  const { plan } = context.plan;
  if (plan.status === status && attempts.size === 0) return;
  const writing = await context.plan.edit((text, now) => {
    let result = now.status === status ? { edits: [] } : setPlanFields(text, now, { status });
    for (const [id, count] of attempts) result = joined(result, setTaskStatus(text, now, id, { status: 'pending', attempts: count }));
    return result;
  });
  if (writing.type === 'failed') return note(context, task, `The plan's status could not be written: ${writing.message}`);
  const event = status === 'running' ? (plan.status === 'ready' ? 'started' : 'resumed') : status === 'completed' ? 'completed' : 'paused';
  await commitPlan(context, reason === null ? event : `${event}: ${reason.replaceAll('_', ' ')}`, {
    plan: context.planId,
    event,
    reason,
    task,
  });
}

function joined(...results: readonly ReturnType<typeof setPlanFields>[]): ReturnType<typeof setPlanFields> {
  const all = [];
  for (const result of results) {
    if ('refused' in result) return result;
    all.push(...result.edits);
  }
  return { edits: all };
}

/** Takes a tick back that did not get into a commit: the text before, where nobody has written since; else the box and the status. */
async function untick(context: RunContext, task: string, before: { readonly text: string; readonly plan: Plan }): Promise<void> {
  const ticked = context.plan.text;
  const writing = await context.plan.edit(
    (text, plan) =>
      text === ticked
        ? { edits: [{ offset: 0, length: text.length, text: before.text }] }
        : joined(setTaskStatus(text, plan, task, { status: 'pending' }), setPlanFields(text, plan, { status: before.plan.status })),
    { once: true },
  );
  if (writing.type === 'failed')
    note(context, task, `The tick of a task that was not committed could not be taken back: ${writing.message}`);
}

/** Commits the plan file alone. */
export function commitPlan(context: RunContext, what: string, evidence: Evidence): Promise<CommitOutcome> {
  return commit(context, [context.plan.path], what, evidence);
}

/** Says that a change of the plan file is not in git. */
function tell(context: RunContext, outcome: CommitOutcome): void {
  if (outcome.type !== 'committed') note(context, null, `"${context.plan.path}" is changed but not committed: ${refusal(outcome).reason}`);
}

async function commit(context: RunContext, paths: readonly string[], what: string, evidence: Evidence): Promise<CommitOutcome> {
  const subject = `${context.planId}: ${what}`;
  const short = subject.length > MAX_SUBJECT_CHARS ? `${subject.slice(0, MAX_SUBJECT_CHARS - 1).trimEnd()}…` : subject;
  const message = `${short}\n\n${formatTrailers(evidence)}\n`;
  const outcome = await context.workspace.git.commit({ message, paths: [...new Set(paths)], expect: context.head });
  if (outcome.type === 'committed') {
    context.head = { ...context.head, commit: outcome.commit };
    context.commits += 1;
  }
  return outcome;
}

/** Why a commit was not made, as a failure of the attempt that it was for. */
export function refusal(outcome: Exclude<CommitOutcome, { type: 'committed' }>): Pick<Failure, 'outcome' | 'reason' | 'tail'> {
  switch (outcome.type) {
    case 'hook-refused':
      return { outcome: 'hook_failed', reason: 'A git hook refused the commit.', tail: outcome.output };
    case 'moved':
      return {
        outcome: 'conflict',
        reason: `HEAD moved to ${outcome.head.commit?.slice(0, 12) ?? 'nothing'} on ${outcome.head.branch ?? 'no branch'} meanwhile; nothing was committed.`,
        tail: '',
      };
    case 'failed':
      return { outcome: 'conflict', reason: outcome.message, tail: '' };
  }
}
