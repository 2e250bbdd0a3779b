/**
 * A foreign list as a plan while it stays what it is: the plan is made from the list anew at each reading, and of an edit of the plan only the
 * ticks go back, as single characters between brackets. What the list has no place for is carried from one reading to the next.
 */
import type { TextEdit } from '../diagnostic.ts';
import { applyEdits, setPlanFields, setTaskStatus } from '../edit.ts';
import { parsePlan } from '../parse.ts';
import type { Plan, Task, TaskStatus } from '../plan.ts';
import { allDone, findTask } from '../progress.ts';
import { assemble, type Assembled } from './assemble.ts';
import type { Format } from './formats.ts';
import { titleFromPath } from './naming.ts';

export interface InPlaceReading {
  /** The list itself. */
  readonly source: string;
  /** The plan as it would stand in a file of its own. */
  readonly text: string;
  readonly plan: Plan;
}

/** Where a list is, and what it is. */
export interface InPlaceList {
  readonly planId: string;
  /** Relative to the root, as git has it. */
  readonly path: string;
  readonly format: Format;
}

/** Reads the list. What it cannot say (how the plan stands, what failed) is as in `carried`. */
export function readInPlace(list: InPlaceList, source: string, carried: Plan | null): InPlaceReading | { readonly message: string } {
  const made = assembledOf(list, source);
  if ('message' in made) return made;
  const status = carried === null || allDone(made.plan) ? (allDone(made.plan) ? 'completed' : 'running') : carried.status;
  const edits = [setPlanFields(made.text, made.plan, { status })];
  for (const task of carried?.phases.flatMap(({ tasks }) => tasks) ?? []) {
    const now = findTask(made.plan, task.id);
    if (now?.status !== 'pending' || (task.status !== 'failed' && task.attempts === 0)) continue;
    const { attempts, error = '' } = task;
    edits.push(setTaskStatus(made.text, made.plan, task.id, { status: task.status === 'failed' ? 'failed' : 'pending', attempts, error }));
  }
  const text = applyEdits(
    made.text,
    edits.flatMap((edit) => ('edits' in edit ? edit.edits : [])),
  );
  return { source, text, plan: parsePlan(text, list.planId).plan };
}

/** The list after an edit of the plan that was made from it, or a sentence why it has no place for that edit. */
export function writeInPlace(list: InPlaceList, source: string, before: Plan, after: Plan): string | { readonly refused: string } {
  const made = assembledOf(list, source);
  if ('message' in made) return { refused: made.message };
  const [was, is] = [tasksOf(before), tasksOf(after)];
  const stays = was.length === is.length && is.every((task, index) => sameBut(task, was[index]));
  if (!stays)
    return {
      refused: `${list.path} is carried out where it is, and only its boxes are written. Edit the file itself, or import it: plans import ${list.path}`,
    };
  const done = /\[X\]/.test(source) && !/\[x\]/.test(source) ? 'X' : 'x';
  const edits: TextEdit[] = [];
  for (const [index, { id, status }] of is.entries()) {
    const mark = markOf(status, done);
    if (mark === markOf(was[index]?.status ?? 'pending', done)) continue;
    const box = made.boxes.get(id);
    if (box === undefined) return { refused: `"${id}" has no box of its own in ${list.path}.` };
    edits.push({ ...box, text: mark });
  }
  const written = applyEdits(source, edits);
  if (edits.length === 0) return written;
  const again = assembledOf(list, written);
  const reads = 'message' in again ? [] : tasksOf(again.plan);
  const isMeant =
    reads.length === is.length &&
    is.every(({ id, status }, index) => reads[index]?.id === id && markOf(reads[index].status, done) === markOf(status, done));
  return isMeant
    ? written
    : { refused: `${list.path} would read differently with its boxes changed, and was not touched. Import it: plans import ${list.path}` };
}

/** What stands in the box of a task that is so. */
function markOf(status: TaskStatus, done: string): string {
  return status === 'completed' ? done : status === 'skipped' ? '-' : ' ';
}

function assembledOf(list: InPlaceList, source: string): Assembled | { readonly message: string } {
  const imported = list.format.read([{ path: list.path, text: source }]);
  if (imported.phases.every(({ tasks }) => tasks.length === 0))
    return { message: `${list.path} has no tasks (read as ${list.format.title}).` };
  const made = assemble(imported, { id: list.planId, title: imported.title ?? titleFromPath(list.path), known: null });
  if ('refused' in made) return { message: made.refused };
  const error = made.diagnostics.find(({ severity }) => severity === 'error');
  return error === undefined ? made : { message: `${list.path}: ${error.message}` };
}

function tasksOf(plan: Plan): readonly Task[] {
  return plan.phases.flatMap(({ tasks }) => tasks);
}

/** Whether two tasks differ in nothing but how they stand. */
function sameBut(a: Task, b: Task | undefined): boolean {
  return a.id === b?.id && a.title === b.title && a.description === b.description && String(a.dependsOn) === String(b.dependsOn);
}
