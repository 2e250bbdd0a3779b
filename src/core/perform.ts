/** A suggested change made on a plan's text: by the splices of the editor, one after the other, and looked at before anybody gets it. */
import type { Known } from './checks.ts';
import { applyEdits, setTaskFields, type EditResult } from './edit.ts';
import { outlineOf, type Fields } from './outline.ts';
import { checkPlan } from './lint.ts';
import { parsePlan } from './parse.ts';
import { isDone, type Phase, type Plan, type Task } from './plan.ts';
import { addPhase, movePhase } from './plan-edits.ts';
import { findPhase, findTask, phaseOf } from './progress.ts';
import type { SectionCache } from './section-cache.ts';
import { slugOf } from './slug.ts';
import type { Refusal, SuggestedChange } from './suggestion.ts';
import { addTask, moveTask, removeTask, retitleTask, setTaskDescription } from './task-edits.ts';
import type { NewTask } from './embed.ts';

/** A text and what it says. */
export interface Version {
  readonly text: string;
  readonly plan: Plan;
}

export interface Performed extends Version {
  /** The ids of the tasks that are new, in their order. */
  readonly added: readonly string[];
  /** The id of the phase that is new. */
  readonly phase: string | null;
}

export interface Present {
  /** The config's names, for the linter. */
  readonly known: Known | null;
  readonly cache: SectionCache | undefined;
  /** Ids of tasks that somebody is at work on. */
  readonly running: ReadonlySet<string>;
}

/**
 * Makes a change on a valid plan. What is done or running is not touched, what comes out is valid, and nothing differs that the change
 * does not name; else a sentence.
 */
export function performChange(version: Version, change: SuggestedChange, present: Present): Performed | Refusal {
  const refused = closed(version.plan, change, present.running);
  if (refused !== null) return { refused };
  const performed = perform(version, change, present);
  if ('refused' in performed) return performed;
  const { diagnostics } = checkPlan(performed.text, version.plan.id, {
    known: present.known,
    ...(present.cache === undefined ? {} : { cache: present.cache }),
  });
  const error = diagnostics.find(({ severity }) => severity === 'error')?.message ?? stray(version.plan, performed, change);
  return error === null ? performed : { refused: error };
}

/** Tasks that a change touches: what it is about, and those whose dependencies it hands on. */
function touched(plan: Plan, change: SuggestedChange): readonly string[] {
  switch (change.type) {
    case 'add_task':
    case 'add_phase':
      return [];
    case 'modify_task':
      return [change.task];
    case 'reorder':
      return change.of === 'task' ? [change.item] : (findPhase(plan, change.item)?.tasks.map(({ id }) => id) ?? []);
    case 'break_down_task':
      return [change.task, ...dependents(plan, change.task).map(({ id }) => id)];
  }
}

function closed(plan: Plan, change: SuggestedChange, running: ReadonlySet<string>): string | null {
  for (const id of touched(plan, change)) {
    const task = findTask(plan, id);
    if (task === undefined) return `There is no task "${id}" in this plan.`;
    if (running.has(id)) return `The task "${id}" is being worked on.`;
    if (isDone(task)) return `The task "${id}" is ${task.status}, and what is done is not changed.`;
  }
  return null;
}

