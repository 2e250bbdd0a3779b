/** Keys of two versions of a plan, phase or task as they would stand in the file, and which of them are code. */
import type { FieldChange, Risk } from './diff-record.ts';
import { durationText } from './frontmatter.ts';
import { isDone, PHASE_FIELDS, PLAN_FIELDS, TASK_FIELDS, type Phase, type Plan, type Task } from './plan.ts';
import type { TRUSTED_PHASE_KEYS, TRUSTED_TASK_KEYS } from './reclaim.ts';
import { yamlValue, type FieldValue } from './yaml-text.ts';

/** `attempts` is the executor's record, and stands for nothing to come. */
type TaskRisks = Readonly<Record<Exclude<(typeof TRUSTED_TASK_KEYS)[number], 'attempts'>, Risk>>;
/** Beyond what an agent may not write: that a phase waits for a person. */
type PhaseRisks = Readonly<Record<(typeof TRUSTED_PHASE_KEYS)[number], Risk>>;

const TASK_RISKS: TaskRisks = {
  run: 'command',
  agent: 'agent',
  model: 'agent',
  gates: 'gates',
  allowNoChanges: 'gates',
  files: 'files',
  maxAttempts: 'budget',
  maxBudgetUsd: 'budget',
  assignee: 'approval',
  approved: 'approval',
};
const PHASE_RISKS: PhaseRisks = { agent: 'agent', gates: 'gates', executionMode: 'approval', pauseAfter: 'approval' };

/** Compared word by word. */
const TEXTS: ReadonlySet<string> = new Set(['title', 'description']);
/** How a task went. */
const RECORD: ReadonlySet<string> = new Set(['status', 'attempts', 'error']);
const TASK_KEYS = TASK_FIELDS.filter((key) => !TEXTS.has(key) && !RECORD.has(key));
const PHASE_KEYS = PHASE_FIELDS.filter((key) => !TEXTS.has(key));
const PLAN_KEYS = PLAN_FIELDS.filter((key) => !TEXTS.has(key));

/** Keys that hold milliseconds. */
const DURATIONS: ReadonlySet<string> = new Set(['estimate', 'timeout']);

/** The keys that differ. Null is what is not there: then those that say something. */
export function taskFields(before: Task | null, after: Task): FieldChange[] {
  return fieldsOf(before, after, TASK_KEYS, (key) => riskIn(TASK_RISKS, key));
}

export function phaseFields(before: Phase | null, after: Phase): FieldChange[] {
  return fieldsOf(before, after, PHASE_KEYS, (key, values) => {
    // What was side by side and is in a row now asks a person as little as before.
    if (key === 'executionMode' && !values.includes('manual')) return null;
    return before === null && key !== 'agent' && key !== 'gates' ? null : riskIn(PHASE_RISKS, key);
  });
}

/** The keys with which a task or phase that is gone has asked a person, as long as it was open. */
export function lostApprovals(gone: Phase | Task): FieldChange[] {
  const asked: readonly (readonly [string, string])[] =
    'tasks' in gone
      ? [
          ...(gone.executionMode === 'manual' ? [['executionMode', 'manual'] as const] : []),
          ...(gone.pauseAfter ? [['pauseAfter', 'true'] as const] : []),
        ]
      : gone.assignee === 'human'
        ? [['assignee', 'human']]
        : [];
  const isGone = 'tasks' in gone ? gone.tasks.every(isDone) : isDone(gone);
  return isGone ? [] : asked.map(([field, before]) => ({ field, before, after: null, risk: 'approval' }));
}

/** What a task loses that goes from a phase in which a person is asked for each to one in which nobody is. */
export function leftManual(from: Phase, to: Phase): FieldChange[] {
  if (from.executionMode !== 'manual' || to.executionMode === 'manual') return [];
  return [{ field: 'executionMode', before: 'manual', after: to.executionMode, risk: 'approval' }];
}

export function planFields(before: Plan | null, after: Plan): FieldChange[] {
  return fieldsOf(before, after, PLAN_KEYS, (key) => (key === 'maxBudgetUsd' ? 'budget' : null));
}

function riskIn(risks: Readonly<Record<string, Risk>>, key: string): Risk | null {
  return Object.hasOwn(risks, key) ? (risks[key] ?? null) : null;
}

function fieldsOf<T extends Plan | Phase | Task>(
  before: T | null,
  after: T,
  keys: readonly (keyof T & string)[],
  riskOf: (key: string, values: readonly (string | null)[]) => Risk | null,
): FieldChange[] {
  // Most of a plan stays as it is: what is the same need not be written out to be compared.
  const differing = before === null ? keys : keys.filter((field) => !isSame(before[field], after[field]));
  return differing.flatMap((field): FieldChange[] => {
    const was = before === null ? (DEFAULTS[field] ?? null) : textOf(field, before[field]);
    const now = textOf(field, after[field]);
    if (was === now) return [];
    return [{ field, before: before === null ? null : was, after: now, risk: riskOf(field, [was, now]) }];
  });
}

function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** What is meant where nothing is written, and is shown by its name. */
const DEFAULTS: Readonly<Record<string, string>> = { status: 'draft', executionMode: 'sequential', createdBy: 'user' };

function textOf(field: string, value: unknown): string | null {
  if (value === undefined || value === '' || value === 0) return null;
  if (value === false && field !== 'canRunInParallel') return null;
  if (Array.isArray(value) && value.length === 0 && field === 'dependsOn') return null;
  if (DURATIONS.has(field) && typeof value === 'number') return durationText(value);
  return typeof value === 'string' ? value : yamlValue(value as Exclude<FieldValue, null>);
}
