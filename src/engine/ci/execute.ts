/** Carries a plan out in a job that may write nowhere, and leaves its commits in a bundle for one that may. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBundles, type Bundles } from '../../adapters/git/bundle.ts';
import type { Git } from '../../adapters/git/git.ts';
import { openGit } from '../../adapters/git/open.ts';
import type { PublishedEvent } from '../../core/event.ts';
import { forbiddenPath } from '../../core/ci/verify-commit.ts';
import { planBranch } from '../../core/ci/standing.ts';
import { Problem } from '../../core/problem.ts';
import { redactionOf } from '../../core/redact.ts';
import type { RunSummary } from '../../core/summary.ts';
import { runPlan } from '../run.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { pathOf } from './plan-commit.ts';
import { rulesFor } from './verify-bundle.ts';
import { baseCommit, checkConfigUntouched, checkNoWider, partedAt } from './trusted.ts';

/** The file with the commits, and that with what is said of them, in the folder that goes to the next job. */
export const BUNDLE = 'plan.bundle';
export const REPORT = 'report.json';
/** After the time limit a task has so long to end by itself. */
const GRACE_MS = 15 * 60_000;

export interface ExecuteRequest {
  readonly planId: string;
  /** The branch that the work is merged into. */
  readonly base: string;
  readonly remote: string;
  /** Absolute; where the bundle and the report go. */
  readonly folder: string;
  /** For git: without the keys, as whatever runs here can look into every process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** With the keys of the agents. */
  readonly agentEnv: Readonly<Record<string, string | undefined>>;
  /** After so long nothing new begins: a job that is ended from outside hands nothing on. */
  readonly timeLimitMs: number;
  readonly publish: (event: PublishedEvent) => void;
  /** As for a run. */
  readonly control: (pause: (now: boolean) => void) => void;
}

export interface Executed {
  readonly summary: RunSummary;
  readonly start: string;
  /** Null where no commit was made. */
  readonly bundle: string | null;
}

/** Executes the plan where HEAD stands, on a branch of its own. A {@link Problem} says why it did not begin; then nothing was spent. */
export function executePlan(root: string, request: ExecuteRequest): Promise<Executed> {
  return onPlanBranch(root, request, async (place) => {
    const summary = await run(place.workspace, request);
    return { summary, start: place.start, bundle: await handOn(place, request, summary.end) };
  });
}

/** A checkout that stands on the branch of a plan, and may be executed. */
export interface PlanBranch {
  /** Without a lease on a remote to which nothing can be pushed. */
  readonly workspace: Workspace;
  readonly bundles: Bundles;
  /** Where HEAD stood, and the branch begins. */
  readonly start: string;
  readonly branch: string;
}

type Wanted = Pick<ExecuteRequest, 'planId' | 'base' | 'remote' | 'folder' | 'env'>;

/** Checks what is to be executed and puts HEAD on the plan's branch for the length of `work`. What it refuses stands in the report too. */
export async function onPlanBranch<T>(root: string, request: Wanted, work: (place: PlanBranch) => Promise<T>): Promise<T> {
  const { planId, folder } = request;
  const branch = planBranch(planId);
  if (branch === null) throw new Problem(`A plan with the name "${planId}" cannot have a branch. Rename its file.`);
  mkdirSync(folder, { recursive: true });
  const { start, parted } = await checkStart(root, request);
  const workspace = await openWorkspace(root);
  const bundles = await openBundles(root, { ...request.env });
  try {
    await checkNoWider(workspace.git, { planId, path: pathOf(workspace.config, planId), parted, start });
    await bundles.ensureIdentity();
    await standOnBranch(workspace.git, branch, start);
    return await work({ workspace: asInJob(workspace, planId), bundles, start, branch });
  } catch (error) {
    if (error instanceof Problem) report(folder, { plan: planId, start, commit: start, end: { type: 'refused', reason: error.message } });
    throw error;
  } finally {
    bundles.close();
    await workspace.close();
  }
}

/** Leaves what the branch has beyond its start for the job that publishes, and says how it ended. The bundle; null where there is nothing. */
export async function handOn(
  { workspace, bundles, start, branch }: PlanBranch,
  { planId, folder }: Wanted,
  end: RunSummary['end'] | null,
): Promise<string | null> {
  const { commit } = await workspace.git.head();
  const bundle = commit === start || commit === null ? null : join(folder, BUNDLE);
  if (bundle !== null) await bundles.write(bundle, `refs/heads/${branch}`, start);
  report(folder, { plan: planId, start, commit, end });
  return bundle;
}

/** For people, and for whoever publishes: it cannot be relied on, as whatever ran here may have written it. */
function report(folder: string, said: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, REPORT), `${JSON.stringify({ version: 1, ...said }, null, 2)}\n`);
}

/** Where HEAD stands, looked at before anything of it is run: a config may be code. */
async function checkStart(root: string, request: Wanted): Promise<{ readonly start: string; readonly parted: string }> {
  const git = await openGit(root);
  try {
    const { commit: start } = await git.head();
    if (start === null) throw new Problem('There is no commit here to begin on.');
    const parted = await partedAt(git, await baseCommit(git, request.remote, request.base), start);
    await checkConfigUntouched(git, parted, start);
    return { start, parted };
  } finally {
    await git.close();
  }
}

async function standOnBranch(git: Git, branch: string, start: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const there = await git.resolve(ref);
  if (there !== null && there !== start)
    throw new Problem(`The branch "${branch}" is here already, at ${there.slice(0, 12)}. Check it out, or take it away, and begin again.`);
  if (!(await git.putHead({ branch, commit: start }, there))) throw new Problem(`The branch "${branch}" could not be made.`);
}

/**
 * What a job may not push it need not hold a lease for: whoever publishes finds out whether somebody else was quicker. What would not be
 * published is not to be worked on either.
 */
function asInJob(workspace: Workspace, planId: string): Workspace {
  const { remote: _, ...config } = workspace.config;
  const rules = rulesFor(workspace.config, planId, redactionOf([]));
  return { ...workspace, config, forbids: (path) => forbiddenPath(path, rules) };
}

async function run(workspace: Workspace, { planId, agentEnv, timeLimitMs, publish, control }: ExecuteRequest): Promise<RunSummary> {
  const timers: NodeJS.Timeout[] = [];
  try {
    return await runPlan(workspace, planId, {
      env: agentEnv,
      publish,
      control: (pause) => {
        control(pause);
        if (timeLimitMs <= 0) return pause(false);
        timers.push(
          setTimeout(() => pause(false), timeLimitMs),
          setTimeout(() => pause(true), timeLimitMs + GRACE_MS),
        );
      },
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
