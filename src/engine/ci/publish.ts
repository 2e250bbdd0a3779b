/**
 * Publishes what another job has executed: every commit is checked as data, then the branch is pushed where nobody else has pushed meanwhile,
 * and one pull request tells how far the plan is. Nothing of the repository is run or checked out here.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundles } from '../../adapters/git/bundle.ts';
import type { Git, RemoteUpdate } from '../../adapters/git/git.ts';
import type { GitHub } from '../../adapters/github/github.ts';
import { pullBody, pullTitle, type PlanCommit } from '../../core/ci/pull-text.ts';
import { hasWork, planBranch } from '../../core/ci/standing.ts';
import type { Config } from '../../core/config.ts';
import type { Plan } from '../../core/plan.ts';
import { Problem } from '../../core/problem.ts';
import type { Redaction } from '../../core/redact.ts';
import { readTrailers } from '../../core/trailer.ts';
import { configOf } from './config.ts';
import { BUNDLE, REPORT } from './execute.ts';
import { rememberExecuted } from './executed.ts';
import { pathOf, planAt } from './plan-commit.ts';
import { baseCommit, checkConfigUntouched, partedAt } from './trusted.ts';
import { rulesFor, verifyRange } from './verify-bundle.ts';

/** A longer report is none. Bytes. */
const MAX_REPORT_BYTES = 1024 * 1024;
/** Violations that are told. */
const MAX_TOLD = 25;

export interface PublishRequest {
  readonly planId: string;
  /** Where the execution began, as a job said that runs nothing of the repository. */
  readonly start: string;
  /** The branch that the work is merged into. */
  readonly base: string;
  readonly remote: string;
  /** What the other job has left; it may be empty. */
  readonly folder: string;
  readonly redaction: Redaction;
  readonly runUrl: string;
}

export type Published =
  /** It did not begin, or nothing came of it: a sentence. */
  | { readonly type: 'nothing'; readonly because: string }
  | { readonly type: 'pull-request'; readonly plan: Plan; readonly head: string; readonly url: string; readonly isNew: boolean }
  | { readonly type: 'pushed'; readonly plan: Plan; readonly head: string; readonly branch: string };

interface Place {
  readonly git: Git;
  readonly bundles: Bundles;
  readonly github: GitHub;
}

/** Checks, pushes and tells. A {@link Problem} says what was wrong; then nothing was pushed but that it was tried. */
export async function publishPlan(place: Place, request: PublishRequest): Promise<Published> {
  const { git } = place;
  const { planId, start, remote, base, folder } = request;
  const branch = planBranch(planId);
  if (branch === null) throw new Problem(`A plan with the name "${planId}" cannot have a branch.`);
  const tip = await baseCommit(git, remote, base);
  const parted = await partedAt(git, tip, start);
  await checkConfigUntouched(git, parted, start);
  const { config } = await configOf(git, parted);
  const content = await contentOf(git, { path: pathOf(config, planId), planId, parted, start });
  if (saysRefused(folder)) return { type: 'nothing', because: 'The execution did not begin; its own job says why.' };
  const remembered = await rememberExecuted(git, planId, content);
  const taken = await take(place, request, branch);
  if (taken === null) {
    await push(git, remote, [remembered]);
    return {
      type: 'nothing',
      because: 'The execution has left no commit. It is not tried again before the plan is edited, or started by name.',
    };
  }
  const { commits, violations } = await verifyRange(git, place.bundles, {
    start,
    head: taken,
    rules: rulesFor(config, planId, request.redaction),
  });
  if (violations.length > 0 || commits.length === 0) {
    // Tried it was: the same would come of it again.
    await push(git, remote, [remembered]);
    throw new Problem(refused(violations));
  }
  return await land(place, request, { config, branch, tip, head: taken, remembered });
}

function refused(violations: readonly string[]): string {
  const told = violations.slice(0, MAX_TOLD);
  const more = violations.length - told.length;
  return `What the execution has left is not published:\n${told.join('\n')}${more > 0 ? `\n… and ${more} more.` : ''}\nNothing was pushed. The bundle is an artifact of this run.`;
}

/** By what it is known that this was executed: see {@link standing}. */
async function contentOf(
  git: Git,
  { path, planId, parted, start }: { readonly path: string; readonly planId: string; readonly parted: string; readonly start: string },
): Promise<string> {
  const plan = await planAt(git, start, { path, planId, known: null });
  if (plan === null) throw new Problem(`There is no plan "${planId}" in ${start.slice(0, 12)}.`);
  if (parted === start) return plan.blob;
  const [last] = await git.log({ to: start, paths: [path], limit: 1 });
  return last?.id ?? plan.blob;
}

