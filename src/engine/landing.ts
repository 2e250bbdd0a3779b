/** How a task gets into git: its one commit, and what is kept of an attempt that failed. All of it in turn. */
import { spendingOf, toCost } from '../core/budget.ts';
import { setPlanFields, setTaskStatus } from '../core/edit.ts';
import type { Effect } from '../core/effect.ts';
import { isDone, type Phase, type Plan, type Task } from '../core/plan.ts';
import { findTask, phaseOf, statusAfter } from '../core/progress.ts';
import type { TaskEvidence } from '../core/evidence.ts';
import { triedOf, withAttempt, type Unrecorded } from '../core/unrecorded.ts';
import { failureOf, lookAtWork } from './work.ts';
import { commit, refusal } from './commits.ts';
import { conclude } from './conclude.ts';
import { leave, leaveBehind, note, workOf } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { crashPoint } from './crash.ts';
import { joined, takeEdits } from './edits.ts';
import { followHead } from './follow.ts';
import { integrate, takeOut } from './integrate.ts';
import type { Refusal } from './integrate.ts';
import { attemptMessage, contestedMessage, nextAttemptRef } from './kept.ts';
import { scrub } from './scrub.ts';
import { isSkipped, putSkippedAway, SKIPPED, skippedBy } from './skipped.ts';
import { vet } from './vetting.ts';

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;

/** What a change of a task's status may touch. */
export const STATUS_KEYS = ['status', 'attempts', 'error', 'approved'] as const;

/** Lands a task: ticks its box and commits it with the work. */
export async function commitTask(context: RunContext, effect: EffectOf<'commit-task'>): Promise<void> {
  const { task: id, attempt, maxAttempts } = effect;
  const work = workOf(context, id);
  const refuse = (failure: Refusal) => context.post({ type: 'commit-refused', task: id, attempt, failure: failureOf(work, failure) });
  const may = await mayLand(context, id);
  if ('outcome' in may) return refuse(may);
  const { task, phase, text, plan } = may;
  const vetted = await vet(context, id, work);
  if ('refusal' in vetted) return refuse(vetted.refusal);
  const foreign = await onTop(context, effect, work);
  if (foreign !== null) return refuse(foreign);
  const then = statusAfter(plan, id, effect);
  crashPoint(context.env, 'before-tick');
  const writing = await context.plan.edit(
    (text, now) => {
      const ticked = setTaskStatus(text, now, id, { status: 'completed' });
      return then.status === now.status || 'refused' in ticked ? ticked : joined(ticked, setPlanFields(text, now, { status: then.status }));
    },
    { only: { plan: ['status'], task: { id, keys: STATUS_KEYS } } },
  );
  if (writing.type === 'failed') {
    await takeOut(context, id, work);
    return refuse({ outcome: 'conflict', reason: `The box could not be ticked: ${writing.message}`, tail: '', waits: 'conflict' });
  }
  crashPoint(context.env, 'after-tick');
  const durationMs = performance.now() - work.startedAt;
  const { flags } = vetted;
  const resetsAt = then.reason === 'rate_limited' ? (effect.stop?.resetsAt ?? null) : null;
  const place = { plan: context.planId, phase: phase.id, task: id, attempt, maxAttempts, durationMs, flags };
  const evidence = { ...place, ...learnt(work, context.unrecorded.get(id)), ...(resetsAt === null ? {} : { resetsAt }) };
  // What comes from a worktree was looked for in the checkout before it was put there.
  const seen = { unstaged: work.place.slot !== null };
  const outcome = await commit(context, [...work.paths, context.plan.path], work.message ?? task.title, evidence, seen);
  if (outcome.type !== 'committed') {
    await untick(context, id, { text, plan });
    await takeOut(context, id, work);
    return refuse(refusal(outcome));
  }
  context.unrecorded.delete(id);
  leave(context, id);
  const files = outcome.files.filter((path) => path !== context.plan.path);
  const landed = {
    task: id,
    attempt,
    phase: phase.id,
    title: task.title,
    commit: outcome.commit,
    files,
    durationMs,
    ...(flags.length > 0 ? { flags: [...flags] } : {}),
    planStatus: then.status === 'failed' || (then.status === 'running' && then.reason === null) ? ('running' as const) : then.status,
  };
  context.post({ type: 'task-completed', ...landed });
  if (context.plan.plan.phases.find(({ id: name }) => name === phase.id)?.tasks.every(isDone)) {
    context.post({ type: 'phase-completed', phase: phase.id });
  }
  if (then.status === 'completed') await conclude(context, { type: 'run-completed', open: 0 });
  if (then.reason !== null) {
    const { task: at = null, detail = '' } = then.reason === effect.stop?.reason ? effect.stop : {};
    await conclude(context, { type: 'run-paused', reason: then.reason, task: at, phase: phase.id, detail, resetsAt });
  }
}

/** Looks at the plan once more before a task lands: the task as it is there, or why it does not land. */
async function mayLand(
  context: RunContext,
  id: string,
): Promise<Refusal | { readonly task: Task; readonly phase: Phase; readonly text: string; readonly plan: Plan }> {
  const moved = await followHead(context);
  if (moved !== null) return moved;
  const skipped = { outcome: 'cancelled', reason: SKIPPED, tail: '' } as const;
  const reading = await context.plan.look();
  // Its cost is recorded with the word that skips it, once the attempt is kept.
  if (reading.type === 'edited' && skippedBy(context, reading.plan).includes(id)) return skipped;
  const problem = await takeEdits(context);
  if (problem !== null) return { outcome: 'interrupted', reason: `The plan file cannot be used any more: ${problem}`, tail: '' };
  const { text, plan } = context.plan;
  const [task, phase] = [findTask(plan, id), phaseOf(plan, id)];
  if (task === undefined || phase === undefined)
    return { outcome: 'interrupted', reason: `The task "${id}" was removed from the plan while it ran.`, tail: '' };
  return task.status === 'skipped' ? skipped : { task, phase, text, plan };
}

