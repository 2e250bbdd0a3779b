/** A plan that is too large for one drawing: its phases in one, and one of them with what its tasks wait for elsewhere. */
import type { Phase, Plan } from '../../core/plan.ts';
import { isDone } from '../../core/plan.ts';
import type { Drawable, Drawn } from './graph-layout.ts';

/** Tasks of other phases that are drawn with a phase, before and after it. */
const MAX_BESIDE = 60;

/** Each phase as a box that waits for those whose tasks its own wait for. */
export function phasesOf(plan: Plan): readonly Drawn[] {
  const phaseOf = new Map(plan.phases.flatMap(({ id, tasks }) => tasks.map((task) => [task.id, id] as const)));
  return plan.phases.map(({ id, title, tasks }) => {
    const before = tasks.flatMap(({ dependsOn }) => dependsOn.flatMap((other) => phaseOf.get(other) ?? []));
    const done = tasks.filter(isDone).length;
    return {
      id,
      title: title === '' ? 'Tasks' : title,
      status:
        tasks.length > 0 && done === tasks.length ? 'completed' : tasks.some(({ status }) => status === 'failed') ? 'failed' : 'pending',
      dependsOn: [...new Set(before)].filter((other) => other !== id),
      note: `${done} of ${tasks.length} done`,
    };
  });
}

/** A phase between the tasks of others that it waits for and those that wait for it. */
export function partAbout(plan: Plan, phase: Phase): Drawable {
  const own = new Set(phase.tasks.map(({ id }) => id));
  const needed = new Set(phase.tasks.flatMap(({ dependsOn }) => dependsOn));
  const others = plan.phases.filter(({ id }) => id !== phase.id).flatMap(({ tasks }) => tasks);
  const before = others.filter(({ id }) => needed.has(id));
  const after = others.filter(({ dependsOn }) => dependsOn.some((id) => own.has(id)));
  const beside = (id: string, title: string, tasks: typeof others) => {
    const left = tasks.length > MAX_BESIDE ? ` (${MAX_BESIDE} of ${tasks.length})` : '';
    return tasks.length === 0 ? [] : [{ id, title: `${title}${left}`, tasks: tasks.slice(0, MAX_BESIDE) }];
  };
  return {
    phases: [...beside('before', 'In other phases, before it', before), phase, ...beside('after', 'In other phases, after it', after)],
  };
}

/** The phase in which a task is. */
export function phaseWith(plan: Plan, task: string | null): string | null {
  return task === null ? null : (plan.phases.find(({ tasks }) => tasks.some(({ id }) => id === task))?.id ?? null);
}