/** The other job’s own word, which can only make less of this: that it did not begin. */
function saysRefused(folder: string): boolean {
  try {
    const file = join(folder, REPORT);
    if (statSync(file).size > MAX_REPORT_BYTES) return false;
    const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Object(Reflect.get(Object(report) as object, 'end')).type === 'refused';
  } catch {
    return false;
  }
}

/** The tip of what the bundle holds; null where there is none. */
async function take({ bundles }: Place, { folder, planId }: PublishRequest, branch: string): Promise<string | null> {
  const file = join(folder, BUNDLE);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const taken = await bundles.take(file, `refs/heads/${branch}`, `refs/plans/incoming/${planId}`);
  if ('problem' in taken) throw new Problem(`The bundle cannot be read: ${taken.problem}. Nothing was pushed.`);
  return taken.commit;
}

interface Landing {
  readonly config: Config;
  readonly branch: string;
  /** Of the base branch. */
  readonly tip: string;
  readonly head: string;
  readonly remembered: RemoteUpdate;
}

async function land(place: Place, request: PublishRequest, landing: Landing): Promise<Published> {
  const { git, github } = place;
  const { planId, start, base, remote, runUrl } = request;
  const { config, branch, tip, head, remembered } = landing;
  const path = pathOf(config, planId);
  const plan = (await planAt(git, head, { path, planId, known: null }))?.plan;
  if (plan === undefined) throw new Problem(`There is no plan "${planId}" in what was executed.`);
  if (config.ci.publish === 'push' && tip === start) {
    await push(git, remote, [{ ref: `refs/heads/${base}`, from: start, to: head }, remembered]);
    return { type: 'pushed', plan, head, branch: base };
  }
  const updates = await updatesOf(git, { path, planId, branch, start, tip, remote, head });
  await push(git, remote, [...updates, remembered]);
  const commits = await commitsOf(git, await partedAt(git, tip, head), head, planId);
  const text = { title: pullTitle(plan), body: pullBody({ plan, commits, head, runUrl }) };
  const open = await github.openPull(branch, base);
  const pull = open === null ? await github.createPull({ head: branch, base, ...text }) : await github.updatePull(open.number, text);
  return { type: 'pull-request', plan, head, url: pull.url, isNew: open === null };
}

interface BranchMove {
  readonly path: string;
  readonly planId: string;
  readonly branch: string;
  readonly start: string;
  readonly tip: string;
  readonly head: string;
  readonly remote: string;
}

/**
 * What is pushed, and where each ref has to stand for it: the branch where the execution began, or nowhere. One that has nothing but the note
 * of an earlier failure is replaced, and kept under another name.
 */
async function updatesOf(git: Git, move: BranchMove): Promise<readonly RemoteUpdate[]> {
  const { path, planId, branch, start, tip, head, remote } = move;
  const ref = `refs/heads/${branch}`;
  const there = await remoteRef(git, remote, ref);
  if (there === null || there === start) return [{ ref, from: there, to: head }];
  const of = { path, planId, known: null };
  const isKnown = (await git.resolve(there)) !== null && (await git.mergeBase(tip, start)) === start;
  const [old, now] = isKnown ? [await planAt(git, there, of), await planAt(git, start, of)] : [null, null];
  if (old === null || now === null || hasWork(old.plan, now.plan))
    throw new Problem(
      `The branch ${branch} has moved to ${there.slice(0, 12)} since the execution began at ${start.slice(0, 12)}. Nothing was pushed; the bundle is an artifact of this run.`,
    );
  const kept = `refs/plans/replaced/${planId}/${there.slice(0, 12)}`;
  return [
    { ref, from: there, to: head },
    { ref: kept, from: await remoteRef(git, remote, kept), to: there },
  ];
}

async function remoteRef(git: Git, remote: string, ref: string): Promise<string | null> {
  const found = await git.remoteRefs(remote, [ref]);
  if (found.type === 'unreachable') throw new Problem(`The remote "${remote}" did not answer: ${found.message}`);
  return found.refs.get(ref) ?? null;
}

async function commitsOf(git: Git, from: string, to: string, planId: string): Promise<readonly PlanCommit[]> {
  const commits = (await git.log({ from, to })).toReversed();
  return commits.flatMap(({ id, trailers }): PlanCommit[] => {
    const evidence = readTrailers(trailers);
    return evidence === null || 'iteration' in evidence || evidence.plan !== planId ? [] : [{ id, evidence }];
  });
}

async function push(git: Git, remote: string, updates: readonly RemoteUpdate[]): Promise<void> {
  const refused = await git.push(remote, updates);
  if (refused !== null)
    throw new Problem(
      `The remote did not take it (${refused}). Somebody may have been quicker; nothing was pushed, and the bundle is an artifact of this run.`,
    );
}
