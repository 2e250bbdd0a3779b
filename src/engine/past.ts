/** What was done so far, read from git: the trailers of the branch's commits, so that a fresh clone says the same. */
import { checkPlan } from '../core/lint.ts';
import { pastWork, type PastWork } from '../core/past.ts';
import { phaseOf } from '../core/progress.ts';
import { evidenceOf } from './history.ts';
import type { Workspace } from './workspace.ts';

/** Of one plan, or of all, oldest first. A task that never landed is looked up in its plan as it is now. */
export async function readPast(workspace: Workspace, planId: string | null): Promise<readonly PastWork[]> {
  const said = await evidenceOf(workspace);
  const work = pastWork(planId === null ? said : said.filter((each) => each.planId === planId));
  const lost = new Set(work.filter(isLost).map(({ plan }) => plan));
  const plans = new Map(await Promise.all([...lost].map(async (id) => [id, await currentPlan(workspace, id)] as const)));
  return work.map((entry) => {
    const plan = isLost(entry) ? plans.get(entry.plan) : null;
    return plan === null || plan === undefined ? entry : { ...entry, phase: phaseOf(plan, entry.task ?? '')?.id ?? null };
  });
}

function isLost({ type, phase }: PastWork): boolean {
  return phase === null && (type === 'given-up' || type === 'taken-back');
}

async function currentPlan(workspace: Workspace, id: string) {
  const read = await workspace.files.readText(workspace.planPath(id));
  return read.type === 'failed' ? null : checkPlan(read.text, id, { known: workspace.known, cache: workspace.cache }).plan;
}
