/** Tasks of trackers that keep no order: sorted so that what others wait for comes first. */
import type { ImportedPhase, ImportedTask } from './imported.ts';

/** The items in an order where each comes after those it waits for, else as they were. Of a circle, one comes too early. */
function sorted<Item>(items: readonly Item[], waitsFor: (item: Item) => readonly Item[]): readonly Item[] {
  const result: Item[] = [];
  const seen = new Set<Item>();
  // An own stack: a chain can be as long as the list.
  for (const first of items) {
    const stack: { item: Item; next: readonly Item[]; at: number }[] = [];
    const enter = (item: Item) => {
      if (seen.has(item)) return;
      seen.add(item);
      stack.push({ item, next: waitsFor(item), at: 0 });
    };
    enter(first);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.next[top.at++];
      if (next !== undefined) enter(next);
      else {
        result.push(top.item);
        stack.pop();
      }
    }
  }
  return result;
}

/** Phases and their tasks, sorted by what depends on what. */
export function sortedPhases(phases: readonly ImportedPhase[]): readonly ImportedPhase[] {
  const phaseOf = new Map<string, ImportedPhase>();
  const taskOf = new Map<string, ImportedTask>();
  for (const phase of phases) {
    if (phase.ref !== null) phaseOf.set(phase.ref, phase);
    for (const task of phase.tasks) {
      if (task.ref === null) continue;
      taskOf.set(task.ref, task);
      phaseOf.set(task.ref, phase);
    }
  }
  const order = sorted(phases, (phase) =>
    others(
      phase.tasks.flatMap(({ dependsOn }) => dependsOn.map((ref) => phaseOf.get(ref))),
      phase,
    ),
  );
  return neighboursJoined(order).map((phase) => {
    const own = new Set(phase.tasks);
    const tasks = sorted(phase.tasks, (task) =>
      others(
        task.dependsOn.map((ref) => taskOf.get(ref)),
        task,
      ).filter((other) => own.has(other)),
    );
    return { ...phase, tasks };
  });
}

function others<Item>(found: readonly (Item | undefined)[], self: Item): readonly Item[] {
  return found.filter((item): item is Item => item !== undefined && item !== self);
}

/** Phases that only gather tasks, made one where they come to stand side by side. */
function neighboursJoined(phases: readonly ImportedPhase[]): readonly ImportedPhase[] {
  const result: ImportedPhase[] = [];
  for (const phase of phases) {
    const last = result.at(-1);
    if (last?.ref === null && phase.ref === null && last.title === phase.title)
      result[result.length - 1] = { ...last, tasks: [...last.tasks, ...phase.tasks] };
    else result.push(phase);
  }
  return result;
}
