/** What differs between two versions of a plan, as a person would say it: added, removed, modified, moved. */
import { matchVersions, type Placed } from './match.ts';
import { type Fields, NO_OUTLINE, type Outline, type OutlinePhase } from './outline.ts';

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

/** What differs, told by the fields' names; {@link matchVersions} says which tasks and phases are the same. */
export function changesBetween(before: Outline, after: Outline): PlanChanges {
  const { phases, tasks } = matchVersions<OutlinePhase>(before.phases, after.phases);
  return {
    plan: before === NO_OUTLINE || after === NO_OUTLINE ? [] : differing(before.fields, after.fields),
    added: { phases: phases.added.map(phasePlace), tasks: tasks.added.map(taskPlace) },
    removed: { phases: phases.removed.map(phasePlace), tasks: tasks.removed.map(taskPlace) },
    modified: {
      phases: phases.pairs.flatMap((pair) => modified(phasePlace(pair.after), pair.before, pair.after)),
      tasks: tasks.pairs.flatMap((pair) => modified(taskPlace(pair.after), pair.before.task, pair.after.task)),
    },
    moved: {
      phases: [...phases.moved].map((pair) => phasePlace(pair.after)),
      tasks: [...tasks.moved].map((pair) => taskPlace(pair.after)),
    },
  };
}

/** Whether there is nothing to tell. */
export function isUnchanged(changes: PlanChanges): boolean {
  const { plan, added, removed, modified: different, moved } = changes;
  return plan.length === 0 && [added, removed, different, moved].every((kind) => kind.phases.length === 0 && kind.tasks.length === 0);
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

function phasePlace(phase: OutlinePhase): PhasePlace {
  return { id: phase.id, title: phase.title };
}

function taskPlace({ task, phase }: Placed<OutlinePhase>): TaskPlace {
  return { id: task.id, phase: phase.id, title: task.title };
}
