/** A person's word that a task of a manual phase may run, bound to what the task says: an edit voids it. */
import type { Plan, Task } from './plan.ts';
import { findTask } from './progress.ts';
import { sha256 } from './sha256.ts';

/** Hexadecimal digits of an approval. */
const DIGITS = 12;

/** What a person approves: the words, and the keys that decide what is run, checked and touched. */
const APPROVED_KEYS = ['title', 'description', 'run', 'agent', 'gates', 'files', 'model'] as const satisfies readonly (keyof Task)[];

/** The value of `approved:` that fits a task as it is now. */
export function approvalOf(task: Pick<Task, (typeof APPROVED_KEYS)[number]>): string {
  return sha256(JSON.stringify(APPROVED_KEYS.map((key) => task[key] ?? null))).slice(0, DIGITS);
}

/** Whether a task's `approved:` fits its text; undefined where it has none. */
export function approvalState(task: Pick<Task, (typeof APPROVED_KEYS)[number] | 'approved'>): Task['approval'] {
  if (task.approved === undefined) return undefined;
  return task.approved === approvalOf(task) ? 'valid' : 'void';
}

/** Of the tasks that a person has named, those that still say what they said: an edit voids that word too. */
export function stillApproved(approved: ReadonlySet<string>, before: Plan, after: Plan): ReadonlySet<string> {
  if (approved.size === 0 || before === after) return approved;
  return new Set([...approved].filter((id) => saidBy(before, id) === saidBy(after, id)));
}

function saidBy(plan: Plan, id: string): string | null {
  const task = findTask(plan, id);
  return task === undefined ? null : approvalOf(task);
}
