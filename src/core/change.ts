/** What differs between two versions of a plan, as a person would say it: added, removed, modified, moved. */
import { type Fields, NO_OUTLINE, type Outline, type OutlinePhase, type OutlineTask } from './outline.ts';

interface TaskPlace {
  readonly id: string;
  readonly phase: string;
  readonly title: string;
}

interface PhasePlace {
  readonly id: string;
  readonly title: string;
}

interface Modification {
  /** Names of the fields that differ; `id` among them where it was matched by its title. */
  readonly fields: readonly string[];
  /** The id before, where it differs. */
  readonly was?: string | undefined;
}

export interface PlanChanges {
  /** The name that the plan had before, where it got another. */
  readonly was?: string | undefined;
  /** Fields of the plan itself; none where the whole file is new or gone. */
  readonly plan: readonly string[];
  readonly added: { readonly phases: readonly PhasePlace[]; readonly tasks: readonly TaskPlace[] };
  readonly removed: { readonly phases: readonly PhasePlace[]; readonly tasks: readonly TaskPlace[] };
  readonly modified: {
    readonly phases: readonly (PhasePlace & Modification)[];
    readonly tasks: readonly (TaskPlace & Modification)[];
  };
  /** In another phase, or in another order among those that stayed. */
  readonly moved: { readonly phases: readonly PhasePlace[]; readonly tasks: readonly TaskPlace[] };
}

interface PlacedTask {
  readonly task: OutlineTask;
  readonly phase: OutlinePhase;
  readonly index: number;
}

interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

/** Tasks and phases are the same when their ids are; what is left over, when their titles are (tasks: within the same phase). */
export function changesBetween(before: Outline, after: Outline): PlanChanges {
  const phases = match(
    before.phases,
    after.phases,
    (phase) => phase.id,
    (phase) => phase.title,
  );
  const phaseBefore = new Map(phases.pairs.map((pair) => [pair.after, pair.before]));
  const tasks = match(
    placed(before),
    placed(after),
    ({ task }) => task.id,
    ({ task, phase }) => JSON.stringify([task.title, (phaseBefore.get(phase) ?? phase).id]),
  );
  return {
    plan: before === NO_OUTLINE || after === NO_OUTLINE ? [] : differing(before.fields, after.fields),
    added: { phases: phases.added.map(phasePlace), tasks: tasks.added.map(taskPlace) },
    removed: { phases: phases.removed.map(phasePlace), tasks: tasks.removed.map(taskPlace) },
    modified: {
      phases: phases.pairs.flatMap((pair) => modified(phasePlace(pair.after), pair.before, pair.after)),
      tasks: tasks.pairs.flatMap((pair) => modified(taskPlace(pair.after), pair.before.task, pair.after.task)),
    },
    moved: {
      phases: outOfOrder(phases.pairs, (phase) => before.phases.indexOf(phase)).map((pair) => phasePlace(pair.after)),
      tasks: movedTasks(tasks.pairs, phaseBefore),
    },
  };
}

/** Whether there is nothing to tell. */
export function isUnchanged(changes: PlanChanges): boolean {
  const { plan, added, removed, modified: different, moved } = changes;
  return plan.length === 0 && [added, removed, different, moved].every((kind) => kind.phases.length === 0 && kind.tasks.length === 0);
}

function match<T>(
  before: readonly T[],
  after: readonly T[],
  idOf: (item: T) => string,
  titleOf: (item: T) => string,
): { readonly pairs: readonly Pair<T>[]; readonly added: readonly T[]; readonly removed: readonly T[] } {
  const found = new Map<T, T>();
  let left = before;
  for (const keyOf of [idOf, titleOf]) {
    // A broken plan can hold an id twice: each is matched at most once, in order.
    const byKey = new Map<string, T[]>();
    for (const item of left) {
      const same = byKey.get(keyOf(item));
      if (same === undefined) byKey.set(keyOf(item), [item]);
      else same.push(item);
    }
    const taken = new Set<T>();
    for (const item of after) {
      const partner = found.has(item) ? undefined : byKey.get(keyOf(item))?.shift();
      if (partner === undefined) continue;
      found.set(item, partner);
      taken.add(partner);
    }
    left = left.filter((item) => !taken.has(item));
  }
  const pairs: Pair<T>[] = [];
  const added: T[] = [];
  for (const item of after) {
    const partner = found.get(item);
    if (partner === undefined) added.push(item);
    else pairs.push({ before: partner, after: item });
  }
  return { pairs, added, removed: left };
}

function movedTasks(pairs: readonly Pair<PlacedTask>[], phaseBefore: ReadonlyMap<OutlinePhase, OutlinePhase>): readonly TaskPlace[] {
  const moved = new Set<PlacedTask>();
  const stayed = new Map<OutlinePhase, Pair<PlacedTask>[]>();
  for (const pair of pairs) {
    if (phaseBefore.get(pair.after.phase) !== pair.before.phase) moved.add(pair.after);
    else {
      const list = stayed.get(pair.after.phase);
      if (list === undefined) stayed.set(pair.after.phase, [pair]);
      else list.push(pair);
    }
  }
  for (const list of stayed.values()) for (const pair of outOfOrder(list, ({ index }) => index)) moved.add(pair.after);
  return pairs.filter((pair) => moved.has(pair.after)).map((pair) => taskPlace(pair.after));
}

/** The fewest pairs that must have moved: all but a longest run that kept its order. */
function outOfOrder<T>(pairs: readonly Pair<T>[], indexOf: (item: T) => number): readonly Pair<T>[] {
  const indices = pairs.map((pair) => indexOf(pair.before));
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [position, index] of indices.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((indices[ends[middle] ?? 0] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : (ends[low - 1] ?? -1));
    ends[low] = position;
  }
  const kept = new Set<number>();
  for (let position = ends.at(-1) ?? -1; position >= 0; position = previous[position] ?? -1) kept.add(position);
  return pairs.filter((_, position) => !kept.has(position));
}

interface Comparable {
  readonly id: string;
  readonly fields: Fields;
}

function modified<P extends PhasePlace>(place: P, before: Comparable, after: Comparable): readonly (P & Modification)[] {
  const fields = differing(before.fields, after.fields);
  if (before.id !== after.id) return [{ ...place, fields: ['id', ...fields], was: before.id }];
  return fields.length === 0 ? [] : [{ ...place, fields }];
}

function differing(before: Fields, after: Fields): readonly string[] {
  return Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
}

function placed(outline: Outline): readonly PlacedTask[] {
  return outline.phases.flatMap((phase) => phase.tasks.map((task, index) => ({ task, phase, index })));
}

function phasePlace(phase: OutlinePhase): PhasePlace {
  return { id: phase.id, title: phase.title };
}

function taskPlace({ task, phase }: PlacedTask): TaskPlace {
  return { id: task.id, phase: phase.id, title: task.title };
}
