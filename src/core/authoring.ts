/** What a person changes of a plan by a form: several edits of its text, made one after the other, as one. */
import {
  applyEdits,
  setPhaseFields,
  setPlanFields,
  setTaskFields,
  setTaskStatus,
  spliceTo,
  type EditResult,
  type FieldValues,
} from './edit.ts';
import { parsePlan } from './parse.ts';
import { movePhase, retitlePhase, retitlePlan, setPhaseDescription, setPlanDescription } from './plan-edits.ts';
import type { Plan, TaskStatus } from './plan.ts';
import { findPhase, phaseOf } from './progress.ts';
import type { SectionCache } from './section-cache.ts';
import { moveTask, retitleTask, setTaskDescription } from './task-edits.ts';

/** One edit, made on a text as it is then. */
export type Step = (text: string, plan: Plan) => EditResult;

/** What is left out stays. */
export interface PlanAuthoring {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** Keys of the frontmatter; null removes one. */
  readonly fields?: FieldValues | undefined;
}

/** The same of a phase. */
export interface PhaseAuthoring extends PlanAuthoring {
  /** Where it stands then, from 0. */
  readonly order?: number | undefined;
}

/** The same of a task. */
export interface TaskAuthoring extends PhaseAuthoring {
  /** The phase that it goes to. */
  readonly phase?: string | undefined;
  readonly status?: Exclude<TaskStatus, 'failed'> | undefined;
}

/** Steps as one: each is made on what those before it have left. The first refusal counts. */
export function inSteps(steps: readonly Step[], cache?: SectionCache): Step {
  return (text, plan) => {
    let [now, says] = [text, plan];
    for (const [index, step] of steps.entries()) {
      const edit = step(now, says);
      if ('refused' in edit) return edit;
      if (edit.edits.length === 0) continue;
      now = applyEdits(now, edit.edits);
      // What the last one has left, nobody asks here.
      if (index < steps.length - 1) says = parsePlan(now, plan.id, cache).plan;
    }
    return { edits: spliceTo(text, now) };
  };
}

/** What a change of a plan’s own texts and keys is made of, for {@link inSteps}. */
export function planSteps({ title, description, fields }: PlanAuthoring): readonly Step[] {
  const steps: Step[] = [];
  if (title !== undefined) steps.push((text, plan) => (title === plan.title ? NOTHING : retitlePlan(text, plan, title)));
  if (description !== undefined)
    steps.push((text, plan) => (isSame(plan.description, description) ? NOTHING : setPlanDescription(text, plan, description)));
  if (isSet(fields)) steps.push((text, plan) => setPlanFields(text, plan, fields));
  return steps;
}

/** The same for a phase: `id` is what the file calls it. */
export function phaseSteps(id: string, { title, description, fields, order }: PhaseAuthoring): readonly Step[] {
  const steps: Step[] = [];
  if (title !== undefined)
    steps.push((text, plan) => (title === findPhase(plan, id)?.title ? NOTHING : retitlePhase(text, plan, id, title)));
  if (description !== undefined)
    steps.push((text, plan) =>
      isSame(findPhase(plan, id)?.description, description) ? NOTHING : setPhaseDescription(text, plan, id, description),
    );
  if (isSet(fields)) steps.push((text, plan) => setPhaseFields(text, plan, id, fields));
  if (order !== undefined)
    steps.push((text, plan) => {
      const before = plan.phases.filter((phase) => phase.id !== id)[order]?.id;
      return movePhase(text, plan, id, before === undefined ? {} : { before });
    });
  return steps;
}

/** The same for a task: `id` is what the file calls it. `status` ticks its box, or skips it, by hand: no gate is run. */
export function taskSteps(id: string, { title, description, fields, order, phase, status }: TaskAuthoring): readonly Step[] {
  const steps: Step[] = [];
  if (title !== undefined) steps.push((text, plan) => retitleTask(text, plan, id, title));
  if (description !== undefined) steps.push((text, plan) => setTaskDescription(text, plan, id, description));
  if (isSet(fields)) steps.push((text, plan) => setTaskFields(text, plan, id, fields));
  if (status !== undefined) steps.push((text, plan) => setTaskStatus(text, plan, id, { status }));
  if (order !== undefined || phase !== undefined)
    steps.push((text, plan) => {
      const to = phase ?? phaseOf(plan, id)?.id ?? '';
      const others = findPhase(plan, to)?.tasks.filter((task) => task.id !== id) ?? [];
      const before = order === undefined ? undefined : others[order]?.id;
      return moveTask(text, plan, id, before === undefined ? { phase: to } : { phase: to, before });
    });
  return steps;
}

const NOTHING: EditResult = { edits: [] };

function isSet(fields: FieldValues | undefined): fields is FieldValues {
  return fields !== undefined && Object.values(fields).some((value) => value !== undefined);
}

/** A description is read back without the blank lines around it, and ends with a line ending. */
function isSame(before: string | undefined, after: string): boolean {
  return before?.trim() === after.replaceAll(/\r\n?/g, '\n').trim();
}
