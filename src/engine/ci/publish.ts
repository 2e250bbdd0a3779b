/**
 * Publishes what another job has executed: every commit is checked as data, then the branch is pushed where nobody else has pushed meanwhile,
 * and one pull request tells how far the plan is. Nothing of the repository is run or checked out here.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundles } from '../../adapters/git/bundle.ts';
import type { Commit, Git, RemoteUpdate } from '../../adapters/git/git.ts';
import type { GitHub, Pull } from '../../adapters/github/github.ts';
import { pullBody, pullTitle, type PlanCommit } from '../../core/ci/pull-text.ts';
import { planBranch } from '../../core/ci/standing.ts';
import type { BundleRules } from '../../core/ci/verify-commit.ts';
import { commitSubject } from '../../core/commit-subject.ts';
import { applyEdits, setPlanFields } from '../../core/edit.ts';
import type { Config } from '../../core/config.ts';
import type { Plan } from '../../core/plan.ts';
import { Problem } from '../../core/problem.ts';
import type { Redaction } from '../../core/redact.ts';
import { formatTrailers, readTrailers } from '../../core/trailer.ts';
import { moveBranch, Outrun, push, Unpublishable } from './branch-move.ts';
import { configOf } from './config.ts';
import { BUNDLE, REPORT } from './execute.ts';
import { rememberExecuted } from './executed.ts';
import { pathOf, planAt } from './plan-commit.ts';
import { baseCommit, checkConfigUntouched, freshBase, partedAt } from './trusted.ts';
import { rulesFor, verifyRange } from './verify-bundle.ts';

/** A longer report is none. Bytes. */
const MAX_REPORT_BYTES = 1024 * 1024;
/** Looks at the remote, each followed by a push. */
const PUSH_TRIES = 3;
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
  /** It is there, and could not be brought here: then nothing is known of it. */
  readonly isOutOfReach: boolean;
  readonly redaction: Redaction;
  /** Where people see the repository, and this run of a workflow. */
  readonly repositoryUrl: string;
  readonly runUrl: string;
}

export type Published =
  /** It did not begin, or nothing came of it: a sentence. */
  | { readonly type: 'nothing'; readonly because: string }
  | {
      readonly type: 'pull-request';
      readonly plan: Plan;
      readonly head: string;
      readonly url: string;
      readonly isNew: boolean;
      /** Why it was not pushed straight to the base, where it was to be; null where nothing stood in the way. */
      readonly instead: string | null;
    }
  | { readonly type: 'pushed'; readonly plan: Plan; readonly head: string; readonly branch: string };

interface Place {
  readonly git: Git;
  readonly bundles: Bundles;
  readonly github: GitHub;
}

/** Checks, pushes and tells. A {@link Problem} says what was wrong; then nothing was pushed but that it was tried. */
export async function publishPlan(place: Place, request: PublishRequest): Promise<Published> {
  for (let attempt = 1; ; attempt += 1) {
    await freshBase(place.git, request.remote, request.base);
    try {
      return await publishOnce(place, request);
    } catch (error) {
      // Another plan's job, or a person: then all is looked at once more.
      if (!(error instanceof Outrun) || attempt === PUSH_TRIES) throw error;
    }
  }
}

async function publishOnce(place: Place, request: PublishRequest): Promise<Published> {
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
  try {
    return await publishLeft(place, request, { config, branch, tip, remembered });
  } catch (error) {
    // What it cost is not spent again at the next look.
    if (error instanceof Unpublishable) await git.push(remote, [remembered]);
    throw error;
  }
}

type Known = Pick<Landing, 'config' | 'branch' | 'tip' | 'remembered'>;

/** Publishes what the other job has left. */
async function publishLeft(place: Place, request: PublishRequest, known: Known): Promise<Published> {
  const { git } = place;
  const { planId, start, remote } = request;
  const { config, branch, remembered } = known;
  const taken = await take(place, request, branch);
  if (taken === null) {
    await push(git, remote, [remembered]);
    if (request.isOutOfReach)
      throw new Problem(
        'What the execution has left could not be downloaded. It is an artifact of this run: run the failed job again, and it is published. Nothing executes it a second time meanwhile.',
      );
    return {
      type: 'nothing',
      because: 'The execution has left no commit. It is not tried again before the plan is edited, or started by name.',
    };
  }
  const rules = rulesFor(config, planId, request.redaction);
  const found = await verifyRange(git, place.bundles, { start, head: taken, rules });
  const landing = { ...known, rules };
  if (found.violations.length === 0 && found.good.length > 0)
    return await land(place, request, { ...landing, head: taken, commits: found.good });
  // Tried it was: the same would come of it again.
  if (!found.good.some(doesTask)) {
    await push(git, remote, [remembered]);
    throw new Problem(refused(found.violations, 'Nothing was pushed.'));
  }
  const published = await land(place, request, { ...landing, ...(await paused(place, found.good, landing)) });
  throw new Problem(
    refused(
      found.violations,
      `What stands before that is published, and the plan is paused${published.type === 'pull-request' ? `: ${published.url}` : '.'}`,
    ),
  );
}

function doesTask({ trailers }: Commit): boolean {
  const evidence = readTrailers(trailers);
  return evidence !== null && !('event' in evidence) && !('iteration' in evidence);
}

