/**
 * What a plan file's change during an attempt may decide. While an agent works in the checkout nobody can tell its hand from a
 * person's, so text, order and a pause are taken, and what carries trust is put back: ticks, statuses, and keys that are code.
 */
import { applyEdits, setPhaseFields, setPlanFields, setTaskFields, setTaskStatus } from './edit.ts';
import type { EditResult, FieldValue } from './edit.ts';
import type { Phase, Plan, Task } from './plan.ts';
import { findTask } from './progress.ts';

/** Keys of a task that decide what is run, what is checked, and what it may cost or touch. */
const TASK_KEYS = ['run', 'agent', 'gates', 'files', 'allowNoChanges', 'maxAttempts', 'maxBudgetUsd', 'model', 'assignee'] as const;
const PHASE_KEYS = ['agent', 'gates'] as const;

export interface Reclaimed {
  readonly text: string;
  /** One entry per thing that was put back, e.g. `status of "deploy"`. */
  readonly putBack: readonly string[];
}

type Parse = (text: string) => Plan;

/** Puts back in `text` what may not have changed since `before`. `parse` reads a text that is known to be valid. */
export function reclaim(before: Plan, text: string, parse: Parse): Reclaimed {
  const putBack: string[] = [];
  let current = text;
  let plan = parse(text);
  const apply = (what: string, edit: EditResult) => {
    if ('refused' in edit) return;
    putBack.push(what);
    current = applyEdits(current, edit.edits);
    plan = parse(current);
  };
  if (plan.status !== before.status && plan.status !== 'paused')
    apply('status of the plan', setPlanFields(current, plan, { status: before.status }));
  for (const { id } of plan.phases) {
    const old = before.phases.find((phase) => phase.id === id);
    const now = plan.phases.find((phase) => phase.id === id);
    const fields = now && differing(PHASE_KEYS, old, now);
    if (fields) apply(`${Object.keys(fields).join(', ')} of phase "${id}"`, setPhaseFields(current, plan, id, fields));
  }
  for (const { id } of plan.phases.flatMap((phase) => phase.tasks)) {
    const old = findTask(before, id);
    const status = old?.status ?? 'pending';
    if (findTask(plan, id)?.status !== status) {
      apply(`status of "${id}"`, setTaskStatus(current, plan, id, { status, attempts: old?.attempts ?? 0, error: old?.error ?? '' }));
    }
    const now = findTask(plan, id);
    const fields = now && differing(TASK_KEYS, old, now);
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
    if (JSON.stringify(value) !== JSON.stringify(now[key] ?? null)) fields[key] = (value === false ? null : value) as FieldValue | null;
  }
  return Object.keys(fields).length === 0 ? null : fields;
}
