/**
 * What a plan file's change during an attempt may decide. While an agent works in the checkout nobody can tell its hand from a
 * person's, so text, order and a pause are taken, and what carries trust is put back: ticks, statuses, tries, and keys that are code. What a
 * person has decided by a command stands: the command leaves a digest of it where the runner looks.
 */
import { applyEdits, setPhaseFields, setPlanFields, setTaskFields, setTaskStatus } from './edit.ts';
import type { EditResult, FieldValue } from './edit.ts';
import type { Phase, Plan, Task } from './plan.ts';
import { findTask } from './progress.ts';
import { sha256 } from './sha256.ts';

/** Keys of a task that decide what is run, what is checked, and what it may cost or touch. */
export const TRUSTED_TASK_KEYS = [
  'run',
  'agent',
  'gates',
  'files',
  'allowNoChanges',
  'maxAttempts',
  'maxBudgetUsd',
  'model',
  'assignee',
  'approved',
  'attempts',
] as const;
export const TRUSTED_PHASE_KEYS = ['agent', 'gates'] as const;

export interface Reclaimed {
  readonly text: string;
  /** One entry per thing that was put back, e.g. `status of "deploy"`. */
  readonly putBack: readonly string[];
}

/** Says what was put back after a run that was killed in an attempt. */
export function cutShort(putBack: readonly string[]): string {
  return `The last run was cut short in an attempt, and more had changed meanwhile than its work. Put back: ${putBack.join('; ')}.`;
}

type Parse = (text: string) => Plan;

/** The digests of all that a change decides and that {@link reclaim} would put back. */
export function decisionsOf(before: Plan, after: Plan): readonly string[] {
  const decided: string[] = [];
  if (after.status !== before.status) decided.push(decision('plan', 'status', after.status));
  for (const phase of after.phases) {
    const fields = differing(
      TRUSTED_PHASE_KEYS,
      before.phases.find(({ id }) => id === phase.id),
      phase,
    );
    for (const key of Object.keys(fields ?? {})) decided.push(decision(`phase ${phase.id}`, key, phase[key as keyof Phase]));
  }
  for (const task of after.phases.flatMap((phase) => phase.tasks)) {
    const old = findTask(before, task.id);
    if (task.status !== (old?.status ?? 'pending')) decided.push(decision(`task ${task.id}`, 'status', task.status));
    for (const key of Object.keys(differing(TRUSTED_TASK_KEYS, old, task) ?? {}))
      decided.push(decision(`task ${task.id}`, key, task[key as keyof Task]));
  }
  return decided;
}

/** `what=value`, each a digest: of two decisions about one thing the later counts. */
function decision(whose: string, key: string, value: unknown): string {
  return `${digestOf([whose, key])}=${digestOf([whose, key, value ?? null])}`;
}

const digestOf = (parts: readonly unknown[]): string => sha256(JSON.stringify(parts)).slice(0, 24);

const NOTHING: ReadonlySet<string> = new Set();

/** Puts back in `text` what may not have changed since `before`, unless a person has `decided` it. `parse` reads a text that is known to be valid. */
export function reclaim(before: Plan, text: string, parse: Parse, decided: ReadonlySet<string> = NOTHING): Reclaimed {
  const putBack: string[] = [];
  let current = text;
  let plan = parse(text);
  const apply = (what: string, edit: EditResult) => {
    if ('refused' in edit) return;
    putBack.push(what);
    current = applyEdits(current, edit.edits);
    plan = parse(current);
  };
  if (plan.status !== before.status && plan.status !== 'paused' && !decided.has(decision('plan', 'status', plan.status)))
    apply('status of the plan', setPlanFields(current, plan, { status: before.status }));
  if (plan.maxBudgetUsd !== before.maxBudgetUsd)
    apply('maxBudgetUsd of the plan', setPlanFields(current, plan, { maxBudgetUsd: before.maxBudgetUsd ?? null }));
  for (const { id } of plan.phases) {
    const old = before.phases.find((phase) => phase.id === id);
    const now = plan.phases.find((phase) => phase.id === id);
    const fields = now && undecided(differing(TRUSTED_PHASE_KEYS, old, now), `phase ${id}`, now, decided);
    if (fields) apply(`${Object.keys(fields).join(', ')} of phase "${id}"`, setPhaseFields(current, plan, id, fields));
  }
  for (const { id } of plan.phases.flatMap((phase) => phase.tasks)) {
    const old = findTask(before, id);
    const status = old?.status ?? 'pending';
    const found = findTask(plan, id)?.status;
    if (found !== status && !decided.has(decision(`task ${id}`, 'status', found))) {
      apply(`status of "${id}"`, setTaskStatus(current, plan, id, { status, attempts: old?.attempts ?? 0, error: old?.error ?? '' }));
    }
    const now = findTask(plan, id);
    const fields = now && undecided(differing(TRUSTED_TASK_KEYS, old, now), `task ${id}`, now, decided);
    if (fields) apply(`${Object.keys(fields).join(', ')} of "${id}"`, setTaskFields(current, plan, id, fields));
  }
  return { text: current, putBack };
}

/** The keys whose value is another than before, with the value they had; null where none differs. */
function differing<K extends keyof Task | keyof Phase>(
  keys: readonly K[],
  old: Partial<Record<K, unknown>> | undefined,
  now: Partial<Record<K, unknown>>,
): Record<string, FieldValue | null> | null {
  const fields: Record<string, FieldValue | null> = {};
  for (const key of keys) {
    const value = old?.[key] ?? null;
    if (JSON.stringify(value) !== JSON.stringify(now[key] ?? null))
      fields[key] = (value === false || value === 0 ? null : value) as FieldValue | null;
  }
  return Object.keys(fields).length === 0 ? null : fields;
}

/** Of the keys that differ, those that no person has decided; null where there is none. */
function undecided(
  fields: Record<string, FieldValue | null> | null,
  whose: string,
  now: Phase | Task,
  decided: ReadonlySet<string>,
): Record<string, FieldValue | null> | null {
  const left = Object.entries(fields ?? {}).filter(
    ([key]) => !decided.has(decision(whose, key, (now as unknown as Record<string, unknown>)[key])),
  );
  return left.length === 0 ? null : Object.fromEntries(left);
}
