/**
 * What a version of a plan says, without where it says it: enough to compare two versions, small enough to keep for every
 * version in the history.
 */
import { PHASE_FIELDS, PLAN_FIELDS, TASK_FIELDS, type Plan, type TaskStatus } from './plan.ts';

/** Field name → its value as JSON, or its hash where that is long. Fields at their default are left out. */
export type Fields = Readonly<Record<string, string>>;

export interface OutlineTask {
  readonly id: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly fields: Fields;
}

export interface OutlinePhase {
  readonly id: string;
  readonly title: string;
  readonly fields: Fields;
  readonly tasks: readonly OutlineTask[];
}

export interface Outline {
  readonly fields: Fields;
  readonly phases: readonly OutlinePhase[];
}

/** The outline of a file that does not exist. */
export const NO_OUTLINE: Outline = { fields: {}, phases: [] };

/** Values up to this many characters are kept as they are; two longer ones are compared by hash. */
const VERBATIM_CHARS = 48;

export function outlineOf(plan: Plan): Outline {
  return {
    fields: fieldsOf(plan, PLAN_FIELDS),
    phases: plan.phases.map((phase) => ({
      id: phase.id,
      title: phase.title,
      fields: fieldsOf(phase, PHASE_FIELDS),
      tasks: phase.tasks.map((task) => ({ id: task.id, title: task.title, status: task.status, fields: fieldsOf(task, TASK_FIELDS) })),
    })),
  };
}

function fieldsOf<T>(from: T, keys: readonly (keyof T & string)[]): Fields {
  const fields: Record<string, string> = {};
  for (const key of keys) {
    const value: unknown = from[key];
    if (!isDefault(key, value)) fields[key] = short(value);
  }
  return fields;
}

/** `canRunInParallel: false` and `gates: []` say something; elsewhere nothing, false, zero and empty are what is meant without them. */
function isDefault(key: string, value: unknown): boolean {
  if (Array.isArray(value)) return key === 'dependsOn' && value.length === 0;
  return value === undefined || value === '' || value === 0 || (value === false && key !== 'canRunInParallel');
}

function short(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length <= VERBATIM_CHARS ? json : `#${hash(json)}`;
}

/** 53 bits (cyrb53): two versions of one field are compared, never a whole repository, so that this is ample. */
function hash(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