function perform(version: Version, change: SuggestedChange, present: Present): Performed | Refusal {
  const steps = new Steps(version, present);
  switch (change.type) {
    case 'add_task':
      return steps.addTasks(change.phase, [change.task], change.beforeTask) ?? steps.result();
    case 'modify_task':
      return modify(steps, change) ?? steps.result();
    case 'reorder': {
      const before = change.before === undefined ? {} : { before: change.before };
      const moved = steps.edit((text, plan) =>
        change.of === 'task'
          ? moveTask(text, plan, change.item, { phase: change.phase, ...before })
          : movePhase(text, plan, change.item, before),
      );
      if (moved === null && steps.text === version.text) return { refused: `"${change.item}" stands there already.` };
      return moved ?? steps.result();
    }
    case 'add_phase': {
      const { beforePhase, phase, tasks } = change;
      const known = new Set(version.plan.phases.map(({ id }) => id));
      const at = beforePhase === undefined ? {} : { before: beforePhase };
      const refused = steps.edit((text, plan) => addPhase(text, plan, { ...phase, ...at }));
      if (refused !== null) return refused;
      const made = steps.plan.phases.find(({ id }) => !known.has(id));
      if (made === undefined) return { refused: `There is a phase "${phase.title}" in this plan already.` };
      return steps.addTasks(made.id, tasks, undefined) ?? { ...steps.result(), phase: made.id };
    }
    case 'break_down_task':
      return breakDown(steps, change.task, change.parts) ?? steps.result();
  }
}

function modify(steps: Steps, change: Extract<SuggestedChange, { type: 'modify_task' }>): Refusal | null {
  const { task, title, description, fields } = change;
  const { text } = steps;
  const refused =
    (title === undefined ? null : steps.edit((now, plan) => retitleTask(now, plan, task, title))) ??
    (description === undefined ? null : steps.edit((now, plan) => setTaskDescription(now, plan, task, description))) ??
    (Object.keys(fields).length === 0 ? null : steps.edit((now, plan) => setTaskFields(now, plan, task, fields)));
  return refused ?? (steps.text === text ? { refused: `The task "${task}" says so already.` } : null);
}

/** The parts take the task's place: those that come first wait for what it waited for, what waited for it waits for those that come last. */
function breakDown(steps: Steps, id: string, parts: readonly NewTask[]): Refusal | null {
  const whole = findTask(steps.plan, id);
  const phase = phaseOf(steps.plan, id);
  if (whole === undefined || phase === undefined) return { refused: `There is no task "${id}" in this plan.` };
  if (parts.length === 0) return { refused: `There are no parts to break "${id}" down into.` };
  const waiting = dependents(steps.plan, id).map((task) => task.id);
  const refused = steps.addTasks(phase.id, parts, id);
  if (refused !== null) return refused;
  const made = new Set(steps.added);
  const tasks = steps.added.flatMap((part) => findTask(steps.plan, part) ?? []);
  const waitedFor = new Set(tasks.flatMap(({ dependsOn }) => dependsOn));
  const last = steps.added.filter((part) => !waitedFor.has(part));
  for (const part of tasks.filter(({ dependsOn }) => !dependsOn.some((other) => made.has(other)))) {
    const failed = steps.dependsOn(part.id, union(whole.dependsOn, part.dependsOn));
    if (failed !== null) return failed;
  }
  for (const other of waiting) {
    const before = findTask(steps.plan, other)?.dependsOn ?? [];
    const after = union(before.flatMap((one) => (one === id ? last : [one])));
    const failed = steps.dependsOn(other, after);
    if (failed !== null) return failed;
  }
  return steps.edit((text, plan) => removeTask(text, plan, id));
}

/** The tasks that name a task in `dependsOn`. */
function dependents(plan: Plan, id: string): readonly Task[] {
  return plan.phases.flatMap((phase) => phase.tasks).filter((task) => task.dependsOn.includes(id));
}

const union = (...lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];

/** Edits made one after the other, each on the text that the one before has left. */
class Steps {
  text: string;
  plan: Plan;
  readonly added: string[] = [];
  readonly #present: Present;

  constructor({ text, plan }: Version, present: Present) {
    this.text = text;
    this.plan = plan;
    this.#present = present;
  }

