/** Byte-exact edits of fields and statuses. Nothing prints a plan back: an edit is splices on the text it was read from. */
import type { TextEdit } from './diagnostic.ts';
import { editFields, insertFence } from './field-edits.ts';
import { lineEndingOf } from './lines.ts';
import type { Phase, Plan, Task, TaskStatus } from './plan.ts';
import { findPhase, findTask } from './progress.ts';
import { yamlLines, type FieldValues } from './yaml-text.ts';

export type { FieldValue, FieldValues } from './yaml-text.ts';

/** The splices that make an edit (none where the text says so already), or a sentence why it cannot be made. */
export type EditResult = { readonly edits: readonly TextEdit[] } | { readonly refused: string };

/** Code units of an error that is written into a plan. */
const ERROR_MAX = 300;

/** Applies edits that were all made on the same text. Throws where two overlap, which is a bug of the caller. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  // The sort is stable: insertions at one place keep their order.
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset)) {
    if (edit.offset < at || edit.offset + edit.length > text.length)
      throw new Error(`bug: edits overlap or leave the text at ${edit.offset}`);
    result += text.slice(at, edit.offset) + edit.text;
    at = edit.offset + edit.length;
  }
  return result + text.slice(at);
}

/** The one splice that makes a text another: what both begin and end with is not touched. */
export function spliceTo(text: string, next: string): readonly TextEdit[] {
  if (text === next) return [];
  let start = 0;
  while (start < text.length && text[start] === next[start]) start += 1;
  let end = 0;
  while (end < Math.min(text.length, next.length) - start && text[text.length - 1 - end] === next[next.length - 1 - end]) end += 1;
  return [{ offset: start, length: text.length - start - end, text: next.slice(start, next.length - end) }];
}

/**
 * Sets a task's status: its box, and only where needed its frontmatter. `completed` and `pending` clear `status`, `error` and `attempts`
 * (a pending task keeps the tries that are named); an approval is used up by any status but `pending`;
 * a derived id is pinned when the frontmatter has to be written anyway.
 */
export function setTaskStatus(
  text: string,
  plan: Plan,
  taskId: string,
  change: { readonly status: TaskStatus; readonly attempts?: number; readonly error?: string },
): EditResult {
  const task = findTask(plan, taskId);
  if (task === undefined) return noTask(taskId);
  const { box } = task.place;
  const mark = text.slice(box.offset, box.offset + box.length);
  if (/[\r\n]/.test(mark)) return { refused: `The checkbox of "${taskId}" is split over two lines. Put it on one line first.` };
  const edits: TextEdit[] = [];
  const done = change.status === 'completed';
  const kept = change.status === 'skipped' ? mark === '-' : done ? mark === 'x' || mark === 'X' : mark === ' ' || mark === '\t';
  if (!kept) edits.push({ ...box, text: done ? 'x' : ' ' });
  const cleared = change.status === 'completed' || change.status === 'pending';
  const written: FieldValues = cleared
    ? { status: null, attempts: done ? null : change.attempts || null, error: null, approved: done ? null : undefined }
    : {
        // `[-]` says skipped by itself.
        status: kept && mark === '-' ? undefined : change.status,
        approved: null,
        attempts: change.attempts,
        error: change.error === undefined ? null : oneLine(change.error),
      };
  return { edits: [...edits, ...frontmatterEdits(text, plan, task, written, !task.pinned)] };
}

/** A message on one line, bounded. */
function oneLine(message: string): string {
  const line = message
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .toWellFormed();
  if (line.length <= ERROR_MAX) return line;
  return `${line.slice(0, ERROR_MAX - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Sets keys of a task's frontmatter; null removes a key. Setting `id` does not change what depends on the task. */
export function setTaskFields(text: string, plan: Plan, taskId: string, values: FieldValues): EditResult {
  const task = findTask(plan, taskId);
  return task === undefined ? noTask(taskId) : { edits: frontmatterEdits(text, plan, task, values, false) };
}

/** The edits of one task's frontmatter, creating the block where there is none. `pin` writes the id with them. */
export function frontmatterEdits(text: string, plan: Plan, task: Task, values: FieldValues, pin: boolean): readonly TextEdit[] {
  const { frontmatter, title, indent } = task.place;
  const needed = Object.entries(values).filter(([key, value]) => isChange(task, key, value));
  if (needed.length === 0) return [];
  const all: FieldValues = { ...(pin && values.id === undefined ? { id: task.id } : {}), ...Object.fromEntries(needed) };
  if (frontmatter !== null) return editFields(text, frontmatter, all, plan.place.eol);
  return insertFence(text, title.offset + title.length, indent, yamlLines(all), plan.place.eol);
}

function isChange(task: Task, key: string, value: FieldValues[string]): boolean {
  if (value === undefined) return false;
  const isThere = task.place.frontmatter?.fields.has(key) === true;
  if (value === null || !isThere) return isThere || value !== null;
  return key === 'status' || key === 'attempts' || key === 'error' ? task[key] !== value : true;
}

/** Sets keys of a phase's frontmatter; null removes a key. */
export function setPhaseFields(text: string, plan: Plan, phaseId: string, values: FieldValues): EditResult {
  const phase = findPhase(plan, phaseId);
  return phase === undefined ? noPhase(phaseId) : phaseFrontmatterEdits(text, plan, phase, values);
}

/** The edits of one phase's frontmatter, creating the block where there is none. */
function phaseFrontmatterEdits(text: string, plan: Plan, phase: Phase, values: FieldValues): EditResult {
  const { frontmatter, headingLine } = phase.place;
  if (frontmatter !== null) return { edits: editFields(text, frontmatter, values, plan.place.eol) };
  if (headingLine === null) return { refused: 'The first phase has no heading, and so no frontmatter. Give it a heading first.' };
  return { edits: insertFence(text, headingLine.offset + headingLine.length, '', yamlLines(values), plan.place.eol) };
}

/** Sets keys of the plan's frontmatter; null removes a key. */
export function setPlanFields(text: string, plan: Plan, values: FieldValues): EditResult {
  const { frontmatter } = plan.place;
  const eol = lineEndingOf(text);
  if (frontmatter !== null) return { edits: editFields(text, frontmatter, values, eol) };
  const lines = yamlLines(values);
  if (lines.length === 0) return { edits: [] };
  const offset = text.startsWith('\uFEFF') ? 1 : 0;
  return { edits: [{ offset, length: 0, text: ['---', ...lines, '---', '', ''].join(eol) }] };
}

export function noTask(id: string): { readonly refused: string } {
  return { refused: `There is no task "${id}" in this plan.` };
}

export function noPhase(id: string): { readonly refused: string } {
  return { refused: `There is no phase "${id}" in this plan.` };
}