/** What is in order of a bundle, with a commit behind it in which the plan pauses: what followed is not there. */
async function paused(
  { git, bundles }: Place,
  good: readonly Commit[],
  { config, rules }: { readonly config: Config; readonly rules: BundleRules },
): Promise<{ head: string; commits: readonly Commit[] }> {
  const { planId, planPath: path } = rules;
  const parent = good.at(-1)?.id ?? '';
  const plan = await planAt(git, parent, { path, planId, known: null });
  const edit = plan === null ? null : setPlanFields(plan.text, plan.plan, { status: 'paused' });
  if (plan === null || edit === null || 'refused' in edit || plan.plan.status === 'paused') return { head: parent, commits: good };
  const trailers = formatTrailers({ plan: planId, event: 'paused', reason: 'conflict', task: null });
  const message = `${commitSubject(config.commit, planId, 'paused: what followed was not published', false)}\n\n${trailers}\n`;
  const head = await bundles.commitFile({ parent, path, text: applyEdits(plan.text, edit.edits), message });
  return { head, commits: [...good, ...(await git.log({ from: parent, to: head }))] };
}

function refused(violations: readonly string[], instead: string): string {
  const told = violations.slice(0, MAX_TOLD);
  const more = violations.length - told.length;
  return `What the execution has left is not published:\n${told.join('\n')}${more > 0 ? `\n… and ${more} more.` : ''}\n${instead} The bundle is an artifact of this run.`;
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
  if ('problem' in taken) throw new Unpublishable(`The bundle cannot be read: ${taken.problem}. Nothing was pushed.`, taken.problem);
  return taken.commit;
}

interface Landing {
  readonly config: Config;
  readonly branch: string;
  /** Of the base branch. */
  readonly tip: string;
  readonly rules: BundleRules;
  readonly head: string;
  /** Up to there, oldest first. */
  readonly commits: readonly Commit[];
  readonly remembered: RemoteUpdate;
}

async function land(place: Place, request: PublishRequest, landing: Landing): Promise<Published> {
  const { git, github } = place;
  const { planId, start, base, remote, runUrl } = request;
  const { config, rules, branch, tip, head: made, remembered } = landing;
  const planOf = async (commit: string): Promise<Plan> => {
    const found = await planAt(git, commit, { path: rules.planPath, planId, known: null });
    if (found === null) throw new Problem(`There is no plan "${planId}" in what was executed.`);
    return found.plan;
  };
  // A plan that runs has more waves to come: until they are over it is on its branch, as on the base nobody could tell whose run it is.
  const goesStraight = config.ci.publish === 'push' && (tip === start || (await isOurs(git, tip, made, planId)));
  const ended = await planOf(made);
  let instead: string | null = null;
  if (goesStraight && ended.status !== 'running') {
    try {
      await push(git, remote, [{ ref: `refs/heads/${base}`, from: tip, to: made }, remembered]);
      return { type: 'pushed', plan: ended, head: made, branch: base };
    } catch (error) {
      // A rule protects the base: then people decide.
      if (!(error instanceof Unpublishable)) throw error;
      instead = error.why;
    }
  }
  const { head, updates } = await moveBranch(git, place.bundles, {
    rules,
    branch,
    start,
    tip,
    remote,
    head: made,
    commits: landing.commits,
  });
  await push(git, remote, [...updates, remembered]);
  const plan = await planOf(head);
  if (goesStraight && plan.status === 'running') return { type: 'pushed', plan, head, branch };
  const commits = await commitsOf(git, await partedAt(git, tip, head), head, planId);
  const text = { title: pullTitle(plan), body: pullBody({ plan, commits, head, runUrl }) };
  const open = await github.openPull(branch, base);
  const pull = open === null ? await create(github, { head: branch, base, ...text }, request) : await github.updatePull(open.number, text);
  return { type: 'pull-request', plan, head, url: pull.url, isNew: open === null, instead };
}

/** Where a pull request cannot be opened, the work is on its branch all the same: a person can open it, or run the job again. */
async function create(github: GitHub, made: Parameters<GitHub['createPull']>[0], { repositoryUrl }: PublishRequest): Promise<Pull> {
  try {
    return await github.createPull(made);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const url = `${repositoryUrl}/compare/${encodeURI(made.base)}...${encodeURI(made.head)}?expand=1`;
    throw new Problem(
      `The branch ${made.head} is pushed, and has no pull request yet. ${error.message} Then run the failed job again, or open it yourself: ${url}`,
    );
  }
}

/** Whether all that a head has beyond the base are this plan's commits, one after another: then no person's work goes there unseen. */
async function isOurs(git: Git, tip: string, head: string, planId: string): Promise<boolean> {
  if ((await git.mergeBase(tip, head)) !== tip) return false;
  const between = await git.log({ from: tip, to: head });
  return (await commitsOf(git, tip, head, planId)).length === between.length && between.every(({ parents }) => parents.length === 1);
}

async function commitsOf(git: Git, from: string, to: string, planId: string): Promise<readonly PlanCommit[]> {
  const commits = (await git.log({ from, to })).toReversed();
  return commits.flatMap(({ id, trailers }): PlanCommit[] => {
    const evidence = readTrailers(trailers);
    return evidence === null || 'iteration' in evidence || evidence.plan !== planId ? [] : [{ id, evidence }];
  });
}