/** Brings the work together with where the branch is: once more, where a person has committed while the gates ran on that. */
async function onTop(context: RunContext, effect: EffectOf<'commit-task'>, work: TaskWork): Promise<Refusal | null> {
  for (;;) {
    const refused = (await followHead(context)) ?? (await integrate(context, effect, work));
    if (refused !== null || work.place.slot === null) return refused;
    const { commit } = context.head;
    const moved = await followHead(context);
    if (moved === null && context.head.commit === commit) return null;
    await takeOut(context, effect.task, work);
    if (moved !== null) return moved;
  }
}

/** What the attempts of a task have shown. */
function learnt(
  { agent, model, session, gates }: TaskWork,
  tried: Unrecorded | undefined,
): Pick<TaskEvidence, 'agent' | 'model' | 'outcomes' | 'session' | 'tokens' | 'costUsd' | 'gates'> {
  return { agent, ...(model === undefined ? {} : { model }), session, gates, ...triedOf(tried), ...toCost(tried?.spending) };
}

/** Judges an attempt that did not pass: keeps what it did under a ref; `attempt-finished` follows. */
export async function finishAttempt(context: RunContext, effect: EffectOf<'finish-attempt'>): Promise<void> {
  const { task, attempt, failure } = effect;
  const work = workOf(context, task);
  const { git } = work.place;
  // An agent that failed was not looked at; what it left counts all the same.
  const { contested } = await lookAtWork(context, work);
  const paths = [...work.paths, ...contested];
  crashPoint(context.env, 'before-keep');
  for (const { path, names } of scrub(work.place.root, paths, context.redaction)) {
    note(context, task, `The value of ${names.join(' and ')} stood in "${path}"; it was taken out before the attempt was kept.`);
  }
  const ref = await nextAttemptRef(git, context.planId, task);
  const durationMs = performance.now() - work.attemptStartedAt;
  const { outcome, reason, gates, tail } = failure;
  const { agent, model } = work;
  const ended = { outcome, agent, ...(model === undefined ? {} : { model }), durationMs, gates };
  const evidence = { plan: context.planId, task, attempt, run: context.runId, ...ended };
  const parent = work.place.slot?.base ?? context.head.commit;
  // Beneath the attempt and not in it: what a person had changed is not the task's, also where the attempt went on from there.
  const under =
    contested.length === 0 ? parent : await git.keep({ paths: contested, parent, message: contestedMessage(context.planId, task) });
  const message = attemptMessage({ ...evidence, ...toCost(work.usage && spendingOf(work.usage)) }, reason);
  const kept = await git.keep({ paths: work.paths, parent: under, message });
  await git.updateRef(ref, kept, null);
  // Nobody is there to mend it in the checkout, where the next has to join.
  if (context.elsewhere.has(task)) await git.restore(context.head.commit, paths);
  context.unrecorded.set(task, withAttempt(context.unrecorded.get(task), ended));
  crashPoint(context.env, 'after-keep');
  const reading = await context.plan.look();
  const paused = reading.type === 'edited' && reading.plan.status === 'paused' && context.plan.plan.status !== 'paused';
  if (paused) context.post({ type: 'pause-requested', by: 'file', now: false });
  // What a person has approved is not what the next attempt would do: the boundary asks again.
  const voided = reading.type !== 'unusable' && isVoid(reading.plan, task);
  const skipped = await isSkipped(context, task, reading);
  if (skipped) {
    await putSkippedAway(context, task, kept, work.paths);
    context.post({ type: 'task-skipped', task });
  }
  const willRetry = effect.willRetry && !paused && !voided && !skipped;
  // What works apart leaves its worktree to others; its work is under the ref. In the checkout it stays for a person to mend.
  if (skipped || (!willRetry && work.place.slot !== null)) leave(context, task);
  else if (!willRetry && work.paths.length > 0) leaveBehind(context, task, { ...failure, paths: work.paths });
  context.post({
    type: 'attempt-finished',
    task,
    attempt,
    outcome,
    reason,
    willRetry,
    durationMs,
    files: paths,
    gates: [...gates],
    tail,
  });
}

/** Whether a task that waits for approval was edited since it had it. */
function isVoid(plan: Plan, task: string): boolean {
  return phaseOf(plan, task)?.executionMode === 'manual' && findTask(plan, task)?.approval === 'void';
}

/** Takes a tick back that did not get into a commit: what others have written since stays; where it stands in the way, the box and the status go back. */
async function untick(context: RunContext, task: string, before: { readonly text: string; readonly plan: Plan }): Promise<void> {
  const writing = await context.plan.takeBack(before.text, (text, plan) =>
    joined(setTaskStatus(text, plan, task, { status: 'pending' }), setPlanFields(text, plan, { status: before.plan.status })),
  );
  if (writing.type === 'failed')
    note(context, task, `The tick of a task that was not committed could not be taken back: ${writing.message}`);
}
