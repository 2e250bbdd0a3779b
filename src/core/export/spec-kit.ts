/** A plan as spec-kit's `tasks.md`. A list that was imported from there comes out with its ids, ticks, marks and text. */
import { dependenciesIn } from '../import/prose.ts';
import { TASK_ID } from '../import/spec-kit.ts';
import type { Phase, Plan, Task } from '../plan.ts';
import { itemLines, listText, markOf } from './parts.ts';

const OWN_ID = /^(t|task-)(\d{3,}[a-z]?)(?:-\d+)?$/;
/** Digits of an id that is made up: a floor, as in spec-kit itself. */
const DIGITS = 3;

export function specKitText(text: string, plan: Plan): string {
  const ids = idsOf(plan);
  return listText(text, plan, `Tasks: ${plan.title}`, (task, phase) => taskLines(task, phase, ids));
}

/** spec-kit's ids: those that the plan has from there, and then no others; else each task gets one. */
function idsOf(plan: Plan): ReadonlyMap<string, string> {
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  const own = tasks.flatMap(({ id }) => {
    const [, prefix = '', number] = OWN_ID.exec(id) ?? [];
    return number === undefined ? [] : [[id, prefix.toUpperCase() + number] as const];
  });
  return new Map(own.length > 0 ? own : tasks.map(({ id }, index) => [id, `T${String(index + 1).padStart(DIGITS, '0')}`] as const));
}

function taskLines(task: Task, phase: Phase, ids: ReadonlyMap<string, string>): readonly string[] {
  const known = [...ids.values()];
  const said = new Set(dependenciesIn(`${task.title}\n${task.description}`, TASK_ID, known));
  const waits = unordered(task, phase).flatMap((id) => ids.get(id) ?? []);
  const open = waits.filter((ref) => !said.has(ref));
  const words = [
    `[${markOf(task)}]`,
    ids.get(task.id) ?? '',
    isParallel(task, phase) ? '[P]' : '',
    task.title,
    open.length === 0 ? '' : `(depends on ${open.join(', ')})`,
  ];
  return itemLines(words.filter((word) => word !== '').join(' '), task.description);
}

function isParallel(task: Task, { executionMode }: Phase): boolean {
  return task.canRunInParallel ?? executionMode === 'parallel';
}

/** What a task waits for beyond what the order of the list says: those before it since the last task without the parallel mark. */
function unordered(task: Task, phase: Phase): readonly string[] {
  const index = phase.tasks.indexOf(task);
  const last = phase.tasks.slice(0, index).findLastIndex((other) => !isParallel(other, phase));
  const beside = isParallel(task, phase) ? phase.tasks.slice(last + 1, index) : [];
  return beside.map(({ id }) => id).filter((id) => task.dependsOn.includes(id));
}
