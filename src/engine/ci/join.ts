/** Joins what the machines of a wave have made of their tasks, and leaves the plan's new commits for the job that publishes. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Commit } from '../../adapters/git/git.ts';
import { readTryBody } from '../../core/ci/try-body.ts';
import { OUTCOMES } from '../../core/outcome.ts';
import { Problem } from '../../core/problem.ts';
import type { Plan } from '../../core/plan.ts';
import { findTask } from '../../core/progress.ts';
import type { Redaction } from '../../core/redact.ts';
import type { RunSummary } from '../../core/summary.ts';
import { readAttempt, readTrailers } from '../../core/trailer.ts';
import type { Elsewhere } from '../elsewhere.ts';
import { runPlan } from '../run.ts';
import type { Workspace } from '../workspace.ts';
import { handOn, onPlanBranch, type ExecuteRequest, type PlanBranch } from './execute.ts';
import { planAt, pathOf } from './plan-commit.ts';
import { rulesFor, verifyWork } from './verify-bundle.ts';
import { costReader, waveAt } from './wave.ts';
import { waitingIn } from './waves.ts';
import { WORK_BUNDLE, WORK_REF } from './work.ts';

export interface JoinRequest extends Omit<ExecuteRequest, 'timeLimitMs' | 'agentEnv'> {
  /** Holds what each machine has handed on, in a folder of its own; where it was one machine alone, in no folder. */
  readonly from: string;
  readonly redaction: Redaction;
  readonly now: Date;
}

export interface Joined {
  readonly summary: RunSummary | null;
  /** Tasks of the wave of which nothing has come. */
  readonly lost: readonly string[];
  /** What was refused, a sentence each. */
  readonly refused: readonly string[];
  readonly bundle: string | null;
}

/** Joins the wave on the plan's branch, in the order in which one machine would have done it. */
export async function joinWave(root: string, request: JoinRequest): Promise<Joined> {
  const { planId, env, publish, control } = request;
  return onPlanBranch(root, request, async (place) => {
    const { workspace, start } = place;
    const { git, config, known } = workspace;
    const before = await planAt(git, start, { path: pathOf(config, planId), planId, known });
    if (before === null) throw new Problem(`There is no plan "${planId}" in ${start.slice(0, 12)}.`);
    const wave = await waveAt(before.plan, config, start, costReader(git, config, request.now));
    const tasks = new Set(wave.map(({ task }) => task));
    const { elsewhere, refused } = await take({ ...place, plan: before.plan, tasks }, request);
    const run = (of: ReadonlyMap<string, Elsewhere>) =>
      runPlan(workspace, planId, { env, publish, control, wave: { type: 'join', elsewhere: of } });
    let summary = elsewhere.size === 0 ? null : await run(elsewhere);
    // Where only a person can go on, the plan says so.
    if (await waits(workspace, planId)) summary = await run(new Map());
    const bundle = await handOn(place, request, summary?.end ?? null);
    return { summary, lost: [...tasks].filter((task) => !elsewhere.has(task)), refused, bundle };
  });
}

/** Whether a plan has come to where nothing but a person helps. */
async function waits({ git, config, known }: Workspace, planId: string): Promise<boolean> {
  const now = await planAt(git, 'HEAD', { path: pathOf(config, planId), planId, known });
  return now !== null && now.valid && ['ready', 'running'].includes(now.plan.status) && waitingIn(now.plan) !== null;
}

interface Place extends PlanBranch {
  readonly plan: Plan;
  /** Those of the wave. */
  readonly tasks: ReadonlySet<string>;
}

/** What the machines have handed on, by task. Of what is not as it must be nothing is taken but that it was a try. */
async function take(
  place: Place,
  { from, planId, redaction }: JoinRequest,
): Promise<{ elsewhere: Map<string, Elsewhere>; refused: string[] }> {
  const { workspace, bundles, plan, start, tasks } = place;
  const { git, config } = workspace;
  const elsewhere = new Map<string, Elsewhere>();
  const refused: string[] = [];
  for (const name of ['.', ...foldersIn(from)]) {
    const file = join(from, name, WORK_BUNDLE);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) continue;
    const taken = await bundles.take(file, WORK_REF, `refs/plans/incoming/${elsewhere.size}`);
    const [commit] = 'problem' in taken ? [] : await git.log({ only: [taken.commit] });
    const task = taskOf(commit);
    if ('problem' in taken || commit === undefined)
      refused.push(`${name}: its bundle cannot be read${'problem' in taken ? `: ${taken.problem}` : ''}.`);
    else if (task === null || !tasks.has(task))
      refused.push(`${name}: it is of ${task === null ? 'no task' : `the task "${task}"`}, which was not to be done.`);
    else if (elsewhere.has(task)) refused.push(`${name}: it is of the task "${task}", of which there is another bundle already.`);
    else {
      const problems = await verifyWork(git, bundles, { start, commit, rules: rulesFor(config, planId, redaction, new Set([task])) });
      refused.push(...problems.map((problem) => `${name}: ${problem}`));
      elsewhere.set(task, problems.length === 0 ? madeIn(commit) : refusedTry(plan, task, problems));
    }
  }
  return { elsewhere, refused };
}

function foldersIn(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .toSorted();
}

function taskOf(commit: Commit | undefined): string | null {
  const evidence = commit === undefined ? null : readTrailers(commit.trailers);
  return evidence === null || 'iteration' in evidence ? null : evidence.task;
}

/** What a verified commit says. */
function madeIn({ id, trailers, body }: Commit): Elsewhere {
  const attempt = readAttempt(trailers);
  const evidence = readTrailers(trailers);
  if (attempt === null || evidence === null || !('attempt' in evidence)) throw new Error(`commit ${id} was not verified`);
  const { tokens, costUsd } = evidence;
  const usage =
    tokens === null && costUsd === null
      ? null
      : { inputTokens: tokens ?? 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd };
  const told = readTryBody(body);
  const outcome = OUTCOMES.find((each) => each === attempt.outcome);
  const passed = attempt.outcome === '';
  const failure = {
    outcome: outcome ?? 'agent_failed',
    reason: told?.reason ?? '',
    tail: told?.tail ?? '',
    resetsAt: attempt.resetsAt ?? null,
  };
  const { outcomes = [], agent, model = null, session, durationMs } = evidence;
  const work = { attempt: evidence.attempt, outcomes, agent, model, session, durationMs, usage };
  return { ...work, commit: passed ? id : null, failure: passed ? null : failure };
}

/** What may not be taken counts as a try, so that it cannot be made for ever. */
function refusedTry(plan: Plan, task: string, problems: readonly string[]): Elsewhere {
  const attempt = (findTask(plan, task)?.attempts ?? 0) + 1;
  const failure = { outcome: 'denied', reason: problems.slice(0, 3).join(' '), tail: '', resetsAt: null } as const;
  return { commit: null, attempt, outcomes: [], agent: undefined, model: null, session: null, durationMs: 0, usage: null, failure };
}
