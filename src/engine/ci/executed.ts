/** What of a plan was executed, remembered on the remote beside the branches: a ref for each plan, whose commit names the contents. */
import type { Git, RemoteUpdate } from '../../adapters/git/git.ts';
import { planBranch } from '../../core/ci/standing.ts';

export const EXECUTED = 'refs/plans/executed/';
const KEY = 'Plan-Content';
/** Contents that are remembered of a plan. */
const MAX_CONTENTS = 200;

/** What was executed of a plan, newest first. */
export async function executedOf(git: Git, planId: string): Promise<readonly string[]> {
  const ref = EXECUTED + planId;
  if (planBranch(planId) === null || (await git.resolve(ref)) === null) return [];
  const [record] = await git.log({ to: ref, limit: 1 });
  return record?.trailers.flatMap(([key, value]) => (key === KEY ? [value] : [])) ?? [];
}

/** The update that remembers one more content. */
export async function rememberExecuted(git: Git, planId: string, content: string): Promise<RemoteUpdate> {
  const ref = EXECUTED + planId;
  const known = (await executedOf(git, planId)).filter((each) => each !== content);
  const lines = [content, ...known].slice(0, MAX_CONTENTS).map((each) => `${KEY}: ${each}`);
  const to = await git.statement(`${planId}: executed\n\n${lines.join('\n')}\n`);
  return { ref, from: await git.resolve(ref), to };
}
