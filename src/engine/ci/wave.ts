/** The wave of a plan at a commit, from git alone: whoever asks, on whatever machine, comes to the same. */
import type { Git } from '../../adapters/git/git.ts';
import { newLedger } from '../../core/budget.ts';
import { waveOf, type WaveTask } from '../../core/ci/wave.ts';
import { readTryBody } from '../../core/ci/try-body.ts';
import type { Config } from '../../core/config.ts';
import type { Failure } from '../../core/effect.ts';
import type { Plan } from '../../core/plan.ts';
import { findTask } from '../../core/progress.ts';
import { readTrailers } from '../../core/trailer.ts';
import { foldSpending, type SpendingFold } from '../spending.ts';
import { folderOf, pathOf } from './plan-commit.ts';

/** Jobs of one matrix: GitHub's limit. */
export const MAX_JOBS = 256;
/** Commits of a plan that are looked at for its last try at a task. */
const MAX_COMMITS = 500;
/** What a task is expected to take where it does not say. Milliseconds. */
const UNKNOWN_MS = 60_000;

/** What the commits say of cost is read once for each commit that plans begin on. */
export type CostReader = (commit: string) => Promise<SpendingFold>;

export function costReader(git: Git, config: Pick<Config, 'plans'>, now: Date): CostReader {
  const known = new Map<string, Promise<SpendingFold>>();
  const read = async (commit: string): Promise<SpendingFold> => {
    const commits = await git.log({ to: commit, paths: [folderOf(config).slice(0, -1)] });
    const said = commits.toReversed().flatMap(({ trailers, committedAt }) => {
      const evidence = readTrailers(trailers);
      return evidence === null || evidence.plan === null ? [] : [{ planId: evidence.plan, at: Date.parse(committedAt), evidence }];
    });
    return foldSpending(said, now);
  };
  return (commit) => {
    const reading = known.get(commit) ?? read(commit);
    known.set(commit, reading);
    return reading;
  };
}

/** The tasks of a plan that can be done now, each with what it may cost. */
export async function waveAt(plan: Plan, config: Config, commit: string, costs: CostReader): Promise<readonly WaveTask[]> {
  const spent = (await costs(commit)).of(plan.id);
  const estimate = (id: string): number => findTask(plan, id)?.estimate ?? UNKNOWN_MS;
  return waveOf(plan, { ledger: newLedger(config.budget, spent), most: MAX_JOBS, estimate });
}

/** Why the last try at a task did not land, where a commit says so and the task was not done since; null where none does. */
export async function lastTry(
  git: Git,
  commit: string,
  config: Pick<Config, 'plans'>,
  of: { planId: string; task: string },
): Promise<Failure | null> {
  const { planId, task } = of;
  for (const { trailers, body } of await git.log({ to: commit, paths: [pathOf(config, planId)], limit: MAX_COMMITS })) {
    const evidence = readTrailers(trailers);
    if (evidence === null || 'iteration' in evidence || evidence.plan !== planId || evidence.task !== task) continue;
    const told = 'event' in evidence && evidence.event === 'failed' ? readTryBody(body) : null;
    return told === null ? null : { ...told, fingerprint: '', gates: [] };
  }
  return null;
}
