/** The review of a pull request: both versions are read as data from git's objects. Nothing of the repository is run, whichever version it is of. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_FILES, DEFAULT_CONFIG, PACKAGE } from '../../adapters/config.ts';
import { readConfigAt } from '../../adapters/config-data.ts';
import type { Git } from '../../adapters/git/git.ts';
import { openGit } from '../../adapters/git/open.ts';
import type { Known } from '../../core/checks.ts';
import { configChange, type ConfigVersion } from '../../core/ci/config-change.ts';
import { outlookOf } from '../../core/ci/outlook.ts';
import type { PullRequestReview } from '../../core/ci/review-record.ts';
import type { Config } from '../../core/config.ts';
import type { PlanDiff } from '../../core/diff-record.ts';
import { Problem } from '../../core/problem.ts';
import { shellWord } from '../../core/shell.ts';
import { comparePlans } from '../diff.ts';
import { planFolderPath } from '../sync.ts';
import { suggestedCode } from './suggested.ts';
import { compose, knownIn } from '../workspace.ts';

export interface ReviewRequest {
  /** The tip of the branch that the change is to be merged into, and that of the change: anything that git takes for a commit. */
  readonly base: string;
  readonly head: string;
  /** The folder of the plans, where the config of `base` is code and says another than `plans`. */
  readonly plans: string | undefined;
  /** Of another repository: who made its commits could make them say anything. */
  readonly isFork: boolean;
  readonly now: Date;
}

/**
 * Reviews what `head` has done since it parted from `base`. Forecasts read the history of the repository's HEAD. A `Problem` where a commit
 * is missing.
 */
export async function reviewChange(folder: string, request: ReviewRequest): Promise<PullRequestReview> {
  const git = await openGit(folder);
  const stateFolder = mkdtempSync(join(tmpdir(), 'plans-review-'));
  try {
    return await reviewIn(git, stateFolder, request);
  } finally {
    await git.close();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function reviewIn(git: Git, stateFolder: string, request: ReviewRequest): Promise<PullRequestReview> {
  const [base, head] = [await commitOf(git, request.base), await commitOf(git, request.head)];
  const parted = await git.mergeBase(base, head);
  if (parted === null)
    throw new Problem(
      `${shellWord(request.base)} and ${shellWord(request.head)} have no history in common here. A shallow clone has too little of it: fetch all.`,
    );
  const [inForce, was, will] = [await configAt(git, base), await configAt(git, parted), await configAt(git, head)];
  const change = configChange(was, will);
  // Whoever merges gets the config of the change; it says here what is shown, and gives nobody any power.
  const then = change === null ? inForce : will;
  const config = inForce.config ?? DEFAULT_CONFIG;
  const workspace = compose(git, {
    config: { ...config, plans: request.plans ?? config.plans },
    file: inForce.file,
    digest: '',
    stateFolder,
  });
  try {
    const known = then.config === null ? null : namesIn([then.config, ...(inForce.config === null ? [] : [inForce.config])]);
    const compared = await comparePlans(workspace, at(parted), at(head), { forecastAt: request.now, known, strangers: request.isFork });
    const { plans, problems, ...sides } = compared;
    const diffs = plans.map(({ diff }) => diff);
    return {
      version: 1,
      diff: {
        version: 1,
        ...sides,
        plans: diffs,
        problems: [...inForce.problems, ...movedFolder(workspace.config, change === null ? null : will.config), ...problems],
      },
      alsoOnBase: parted === base ? [] : await alsoOnBase(git, { base, parted, folder: planFolderPath(workspace).slice(0, -1) }, diffs),
      config: change,
      unread: then.config === null && then.problems.length === 0 ? then.file : null,
      suggested: await suggestedCode(git, { before: parted, after: head, folder: planFolderPath(workspace).slice(0, -1), known }),
      outlooks: plans.map(({ diff, after }) => outlookOf(diff, after, then.config)),
    };
  } finally {
    await workspace.close();
  }
}

/** Plans that stand where the config of the change looks for them, and that of the base does not. */
function movedFolder({ plans }: Config, after: Config | null): string[] {
  if (after === null || after.plans === plans) return [];
  return [
    `The config moves the plans from ${plans}/ to ${after.plans}/, and those in ${after.plans}/ are not reviewed here. Merge the config by itself first.`,
  ];
}

/** Which of the plans are not on the base what they were where the change parted from it. */
async function alsoOnBase(
  git: Git,
  { base, parted, folder }: { readonly base: string; readonly parted: string; readonly folder: string },
  diffs: readonly PlanDiff[],
): Promise<string[]> {
  const [was, is] = [await git.filesIn(parted, folder), await git.filesIn(base, folder)];
  const moved = (file: string | undefined) => file !== undefined && was.get(file) !== is.get(file);
  return diffs
    .filter(({ before, after }) => moved(before?.file) || moved(after?.file))
    .map(({ before, after }) => (after ?? before)?.id ?? '');
}

const at = (revision: string) => ({ type: 'commit', revision }) as const;

async function commitOf(git: Git, revision: string): Promise<string> {
  const commit = await git.resolve(revision);
  if (commit === null) throw new Problem(`There is no commit ${shellWord(revision)} in this repository. Fetch it first.`);
  return commit;
}

async function configAt(git: Git, commit: string): Promise<ConfigVersion> {
  const read = await readConfigAt(git, commit);
  const files = await git.filesIn(commit, '');
  const texts = new Map<string, string>();
  for (const name of CONFIG_FILES) {
    const blob = name === PACKAGE ? undefined : files.get(name);
    const bytes = blob === undefined ? null : await git.readBlob(blob);
    if (bytes !== null) texts.set(name, new TextDecoder().decode(bytes));
  }
  if ('problems' in read) return { file: [...texts.keys()][0] ?? null, config: null, problems: read.problems, texts };
  if ('code' in read) return { file: read.code, config: null, problems: [], texts };
  return { file: read.file, config: read.config, problems: [], texts };
}

function namesIn(configs: readonly Config[]): Known {
  const known = configs.map(knownIn);
  return {
    gates: new Set(known.flatMap(({ gates }) => [...gates])),
    agents: new Set(known.flatMap(({ agents }) => [...agents])),
  };
}
