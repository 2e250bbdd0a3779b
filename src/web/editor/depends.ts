/** What a task may depend on. */
import { findCycle } from '../../core/cycle.ts';
import type { Plan, Task } from '../../core/plan.ts';

export interface Candidate {
  readonly task: Task;
  readonly phase: string;
  readonly chosen: boolean;
  /** Why it cannot be chosen; null where it can. */
  readonly refused: string | null;
}

/** Every other task, in the order of the plan, with why it cannot be depended on. */
export function candidatesFor(plan: Plan, id: string): readonly Candidate[] {
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  const own = plan.phases.findIndex((phase) => phase.tasks.some((task) => task.id === id));
  const task = tasks.find((one) => one.id === id);
  if (task === undefined) return [];
  // Who depends on it already, over however many others: one walk, not one for each candidate.
  const after = dependents(tasks, id);
  return plan.phases.flatMap((phase, index) =>
    phase.tasks
      .filter((one) => one.id !== id)
      .map((one): Candidate => {
        const chosen = task.dependsOn.includes(one.id);
        return { task: one, phase: phase.title, chosen, refused: chosen ? null : refusal(tasks, task, one, { later: index > own, after }) };
      }),
  );
}

function refusal(
  tasks: readonly Task[],
  task: Task,
  one: Task,
  { later, after }: { readonly later: boolean; readonly after: ReadonlySet<string> },
): string | null {
  if (after.has(one.id)) {
    const cycle = findCycle(tasks.map((each) => (each.id === task.id ? { ...each, dependsOn: [...each.dependsOn, one.id] } : each)));
    return `It waits for this task itself: ${(cycle ?? [task.id, one.id, task.id]).join(' → ')}`;
  }
  return later ? 'It is in a later phase.' : null;
}

function dependents(tasks: readonly Task[], id: string): ReadonlySet<string> {
  const waiting = new Map<string, string[]>();
  for (const task of tasks) for (const other of task.dependsOn) waiting.set(other, [...(waiting.get(other) ?? []), task.id]);
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const one of waiting.get(next) ?? [])
      if (!found.has(one) && one !== id) {
        found.add(one);
        open.push(one);
      }
  return found;
}
