/** A plan that was written for the first time: its file and its commit, or at least its file. */
import { numberedSlug } from '../../core/slug.ts';
import { Problem } from '../../core/problem.ts';
import type { Redaction } from '../../core/redact.ts';
import type { Evidence } from '../../core/evidence.ts';
import { commitPlan, whyRefused } from '../commits.ts';
import { holdPlan, type Caller } from '../control.ts';
import { newPlanPlace, writeNewPlan, type NewPlanPlace } from '../new-plan.ts';
import { PlanFile } from '../plan-file.ts';
import { checkedHead } from '../start.ts';

/** Names that are tried where somebody was faster. */
const MAX_NAMES = 100;

export interface Landed {
  readonly place: NewPlanPlace;
  /** Null where the file is written and not committed. */
  readonly commit: string | null;
  /** Why it is not committed, or not pushed where it should be; empty where all is well. */
  readonly reason: string;
}

export interface Landing {
  readonly caller: Caller;
  readonly place: NewPlanPlace;
  readonly text: string;
  /** The commit's subject, after the plan's name. */
  readonly what: string;
  readonly evidence: (planId: string) => Evidence;
  readonly redaction: Redaction;
}

/**
 * Writes the file and commits it. What was paid for is not lost: where the name has been taken meanwhile it gets a number, and where it cannot
 * be committed it stays uncommitted. A {@link Problem} says why not even the file could be written.
 */
export async function landNewPlan(landing: Landing): Promise<Landed> {
  const { caller } = landing;
  let landed: Landed | null = null;
  try {
    await holdPlan(caller, async (lease) => {
      const place = writeUnderFreeName(landing);
      landed = { place, commit: null, reason: '' };
      const plan = await PlanFile.open(caller.workspace, place.id);
      if ('message' in plan) throw new Problem(plan.message);
      const head = await checkedHead(caller.workspace);
      const { workspace, env } = caller;
      const committer = { workspace, plan, planId: place.id, env, head, commits: 0, redaction: landing.redaction, lease };
      const outcome = await commitPlan(committer, landing.what, landing.evidence(place.id));
      if (outcome.type !== 'committed') throw new Problem(whyRefused(outcome));
      landed = { ...landed, commit: outcome.commit };
    });
    return landed ?? unlanded(landing, '');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return landed === null ? unlanded(landing, error.message) : { ...(landed as Landed), reason: error.message };
  }
}

function unlanded(landing: Landing, reason: string): Landed {
  return { place: writeUnderFreeName(landing), commit: null, reason };
}

function writeUnderFreeName({ caller, place, text }: Landing): NewPlanPlace {
  for (let number = 1; number <= MAX_NAMES; number += 1) {
    const free = number === 1 ? place : newPlanPlace(caller.workspace, { title: place.title, slug: numberedSlug(place.id, number) });
    if (writeNewPlan(caller.workspace, free, text)) return free;
  }
  throw new Problem(`${place.path} exists already, and so do ${MAX_NAMES - 1} more of that name.`);
}
