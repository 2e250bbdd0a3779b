/**
 * What a plan file's change during an attempt may decide. While an agent works in the checkout nobody can tell its hand from a
 * person's, so text, order, a pause and whatever binds an agent more are taken, and what carries trust is put back: ticks, statuses, tries, keys
 * that are code, and what would have fewer questions asked. What a person has decided by a command stands: the command leaves a digest of it
 * where the runner looks.
 */
import { applyEdits, setPhaseFields, setPlanFields, setTaskFields, setTaskStatus } from './edit.ts';
import type { EditResult, FieldValue } from './edit.ts';
import { isOpen, type Phase, type Plan, type Task } from './plan.ts';
import { findPhase, findTask, phaseOf } from './progress.ts';
import { sha256 } from './sha256.ts';
import { moveTask } from './task-edits.ts';

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
/** Keys of a phase that do so, or that have a person asked. */
export const TRUSTED_PHASE_KEYS = ['executionMode', 'pauseAfter', 'agent', 'gates'] as const;

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
  if (after.maxBudgetUsd !== before.maxBudgetUsd) decided.push(decision('plan', 'maxBudgetUsd', after.maxBudgetUsd));
  for (const phase of after.phases) {
    const was = phaseBefore(before, after, phase);
    const fields = differing(TRUSTED_PHASE_KEYS, was, phase);
    for (const { id } of phase.tasks) if (isMoved(before, was, id)) decided.push(decision(`task ${id}`, 'phase', phase.id));
    for (const key of Object.keys(fields ?? {})) decided.push(decision(`phase ${phase.id}`, key, phase[key as keyof Phase]));
  }
  for (const id of goneFrom(before, after)) decided.push(decision(`task ${id}`, 'gone', true));
  for (const task of after.phases.flatMap((phase) => phase.tasks)) {
    const old = findTask(before, task.id);
    if (task.status !== (old?.status ?? 'pending')) decided.push(decision(`task ${task.id}`, 'status', task.status));
    for (const key of Object.keys(differing(TRUSTED_TASK_KEYS, old, task) ?? {}))
      decided.push(decision(`task ${task.id}`, key, task[key as keyof Task]));
  }
  return decided;
}

/** Open tasks that are in a plan no more, and that no person has `decided` to take out. */
export function lostTasks(before: Plan, after: Plan, decided: ReadonlySet<string>): readonly string[] {
  return goneFrom(before, after).filter((id) => !decided.has(decision(`task ${id}`, 'gone', true)));
}

function goneFrom(before: Plan, after: Plan): readonly string[] {
  const tasks = before.phases.flatMap((phase) => phase.tasks);
  return tasks.filter((task) => isOpen(task) && findTask(after, task.id) === undefined).map(({ id }) => id);
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
  const moveBack = (id: string): void => {
    const [from, to] = [phaseOf(before, id), phaseOf(plan, id)];
    if (from === undefined || to === undefined || !isMoved(before, phaseBefore(before, plan, to), id)) return;
    if (!isLooser(from, to) || decided.has(decision(`task ${id}`, 'phase', to.id))) return;
    if (findPhase(plan, from.id) !== undefined) apply(`phase of "${id}"`, moveTask(current, plan, id, { phase: from.id }));
    else if (from.executionMode === 'manual' && to.executionMode !== 'manual')
      apply(`executionMode of phase "${to.id}"`, setPhaseFields(current, plan, to.id, { executionMode: 'manual' }));
  };
  if (plan.status !== before.status && plan.status !== 'paused' && !decided.has(decision('plan', 'status', plan.status)))
    apply('status of the plan', setPlanFields(current, plan, { status: before.status }));
  const budget = undecided(differing(['maxBudgetUsd'], before, plan), 'plan', plan, decided);
  if (budget) apply('maxBudgetUsd of the plan', setPlanFields(current, plan, { maxBudgetUsd: before.maxBudgetUsd ?? null }));
  for (const { id } of plan.phases) {
    const now = findPhase(plan, id);
    const old = now && phaseBefore(before, plan, now);
    const fields = now && undecided(differing(TRUSTED_PHASE_KEYS, old, now), `phase ${id}`, now, decided);
    if (fields) apply(`${Object.keys(fields).join(', ')} of phase "${id}"`, setPhaseFields(current, plan, id, fields));
  }
  for (const { id } of plan.phases.flatMap((phase) => phase.tasks)) {
    const old = findTask(before, id);
    if (old !== undefined && isOpen(old)) moveBack(id);
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

/** The phase that it was before: one of another name, where that is gone and tasks of it are here. */
function phaseBefore(before: Plan, after: Plan, { id, tasks }: Phase): Phase | undefined {
  const isHere = (task: Task) => tasks.some((other) => other.id === task.id);
  return findPhase(before, id) ?? before.phases.find((old) => findPhase(after, old.id) === undefined && old.tasks.some(isHere));
}

/** Whether a task stood in another phase before than the one that its phase was. */
function isMoved(before: Plan, was: Phase | undefined, task: string): boolean {
  const from = phaseOf(before, task);
  return from !== undefined && from.id !== was?.id;
}

/** A task's phase says who is asked, who does it and what checks it, as much as its own keys. Where no gates are named, all count. */
function isLooser(from: Phase, to: Phase): boolean {
  if (from.executionMode === 'manual' && to.executionMode !== 'manual') return true;
  return !isSame(from.agent, to.agent) || (to.gates !== undefined && !isSame(from.gates, to.gates));
}

/** Whether the later value has an agent do less by itself, or spend less: who wrote that need not be known. */
function binds(key: string, old: unknown, now: unknown): boolean {
  switch (key) {
    case 'executionMode':
      return old !== 'manual';
    case 'pauseAfter':
      return now === true;
    case 'assignee':
      return now === 'human';
    case 'files':
      return old === undefined;
    case 'maxAttempts':
      return typeof now === 'number' && typeof old === 'number' && now < old;
    case 'maxBudgetUsd':
      return typeof now === 'number' && (typeof old !== 'number' || now < old);
    default:
      return false;
  }
}

/** What is not said, and what is said and means the same. */
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one || null) === JSON.stringify(other || null);

/** The keys whose value is another than before, with the value they had; null where none differs. */
function differing<K extends keyof Task | keyof Phase | keyof Plan>(
  keys: readonly K[],
  old: Partial<Record<K, unknown>> | undefined,
  now: Partial<Record<K, unknown>>,
): Record<string, unknown> | null {
  const fields: Record<string, unknown> = {};
  for (const key of keys) if (!isSame(old?.[key], now[key])) fields[key] = old?.[key];
  return Object.keys(fields).length === 0 ? null : fields;
}

/** Of the keys that differ, those that bind less than before and that no person has decided; null where there is none. */
function undecided(
  fields: Record<string, unknown> | null,
  whose: string,
  now: Plan | Phase | Task,
  decided: ReadonlySet<string>,
): Record<string, FieldValue | null> | null {
  const value = (key: string) => (now as unknown as Record<string, unknown>)[key];
  const left = Object.entries(fields ?? {}).filter(
    ([key, old]) => !binds(key, old, value(key)) && !decided.has(decision(whose, key, value(key))),
  );
  return left.length === 0 ? null : Object.fromEntries(left.map(([key, old]) => [key, (old || null) as FieldValue | null]));
}
