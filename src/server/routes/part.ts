/** What the routes of phases and of tasks share. */
import { z } from 'zod';
import type { Step } from '../../core/authoring.ts';
import { applyEdits } from '../../core/edit.ts';
import { parsePlan } from '../../core/parse.ts';
import type { Plan } from '../../core/plan.ts';
import { findPhase, findTask } from '../../core/progress.ts';
import { nothing, partIdOf, partIn, type PartRef, type PlanRef } from '../ids.ts';
import { Refusal } from '../problem.ts';
import { Commit } from './plans.ts';

export const revision = z.string().describe('Of the plan now, for the next `If-Match`.');
export const RemovedPart = z.object({ id: z.string(), revision, commit: Commit }).meta({ id: 'Removed' });

export const json = <T extends z.ZodType>(schema: T) => ({ body: { required: true, content: { 'application/json': { schema } } } });

/** An edit that adds something, and what the file calls it then. */
export function adding(edit: Step, idsIn: (plan: Plan) => readonly string[]): { readonly made: () => string; readonly step: Step } {
  let id = '';
  return {
    made: () => id,
    step: (text, plan) => {
      const result = edit(text, plan);
      if ('refused' in result) return result;
      const before = new Set(idsIn(plan));
      const after = idsIn(parsePlan(applyEdits(text, result.edits), plan.id).plan);
      id = after.find((one) => !before.has(one)) ?? '';
      return result;
    },
  };
}

export const phaseIds = (plan: Plan) => plan.phases.map(({ id }) => id);
export const taskIds = (plan: Plan) => plan.phases.flatMap(({ tasks }) => tasks.map(({ id }) => id));

/** What the file calls a task that a request names by its id, its slug or its title. */
export function taskNamedIn(plan: Plan, ref: PlanRef, name: string): string {
  const slug = partIn(ref, name);
  if (findTask(plan, slug) !== undefined) return slug;
  const byTitle = plan.phases.flatMap(({ tasks }) => tasks).find(({ title }) => title === name.trim());
  if (byTitle !== undefined) return byTitle.id;
  throw new Refusal('invalid-request', `"dependsOn" names no task of this plan: "${name.slice(0, 100)}".`, {
    errors: [{ in: 'json', path: 'dependsOn', message: `no task "${name.slice(0, 100)}"` }],
  });
}

/** A phase that is not there is nothing that the plan does not allow: it is not found. */
export function onPhase(ref: PartRef, step: Step): Step {
  return (text, plan) => {
    if (findPhase(plan, ref.part) === undefined) throw nothing('phase', partIdOf(ref.served, ref.plan, ref.part));
    return step(text, plan);
  };
}

export function onTask(ref: PartRef, step: Step): Step {
  return (text, plan) => {
    if (findTask(plan, ref.part) === undefined) throw nothing('task', partIdOf(ref.served, ref.plan, ref.part));
    return step(text, plan);
  };
}