  edit(make: (text: string, plan: Plan) => EditResult): Refusal | null {
    const result = make(this.text, this.plan);
    if ('refused' in result) return result;
    if (result.edits.length === 0) return null;
    this.text = applyEdits(this.text, result.edits);
    this.plan = parsePlan(this.text, this.plan.id, this.#present.cache).plan;
    return null;
  }

  addTasks(phaseId: string, tasks: readonly NewTask[], before: string | undefined): Refusal | null {
    for (const task of tasks) {
      const id = typeof task.fields?.['id'] === 'string' ? task.fields['id'] : slugOf(task.title, 'task');
      if (findTask(this.plan, id) !== undefined)
        return { refused: `There is a task "${id}" in this plan already. A new one needs another title or "id:".` };
      const at = before === undefined ? {} : { before };
      const refused = this.edit((text, plan) => addTask(text, plan, phaseId, { ...task, ...at }));
      if (refused !== null) return refused;
      this.added.push(id);
    }
    return null;
  }

  dependsOn(id: string, ids: readonly string[]): Refusal | null {
    if (JSON.stringify(ids) === JSON.stringify(findTask(this.plan, id)?.dependsOn ?? [])) return null;
    return this.edit((text, plan) => setTaskFields(text, plan, id, { dependsOn: ids.length === 0 ? null : ids }));
  }

  result(): Performed {
    return { text: this.text, plan: this.plan, added: this.added, phase: null };
  }
}

/** What of a task a modification says. */
export function changedKeys(change: Extract<SuggestedChange, { type: 'modify_task' }>): readonly string[] {
  const { title, description, fields } = change;
  return [...(title === undefined ? [] : ['title']), ...(description === undefined ? [] : ['description']), ...Object.keys(fields)];
}

/** What may differ after a change. */
function allowed(
  before: Plan,
  change: SuggestedChange,
): { readonly keys: ReadonlyMap<string, readonly string[]>; readonly gone: readonly string[] } {
  if (change.type === 'modify_task') {
    return { keys: new Map([[change.task, changedKeys(change)]]), gone: [] };
  }
  if (change.type !== 'break_down_task') return { keys: new Map(), gone: [] };
  return { keys: new Map(dependents(before, change.task).map(({ id }) => [id, ['dependsOn']])), gone: [change.task] };
}

/** A sentence about the first thing that differs and should not; null where all is as it was meant. */
function stray(before: Plan, after: Performed, change: SuggestedChange): string | null {
  const { keys, gone } = allowed(before, change);
  const moved = change.type === 'reorder' ? [change.item] : [];
  const [old, now] = [outlineOf(before), outlineOf(after.plan)];
  if (differs(old.fields, now.fields, [])) return strayed('what the plan says of itself');
  if (orderOf(before, [...gone, ...moved]) !== orderOf(after.plan, [...after.added, after.phase ?? '', ...moved]))
    return strayed('which tasks and phases there are, or their order');
  for (const phase of old.phases) {
    const same = now.phases.find(({ id }) => id === phase.id);
    if (same !== undefined && differs(phase.fields, same.fields, [])) return strayed(`the phase "${phase.title}"`);
  }
  const tasks = new Map(now.phases.flatMap((phase) => phase.tasks).map((task) => [task.id, task]));
  for (const task of old.phases.flatMap((phase) => phase.tasks)) {
    const same = tasks.get(task.id);
    if (same !== undefined && differs(task.fields, same.fields, keys.get(task.id) ?? [])) return strayed(`the task "${task.title}"`);
  }
  return null;
}

function strayed(what: string): string {
  return `It would change ${what}, which it does not say. Make the change in the file itself.`;
}

function differs(a: Fields, b: Fields, but: readonly string[]): boolean {
  return Object.keys({ ...a, ...b }).some((key) => a[key] !== b[key] && !but.includes(key));
}

/** All phases and tasks in their order but some; a phase that is left out still has its tasks looked at. */
function orderOf(plan: Plan, but: readonly string[]): string {
  const skip = new Set(but);
  const ids = (phase: Phase) => phase.tasks.map(({ id }) => id).filter((id) => !skip.has(id));
  const moved = plan.phases.filter(({ id }) => skip.has(id)).map(ids);
  return JSON.stringify([
    plan.phases.filter(({ id }) => !skip.has(id)).map((phase) => [phase.id, ids(phase)]),
    moved.filter((list) => list.length > 0),
  ]);
}
