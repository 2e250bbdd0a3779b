/** Carrying a task or a phase to another place: by mouse, pen or finger on its grip, or by keys. */
import { useEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type PointerEvent } from 'react';
import type { Plan } from '../../core/plan.ts';
import { findPhase, findTask } from '../../core/progress.ts';
import { complain } from '../parts/toasts.tsx';
import type { Editing } from './editing.ts';
import { isSameSlot, placingSteps, slotBeside, slotOf, slotWords, type Carried, type Slot } from './placing.ts';

/** So near to the edge of the window the page scrolls on. Pixels. */
const EDGE = 70;
/** For each frame. Pixels. */
const SCROLL = 14;

interface Dragging {
  readonly carried: Carried;
  readonly slot: Slot;
  readonly by: 'pointer' | 'keys';
}

export interface Drag {
  readonly dragging: Dragging | null;
  /** For screen readers. */
  readonly said: string;
  /** For what holds all grips: they need none of their own, and a plan of a thousand tasks is not drawn anew for each step. */
  readonly hands: Hands;
}

interface Hands {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerCancel: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

export function useDrag(editing: Editing, plan: Plan): Drag {
  const [dragging, setDragging] = useState<Dragging | null>(null);
  const [said, setSaid] = useState('');
  const focusNext = useFocusAfter(plan);
  const y = useRef(0);
  useScrollAtEdges(dragging?.by === 'pointer', y);

  const drop = ({ carried, slot }: Dragging): void => {
    const title = titleOf(plan, carried);
    setDragging(null);
    if (isSameSlot(slot, slotOf(plan, carried))) return setSaid(`${title} is where it was.`);
    focusNext.current = gripName(carried);
    const refused = editing.make(placingSteps(carried, slot));
    if (refused !== null) complain(new Error(refused));
    setSaid(refused ?? `${title} is now ${slotWords(plan, carried, slot)}.`);
  };
  const leave = (): void => {
    if (dragging === null) return;
    setDragging(null);
    setSaid(`${titleOf(plan, dragging.carried)} stays where it was.`);
  };
  const takeUp = (carried: Carried): void => {
    const slot = slotOf(plan, carried);
    if (slot === null) return;
    setDragging({ carried, slot, by: 'keys' });
    const words = `${titleOf(plan, carried)} is taken up, ${slotWords(plan, carried, slot)}.`;
    setSaid(`${words} Arrow keys move it, space puts it down, escape leaves it.`);
  };
  const hands: Hands = {
    onPointerDown: (event) => {
      const grip = gripAt(event.target);
      const slot = grip === null ? null : slotOf(plan, grip.carried);
      if (event.button !== 0 || grip === null || slot === null) return;
      grip.element.setPointerCapture(event.pointerId);
      y.current = event.clientY;
      setDragging({ carried: grip.carried, slot, by: 'pointer' });
    },
    onPointerMove: (event) => {
      if (dragging?.by !== 'pointer') return;
      y.current = event.clientY;
      const slot = slotAt(plan, dragging.carried, event.clientY);
      if (slot !== null && !isSameSlot(slot, dragging.slot)) setDragging({ ...dragging, slot });
    },
    onPointerUp: (event) => {
      // Where it is let go, which the last drawing may not show yet.
      if (dragging?.by === 'pointer') drop({ ...dragging, slot: slotAt(plan, dragging.carried, event.clientY) ?? dragging.slot });
    },
    onPointerCancel: leave,
    onKeyDown: (event) => {
      const grip = gripAt(event.target);
      if (grip === null) return;
      const taken = dragging?.by === 'keys' ? dragging : null;
      if (event.key === 'Escape' && dragging !== null) leave();
      else if (event.key === ' ' || event.key === 'Enter') {
        if (taken === null) takeUp(grip.carried);
        else drop(taken);
      } else if (taken !== null && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        const slot = slotBeside(plan, taken.carried, taken.slot, event.key === 'ArrowUp' ? -1 : 1);
        setDragging({ ...taken, slot });
        setSaid(slotWords(plan, taken.carried, slot));
      } else return;
      event.preventDefault();
    },
    onBlur: ({ target }) => {
      if (dragging?.by === 'keys' && gripAt(target) !== null) leave();
    },
  };
  return { dragging, said, hands };
}

/** Where the focus goes once the plan is drawn anew: the grip that moved keeps it. */
function useFocusAfter(plan: Plan): { current: string | null } {
  const next = useRef<string | null>(null);
  useEffect(() => {
    if (next.current === null) return;
    document.querySelector<HTMLElement>(`[data-grip="${CSS.escape(next.current)}"]`)?.focus();
    next.current = null;
  }, [plan]);
  return next;
}

/** What a grip has as its `data-grip`. */
export function gripName({ kind, id }: Carried): string {
  return `${kind}:${id}`;
}

function gripAt(target: EventTarget): { readonly element: HTMLElement; readonly carried: Carried } | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-grip]') : null;
  const [, kind, id] = /^(task|phase):(.*)$/s.exec(element?.dataset['grip'] ?? '') ?? [];
  return element === null || id === undefined ? null : { element, carried: { kind: kind === 'task' ? 'task' : 'phase', id } };
}

function titleOf(plan: Plan, { kind, id }: Carried): string {
  const part = kind === 'task' ? findTask(plan, id) : findPhase(plan, id);
  return part === undefined || part.title === '' ? id : part.title;
}

/** The place under a height of the window, by where things are on the page now. */
function slotAt(plan: Plan, { kind, id }: Carried, y: number): Slot | null {
  const phases = [...document.querySelectorAll<HTMLElement>('[data-edit-phase]')];
  const above = (list: readonly HTMLElement[]): number =>
    list.filter((each) => {
      const { top, height } = each.getBoundingClientRect();
      return top + height / 2 < y;
    }).length;
  if (kind === 'phase') {
    const index = above(phases.filter((each) => each.dataset['editPhase'] !== id));
    const first = plan.phases[0]?.place.headingLine === null ? 1 : 0;
    return { phase: null, index: Math.max(index, first) };
  }
  const over = phases.findLast((each) => each.getBoundingClientRect().top <= y) ?? phases[0];
  if (over === undefined) return null;
  const rows = [...over.querySelectorAll<HTMLElement>('[data-edit-task]')].filter((each) => each.dataset['editTask'] !== id);
  return { phase: over.dataset['editPhase'] ?? '', index: above(rows) };
}

function useScrollAtEdges(active: boolean, y: { readonly current: number }): void {
  useEffect(() => {
    if (!active) return;
    let frame = 0;
    const step = (): void => {
      if (y.current < EDGE) window.scrollBy(0, -SCROLL);
      else if (y.current > window.innerHeight - EDGE) window.scrollBy(0, SCROLL);
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [active, y]);
}
