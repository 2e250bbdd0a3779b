/** A cycle in what depends on what. */
import type { Task } from './plan.ts';

/** The first cycle, e.g. `['a', 'b', 'a']`; null where there is none. Linear, and not recursive: a chain may be as long as the plan. */
export function findCycle(tasks: readonly Pick<Task, 'id' | 'dependsOn'>[]): readonly string[] | null {
  // Most tasks depend on nothing, and are in no cycle.
  const waiting = tasks.filter((task) => task.dependsOn.length > 0);
  const edges = new Map(waiting.map((task) => [task.id, task.dependsOn]));
  const done = new Set<string>();
  for (const { id } of waiting) {
    const path: { readonly id: string; next: number }[] = [{ id, next: 0 }];
    const onPath = new Set([id]);
    while (!done.has(id)) {
      const top = path.at(-1);
      if (top === undefined) break;
      const target = edges.get(top.id)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(target)) {
        const ids = path.map((step) => step.id);
        // A task that depends on itself has a rule of its own.
        if (target !== top.id) return [...ids.slice(ids.indexOf(target)), target];
      } else if (!done.has(target) && edges.has(target)) {
        path.push({ id: target, next: 0 });
        onPath.add(target);
      }
    }
  }
  return null;
}
