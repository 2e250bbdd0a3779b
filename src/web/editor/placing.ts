/** Where a task or a phase can be put: places in the order of the page, and what stands there said in words. */
import { phaseSteps, taskSteps, type Step } from '../../core/authoring.ts';
import type { Plan } from '../../core/plan.ts';

export interface Carried {
  readonly kind: 'task' | 'phase';
  readonly id: string;
}

/** Before which of the others: `index` counts them without what is carried. `phase` is null for a phase itself. */
export interface Slot {
  readonly phase: string | null;
  readonly index: number;
}

/** All places, from the top of the page to its end. */
export function slotsFor(plan: Plan, { kind, id }: Carried): readonly Slot[] {
  if (kind === 'phase') {
    // Nothing can stand before tasks that have no heading.
    const first = plan.phases[0]?.title === '' && plan.phases[0].place.headingLine === null ? 1 : 0;
    return Array.from({ length: Math.max(0, plan.phases.length - first) }, (_, index) => ({ phase: null, index: index + first }));
  }
  return plan.phases.flatMap((phase) => {
    const others = phase.tasks.filter((task) => task.id !== id);
    return Array.from({ length: others.length + 1 }, (_, index) => ({ phase: phase.id, index }));
  });
}

/** Where it is. */
export function slotOf(plan: Plan, { kind, id }: Carried): Slot | null {
  if (kind === 'phase') {
    const index = plan.phases.findIndex((phase) => phase.id === id);
    return index < 0 ? null : { phase: null, index };
  }
  for (const phase of plan.phases) {
    const index = phase.tasks.findIndex((task) => task.id === id);
    if (index >= 0) return { phase: phase.id, index };
  }
  return null;
}

export function isSameSlot(one: Slot | null, other: Slot | null): boolean {
  return one?.phase === other?.phase && one?.index === other?.index;
}

/** The next place up or down; the same one at the end of the page. */
export function slotBeside(plan: Plan, carried: Carried, slot: Slot, by: 1 | -1): Slot {
  const slots = slotsFor(plan, carried);
  const at = slots.findIndex((one) => isSameSlot(one, slot));
  return slots[at + by] ?? slot;
}

/** Puts it there. */
export function placingSteps({ kind, id }: Carried, { phase, index }: Slot): readonly Step[] {
  return kind === 'phase' ? phaseSteps(id, { order: index }) : taskSteps(id, { phase: phase ?? undefined, order: index });
}

/** `2 of 3 in Backend`. */
export function slotWords(plan: Plan, carried: Carried, slot: Slot): string {
  if (slot.phase === null) return `${slot.index + 1} of ${plan.phases.length}`;
  const phase = plan.phases.find(({ id }) => id === slot.phase);
  const others = phase?.tasks.filter(({ id }) => id !== carried.id).length ?? 0;
  return `${slot.index + 1} of ${others + 1} in ${phase?.title === '' ? 'the first tasks' : (phase?.title ?? '')}`;
}
