/** What a run made of a plan, and what a person said of it meanwhile, in one text. */
import { diff3Merge } from 'node-diff3';
import { applyEdits, setPlanFields } from '../edit.ts';
import type { Plan, PlanStatus } from '../plan.ts';

export interface PlanText {
  readonly text: string;
  readonly plan: Plan;
}

/**
 * `run` with what `said` changes against `start`; null where both changed the same lines. Of the plan's status the person's word stands, but
 * for one: where everything is done there is nothing to pause any more.
 */
export function mergePlan(start: PlanText, run: PlanText, said: PlanText): string | null {
  const word = said.plan.status;
  if (word === start.plan.status) return merged(start.text, run.text, said.text);
  const isOver = run.plan.status === 'completed' && word !== 'failed';
  return isOver
    ? merged(start.text, run.text, withStatus(said, start.plan.status))
    : merged(start.text, withStatus(run, start.plan.status), said.text);
}

function withStatus({ text, plan }: PlanText, status: PlanStatus): string {
  const edit = setPlanFields(text, plan, { status });
  return 'refused' in edit ? text : applyEdits(text, edit.edits);
}

function merged(base: string, one: string, other: string): string | null {
  if (one === base) return other;
  if (other === base) return one;
  const regions = diff3Merge(linesOf(one), linesOf(base), linesOf(other), { excludeFalseConflicts: true });
  if (regions.some(({ conflict }) => conflict !== undefined)) return null;
  return regions.flatMap(({ ok }) => ok ?? []).join('');
}

/** Each with its line ending. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}
