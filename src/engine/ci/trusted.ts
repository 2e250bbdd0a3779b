/** What decides over power counts as the base branch has it: the config, and what a plan may run, skip and spend. */
import { CONFIG_FILES } from '../../adapters/config.ts';
import type { Git } from '../../adapters/git/git.ts';
import { planBranch } from '../../core/ci/standing.ts';
import { wideningIn } from '../../core/ci/widening.ts';
import { Problem } from '../../core/problem.ts';
import { EXECUTED } from './executed.ts';
import { planAt } from './plan-commit.ts';

const PACKAGE = 'package.json';

/** The tip of a branch of the remote as it was fetched last, or of the branch here where there is no remote. */
export async function baseCommit(git: Git, remote: string, branch: string): Promise<string> {
  const commit = (await git.resolve(`refs/remotes/${remote}/${branch}`)) ?? (await git.resolve(`refs/heads/${branch}`));
  if (commit !== null) return commit;
  throw new Problem(`The branch "${branch}" is not here. Check out with "fetch-depth: 0", which brings all branches with their history.`);
}

/**
 * Brings what the remote says by now of the base branch, of the plans' branches, and of what was executed; the base's commit. A checkout has
 * the base as it was when its event happened: a job that has waited for others would begin, and push, on what is old. A {@link Problem} where
 * the remote does not answer.
 */
export async function freshBase(git: Git, remote: string, branch: string): Promise<string> {
  const own = (ref: string): string => `+refs/heads/${ref}:refs/remotes/${remote}/${ref}`;
  const failed = await git.fetch(remote, [own(branch), own('plans/*'), `+${EXECUTED}*:${EXECUTED}*`]);
  if (failed === null) return await baseCommit(git, remote, branch);
  throw new Problem(`What the remote "${remote}" has by now of "${branch}" and of the plans could not be fetched: ${failed}`);
}

/** Where the history of a start left the base branch. A {@link Problem} where they have none in common here. */
export async function partedAt(git: Git, base: string, start: string): Promise<string> {
  const parted = await git.mergeBase(base, start);
  if (parted !== null) return parted;
  throw new Problem(
    `${start.slice(0, 12)} and ${base.slice(0, 12)} have no history in common here. Check out with "fetch-depth: 0": a shallow clone has too little of it.`,
  );
}

/** Throws a {@link Problem} where a branch has another config than the base had where it began. */
export async function checkConfigUntouched(git: Git, parted: string, start: string): Promise<void> {
  if (parted === start) return;
  const [was, now] = [await git.filesIn(parted, ''), await git.filesIn(start, '')];
  for (const file of CONFIG_FILES) {
    if (was.get(file) === now.get(file)) continue;
    if (file === PACKAGE && (await plansKey(git, was.get(file))) === (await plansKey(git, now.get(file)))) continue;
    throw new Problem(
      `The branch changes ${file}. The config counts as the base branch has it: land that change there first, and take it out of this branch.`,
    );
  }
}

async function plansKey(git: Git, blob: string | undefined): Promise<string> {
  const bytes = blob === undefined ? null : await git.readBlob(blob);
  try {
    return JSON.stringify(Reflect.get(Object(JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))) as object, 'plans')) ?? '';
  } catch {
    return '';
  }
}

/** Throws a {@link Problem} where a plan has more power on its branch than it had where that began. */
export async function checkNoWider(
  git: Git,
  { path, planId, parted, start }: { readonly path: string; readonly planId: string; readonly parted: string; readonly start: string },
): Promise<void> {
  if (parted === start) return;
  const of = { path, planId, known: null };
  const [was, now] = [await planAt(git, parted, of), await planAt(git, start, of)];
  if (was === null || now === null || was.blob === now.blob) return;
  const wider = wideningIn(was.plan, now.plan);
  if (wider.length === 0) return;
  throw new Problem(
    `The plan has more power on ${planBranch(planId) ?? 'its branch'} than on the base branch, where a person has agreed to it. ${wider.slice(0, 10).join(' ')} Land that on the base branch first.`,
  );
}
