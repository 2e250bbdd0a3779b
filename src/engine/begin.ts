/** The beginning of a run: what a person is told, the pause that a plan is still in, and the commits that come before anything starts. */
import type { RunEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { findTask, phaseOf } from '../core/progress.ts';
import { cutShort } from '../core/reclaim.ts';
import { newRun, type RunLimits } from '../core/run-state.ts';
import { transition } from '../core/run.ts';
import { commitPlan, whyRefused } from './commits.ts';
import { note, type RunContext } from './context.ts';
import { crashPoint } from './crash.ts';
import { commitEdits, planEdited } from './edits.ts';
import { committedPlan } from './plan-file.ts';
import { hasAgents, UNPROTECTED } from './sandbox.ts';
import { beginning } from './start.ts';

/** The event that a run begins with. */
export function runStarted(context: RunContext): RunEvent {
  const { plan } = context.plan;
  return {
    type: 'run-started',
    title: plan.title,
    branch: context.head.branch,
    commit: context.head.commit,
    resumed: plan.status !== 'ready',
    tasks: plan.phases.flatMap((phase) => phase.tasks.map(({ id, title, status }) => ({ id, phase: phase.id, title, status }))),
    phases: plan.phases.map(({ id, title }) => ({ id, title })),
  };
}

/** What a person should know before anything starts. */
export function sayFirst(context: RunContext, putBack: readonly string[], scope: ReadonlySet<string> | null): void {
  const { workspace, plan, sandbox } = context;
  if (putBack.length > 0) note(context, null, cutShort(putBack));
  const isMissing = sandbox === null && workspace.config.sandbox.use === 'auto';
  if (isMissing && hasAgents(workspace, plan.plan, scope)) note(context, null, UNPROTECTED);
}

/** The pause that a paused plan is still in: it says so once more, and git has nothing to add. */
export async function waitingFor(
  context: RunContext,
  options: Pick<RunLimits, 'scope' | 'approved'> & { readonly task?: string | undefined },
): Promise<RunEvent | null> {
  const { plan, path } = context.plan;
  if (plan.status !== 'paused' || options.task !== undefined) return null;
  const asRunning = { ...plan, status: 'running' as const };
  const [, [effect]] = transition(newRun(asRunning, { scope: options.scope, approved: options.approved, ...context.limits }), {
    type: 'plan-read',
    plan: asRunning,
  });
  if (effect?.type !== 'record-pause') return null;
  // What a person has written meanwhile is to be committed all the same.
  if ((await context.workspace.git.status([path])).changes.length > 0) return null;
  const { reason, task, detail } = effect;
  return { type: 'run-paused', reason, task, phase: task === null ? null : (phaseOf(plan, task)?.id ?? null), detail };
}

/** Commits a person's pending edits as theirs, then that the plan runs. A failure here leaves the plan as it was. */
export async function begin(context: RunContext, named: string | null): Promise<void> {
  const { plan, planId, workspace } = context;
  const { changes } = await workspace.git.status([plan.path]);
  if (changes.length > 0) {
    const bytes = await workspace.git.readFile('HEAD', plan.path);
    const committed = bytes === null ? null : (committedPlan(workspace, planId, bytes)?.plan ?? null);
    const outcome = await commitEdits(context);
    if (outcome.type === 'committed') context.post(planEdited(committed, plan.plan, outcome.commit));
    // What is staged alone is no edit: the file says what HEAD says.
    else if (outcome.type !== 'failed' || outcome.reason !== 'nothing')
      throw new Problem(`The plan's uncommitted edits have to be committed first, and could not be: ${whyRefused(outcome)}`);
  }
  const before = plan.text;
  const retried = named !== null && findTask(plan.plan, named)?.status === 'failed' ? named : null;
  if (plan.plan.status === 'running' && retried === null) return;
  const event = retried === null ? (plan.plan.status === 'ready' ? 'started' : 'resumed') : 'retry';
  const writing = await plan.edit((text, now) => beginning(text, now, retried));
  if (writing.type === 'failed') throw new Problem(writing.message);
  crashPoint(context.env, 'after-start-edit');
  const outcome = await commitPlan(context, event, { plan: planId, event, reason: null, task: retried });
  if (outcome.type === 'committed') return;
  await plan.takeBack(before);
  throw new Problem(`The run could not begin: ${whyRefused(outcome)}`);
}
