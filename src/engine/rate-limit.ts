/** A rate limit outlives the run that met it: the commit that paused the plan says when it resets, here and in every clone. */
import type { RunEvent } from '../core/event.ts';
import { phaseOf } from '../core/progress.ts';
import { readTrailers } from '../core/trailer.ts';
import type { PlanFile } from './plan-file.ts';
import type { Workspace } from './workspace.ts';

/** Commits that are looked at for the last word of a run; before it there are only edits. */
const MAX_COMMITS = 50;

/** The pause that a plan is still in because a limit has not reset; null where nothing is to be waited for. */
export async function rateLimited(workspace: Workspace, { plan, path }: PlanFile, now: Date): Promise<RunEvent | null> {
  if (plan.status !== 'paused') return null;
  for (const { trailers } of await workspace.git.log({ paths: [path], limit: MAX_COMMITS })) {
    const evidence = readTrailers(trailers);
    if (evidence === null || 'iteration' in evidence || evidence.plan !== plan.id) continue;
    const { task, resetsAt } = evidence;
    if (resetsAt === undefined || Date.parse(resetsAt) <= now.getTime()) return null;
    const phase = task === null ? null : (phaseOf(plan, task)?.id ?? null);
    return { type: 'run-paused', reason: 'rate_limited', task, phase, detail: 'nothing was started, as it has not reset yet', resetsAt };
  }
  return null;
}
