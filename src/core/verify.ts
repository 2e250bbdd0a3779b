/** The writer's guard: after an edit, only what was meant may differ. */
import { PHASE_FIELDS, PLAN_FIELDS, TASK_FIELDS, type Phase, type Plan, type Task } from './plan.ts';

/** What an edit was meant to change: keys of the plan, of one phase, or of one task. */
export interface Expectation {
  readonly plan?: readonly (keyof Plan)[];
  readonly phase?: { readonly id: string; readonly keys: readonly (keyof Phase)[] };
  readonly task?: { readonly id: string; readonly keys: readonly (keyof Task)[] };
}

/**
 * Compares the plan that an edit was made on with the edited text read again. Returns null where nothing else differs, else a sentence
 * that names the first difference. Not for edits that add, remove or move.
 */
export function verifyEdit(before: Plan, plan: Plan, expectation: Expectation): string | null {
  const changed = difference(before, plan, PLAN_KEYS, expectation.plan ?? []);
  if (changed !== null) return `The edit would change the plan's ${changed}.`;
  if (plan.phases.length !== before.phases.length) return `The edit would make ${plan.phases.length} phases of ${before.phases.length}.`;
  for (const [index, old] of before.phases.entries()) {
    const phase = plan.phases[index];
    if (phase === undefined) continue;
    const inPhase = difference(old, phase, PHASE_KEYS, expectation.phase?.id === old.id ? expectation.phase.keys : []);
    if (inPhase !== null) return `The edit would change the ${inPhase} of the phase "${old.title}".`;
    if (phase.tasks.length !== old.tasks.length)
      return `The edit would make ${phase.tasks.length} tasks of ${old.tasks.length} in "${old.title}".`;
    for (const [position, oldTask] of old.tasks.entries()) {
      const task = phase.tasks[position];
      if (task === oldTask) continue;
      const inTask = task && difference(oldTask, task, TASK_KEYS, expectation.task?.id === oldTask.id ? expectation.task.keys : []);
      if (typeof inTask === 'string') return `The edit would change the ${inTask} of the task "${oldTask.title}".`;
    }
  }
  return null;
}

const PLAN_KEYS = ['id', ...PLAN_FIELDS] as const;
const PHASE_KEYS = ['id', ...PHASE_FIELDS] as const;
const TASK_KEYS = ['id', ...TASK_FIELDS] as const;

function difference<Item>(a: Item, b: Item, keys: readonly (keyof Item)[], allowed: readonly (keyof Item)[]): string | null {
  for (const key of keys) {
    if (a[key] === b[key] || allowed.includes(key)) continue;
    // Lists of names are the only values that are not compared by identity.
    if (JSON.stringify(a[key]) !== JSON.stringify(b[key])) return String(key);
  }
  return null;
}
