/** Two versions of a plan, compared for people: what came, went, moved, and what each thing said before and says now. */
import { changesBetween, type PlanChanges } from './change.ts';
import { durationText } from './frontmatter.ts';
import { NO_OUTLINE, outlineOf } from './outline.ts';
import { PHASE_FIELDS, PLAN_FIELDS, TASK_FIELDS, type Phase, type Plan, type Task } from './plan.ts';
import { findPhase, findTask } from './progress.ts';
import { yamlValue, type FieldValue } from './yaml-text.ts';

/** What a key said, as it would stand in the file; null where it was not there. */
export interface FieldDifference {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Difference {
  readonly type: 'added' | 'removed' | 'modified' | 'moved';
  readonly of: 'plan' | 'phase' | 'task';
  readonly id: string;
  readonly title: string;
  /** The task's phase. */
  readonly phase: string | null;
  readonly fields: readonly FieldDifference[];
}

/** All differences, in the order of the document: the plan's own, then phases, then tasks. Null is a version that is not there. */
export function differencesBetween(before: Plan | null, after: Plan | null): readonly Difference[] {
  const changes = changesBetween(before === null ? NO_OUTLINE : outlineOf(before), after === null ? NO_OUTLINE : outlineOf(after));
  return [...ofPlan(changes, before, after), ...ofPhases(changes, before, after), ...ofTasks(changes, before, after)];
}

function ofPlan({ plan }: PlanChanges, before: Plan | null, after: Plan | null): readonly Difference[] {
  if (plan.length === 0 || before === null || after === null) return [];
  const fields = fieldsOf(before, after, PLAN_FIELDS);
  return [{ type: 'modified', of: 'plan', id: after.id, title: after.title, phase: null, fields }];
}

function ofPhases({ added, removed, modified, moved }: PlanChanges, before: Plan | null, after: Plan | null): readonly Difference[] {
  return [
    ...removed.phases.map((item) => bare('removed', item)),
    ...added.phases.map((item) => ({ ...bare('added', item), fields: fieldsOf(undefined, phaseIn(after, item.id), PHASE_FIELDS) })),
    ...modified.phases.map(({ id, title, was }): Difference => {
      const fields = [...named(was, id), ...fieldsOf(phaseIn(before, was ?? id), phaseIn(after, id), PHASE_FIELDS)];
      return { ...bare('modified', { id, title }), fields };
    }),
    ...moved.phases.map((item) => bare('moved', item)),
  ];
}

function ofTasks({ added, removed, modified, moved }: PlanChanges, before: Plan | null, after: Plan | null): readonly Difference[] {
  return [
    ...removed.tasks.map((item) => bare('removed', item)),
    ...added.tasks.map((item) => ({ ...bare('added', item), fields: fieldsOf(undefined, taskIn(after, item.id), TASK_FIELDS) })),
    ...modified.tasks.map(({ id, title, phase, was }): Difference => {
      const fields = [...named(was, id), ...fieldsOf(taskIn(before, was ?? id), taskIn(after, id), TASK_FIELDS)];
      return { ...bare('modified', { id, title, phase }), fields };
    }),
    ...moved.tasks.map((item) => bare('moved', item)),
  ];
}

/** A phase, or with `phase` a task. */
function bare(type: Difference['type'], item: { readonly id: string; readonly title: string; readonly phase?: string }): Difference {
  const { id, title, phase } = item;
  return { type, of: phase === undefined ? 'phase' : 'task', id, title, phase: phase ?? null, fields: [] };
}

function phaseIn(plan: Plan | null, id: string): Phase | undefined {
  return plan === null ? undefined : findPhase(plan, id);
}

function taskIn(plan: Plan | null, id: string): Task | undefined {
  return plan === null ? undefined : findTask(plan, id);
}

function named(was: string | undefined, id: string): readonly FieldDifference[] {
  return was === undefined ? [] : [{ field: 'id', before: was, after: id }];
}

/** The keys that differ; a new thing's title stands for itself. */
function fieldsOf<T extends Plan | Phase | Task>(
  before: T | undefined,
  after: T | undefined,
  keys: readonly (keyof T & string)[],
): readonly FieldDifference[] {
  return keys.flatMap((field): FieldDifference[] => {
    if (field === 'title' && before === undefined) return [];
    const [old, now] = [shown(field, before?.[field]), shown(field, after?.[field])];
    return old === now ? [] : [{ field, before: old, after: now }];
  });
}

/** Keys that hold milliseconds. */
const DURATIONS: ReadonlySet<string> = new Set(['estimate', 'timeout']);
/** What is meant where nothing is written. */
const DEFAULTS: Readonly<Record<string, unknown>> = { status: 'pending', executionMode: 'sequential', createdBy: 'user' };

function shown(field: string, value: unknown): string | null {
  if (value === undefined || value === '' || value === 0 || value === DEFAULTS[field]) return null;
  if (value === false && field !== 'canRunInParallel') return null;
  if (Array.isArray(value) && value.length === 0 && field === 'dependsOn') return null;
  if (DURATIONS.has(field) && typeof value === 'number') return durationText(value);
  return typeof value === 'string' ? value : yamlValue(value as Exclude<FieldValue, null>);
}
