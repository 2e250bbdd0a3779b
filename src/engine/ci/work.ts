/**
 * One task of a wave on a machine of its own. What came of it is one commit on top of where the wave began: the work without the plan file, and
 * what the run would have said of it. The box is ticked by whoever joins the wave.
 */
import { join } from 'node:path';
import { tryBody } from '../../core/ci/try-body.ts';
import { add, fromCost, NOTHING, toCost } from '../../core/budget.ts';
import type { PublishedEvent, RunEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import type { RunSummary } from '../../core/summary.ts';
import { readTrailers } from '../../core/trailer.ts';
import { isPlanOrConfig } from '../context.ts';
import { attemptMessage, attemptsOf } from '../kept.ts';
import { runPlan } from '../run.ts';
import { keptAttempts } from '../spending.ts';
import type { Workspace } from '../workspace.ts';
import { onPlanBranch, type ExecuteRequest } from './execute.ts';
import { planAt, pathOf } from './plan-commit.ts';
import { costReader, lastTry, waveAt } from './wave.ts';

/** The file with the commit, in the folder that goes to the job that joins; and the ref in it. */
export const WORK_BUNDLE = 'work.bundle';
export const WORK_REF = 'refs/plans/work';

export interface WorkRequest extends Omit<ExecuteRequest, 'timeLimitMs'> {
  readonly task: string;
  readonly now: Date;
}

export interface Worked {
  readonly summary: RunSummary;
  /** Null where not even an attempt was made. */
  readonly bundle: string | null;
}

/** Does the task where HEAD stands. A {@link Problem} says why it did not begin; then nothing was spent. */
export async function workOn(root: string, request: WorkRequest): Promise<Worked> {
  const { planId, task, folder, agentEnv: env, control } = request;
  return onPlanBranch(root, request, async ({ workspace, bundles, start }) => {
    const { git, config, known } = workspace;
    const plan = await planAt(git, start, { path: pathOf(config, planId), planId, known });
    if (plan === null) throw new Problem(`There is no plan "${planId}" in ${start.slice(0, 12)}.`);
    const wave = await waveAt(plan.plan, config, start, costReader(git, config, request.now));
    const mine = wave.find((each) => each.task === task);
    if (mine === undefined)
      throw new Problem(
        `The task "${task}" of "${planId}" cannot be done at ${start.slice(0, 12)}: ${wave.length === 0 ? 'none can' : `those that can are ${wave.map((each) => each.task).join(', ')}`}.`,
      );
    const earlier = await lastTry(git, start, config, { planId, task });
    let last: Finished | null = null;
    const publish = (message: PublishedEvent): void => {
      if (message.event.type === 'attempt-finished') last = message.event;
      request.publish(message);
    };
    const wanted = { type: 'work', task, earlier, ceiling: mine.ceiling } as const;
    const summary = await runPlan(workspace, planId, { env, publish, control, wave: wanted });
    const commit = await workCommit(workspace, { planId, task, start, summary, last });
    if (commit === null) return { summary, bundle: null };
    await git.updateRef(WORK_REF, commit, await git.resolve(WORK_REF));
    const bundle = join(folder, WORK_BUNDLE);
    await bundles.write(bundle, WORK_REF, start);
    return { summary, bundle };
  });
}

type Finished = Extract<RunEvent, { type: 'attempt-finished' }>;

interface Done {
  readonly planId: string;
  readonly task: string;
  readonly start: string;
  readonly summary: RunSummary;
  /** The attempt that ended last without landing. */
  readonly last: Finished | null;
}

/** The one commit; null where there is nothing to tell. */
async function workCommit(workspace: Workspace, done: Done): Promise<string | null> {
  const { git } = workspace;
  const { planId, task, start } = done;
  const head = (await git.head()).commit ?? start;
  const commits = head === start ? [] : await git.log({ from: start, to: head });
  for (const { subject, body, trailers, changes } of commits) {
    const evidence = readTrailers(trailers);
    if (evidence === null || !('attempt' in evidence) || evidence.task !== task || evidence.plan !== planId) continue;
    const paths = changes.map(({ path }) => path).filter((path) => !isPlanOrConfig(workspace, path));
    return git.keep({ paths, parent: start, message: `${subject}\n\n${body}` });
  }
  return failedCommit(workspace, done);
}

/** An empty commit that says how the attempts have ended. */
async function failedCommit(workspace: Workspace, { planId, task, start, summary, last }: Done): Promise<string | null> {
  if (last === null) return null;
  const { git } = workspace;
  const attempts = (await keptAttempts(workspace, await git.refs(attemptsOf(planId, task)))).map(({ evidence }) => evidence);
  const final = attempts.at(-1);
  if (final === undefined) return null;
  const spending = attempts.map((each) => fromCost(each)).filter((cost) => cost !== null);
  const failed = (gates: typeof final.gates) => gates.filter(({ status }) => status === 'failed').map(({ name }) => name);
  const { end } = summary;
  const evidence = {
    ...final,
    outcomes: attempts.slice(0, -1).map(({ outcome, gates }) => ({ outcome, gates: failed(gates) })),
    durationMs: attempts.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
    ...toCost(spending.length === 0 ? null : spending.reduce(add, NOTHING)),
    ...(end.type === 'paused' && typeof end.resetsAt === 'string' ? { resetsAt: end.resetsAt } : {}),
  };
  return git.keep({ paths: [], parent: start, message: attemptMessage(evidence, tryBody(last)) });
}
