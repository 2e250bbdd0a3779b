/** The waves of all plans that jobs are to carry on with now, as far as one workflow run can take them. */
import type { Git } from '../../adapters/git/git.ts';
import { planAt, pathOf } from './plan-commit.ts';
import { reconcile, type Reconciled, type ReconcileRequest } from './reconcile.ts';
import { costReader, MAX_JOBS, waveAt } from './wave.ts';
import type { Config } from '../../core/config.ts';
import type { Waiting } from '../../core/effect.ts';
import type { Plan } from '../../core/plan.ts';
import { readiness, waitsForPerson } from '../../core/schedule.ts';
import { whyNothing } from '../../core/waiting.ts';

export interface WavesRequest extends ReconcileRequest {
  readonly config: Config;
}

export interface PlannedWave extends Reconciled {
  /** In the order in which they are joined; empty where nothing can be done now. */
  readonly tasks: readonly string[];
  /** Whether there are more of them than a workflow run can take. */
  readonly isCut: boolean;
  /** Where nothing but a person helps: what that waits for. Joining records it, so that a pull request can tell. */
  readonly waiting: Waiting | null;
}

/** What a plan waits for where nothing of it can be done before a person has done something; null where something can, or nothing is open. */
export function waitingIn(given: Plan): Waiting | null {
  const answers = readiness({ ...given, status: 'running' });
  return answers.some(({ ready }) => ready) || waitsForPerson(answers) === undefined ? null : whyNothing(answers);
}

/** Every plan of the base, and what can be done of it now. What is beyond the limit comes with a later wave. */
export async function wavesOf(git: Git, request: WavesRequest): Promise<readonly PlannedWave[]> {
  const { config, now } = request;
  const costs = costReader(git, config, now);
  const planned: PlannedWave[] = [];
  let room = MAX_JOBS;
  for (const each of await reconcile(git, request)) {
    const { start, plan } = each;
    const wave = plan === null || start === null ? [] : await waveAt(plan, config, start, costs);
    const tasks = wave.slice(0, room).map(({ task }) => task);
    room -= tasks.length;
    planned.push({ ...each, tasks, isCut: tasks.length < wave.length, waiting: plan === null ? null : waitingIn(plan) });
  }
  return planned;
}

/** Plans of a wave that have got further since and can go on: for these another is begun. `tip`: where a plan's branch is now. */
export async function goingOn(
  git: Git,
  wave: readonly { readonly plan: string; readonly commit: string }[],
  { config, tip }: { readonly config: Config; readonly tip: (planId: string) => Promise<string | null> },
): Promise<readonly string[]> {
  const plans: string[] = [];
  for (const { plan: planId, commit } of wave) {
    const now = await tip(planId);
    if (now === null || now === commit) continue;
    const found = await planAt(git, now, { path: pathOf(config, planId), planId, known: null });
    if (found?.valid === true && found.plan.status === 'running') plans.push(planId);
  }
  return plans;
}
