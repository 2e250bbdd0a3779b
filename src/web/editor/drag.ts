/** Carrying a task or a phase to another place: by mouse, pen or finger on its grip, or by keys. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { inSteps } from '../../core/authoring.ts';
import type { Plan } from '../../core/plan.ts';
import { complain } from '../parts/toasts.tsx';
import type { Editing } from './editing.ts';
import { isSameSlot, placingSteps, slotBeside, slotOf, slotWords, type Carried, type Slot } from './placing.ts';

/** So near to the edge of the window the page scrolls on. Pixels. */
const EDGE = 70;
/** For each frame. Pixels. */
const SCROLL = 14;

export interface Dragging {
  readonly carried: Carried;
  readonly slot: Slot;
  readonly by: 'pointer' | 'keys';
}

export interface Drag {
  readonly dragging: Dragging | null;
  /** For screen readers. */
  readonly said: string;
  readonly grip: (carried: Carried, title: string) => GripProps;
}

interface GripProps {
  readonly 'data-grip': string;
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerCancel: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onBlur: () => void;
}

export function useDrag(editing: Editing, plan: Plan): Drag {
  const [dragging, setDragging] = useState<Dragging | null>(null);
  const [said, setSaid] = useState('');
  const focusNext = useRef<string | null>(null);
  useEffect(() => {
    if (focusNext.current === null) return;
    document.querySelector<HTMLElement>(`[data-grip="${CSS.escape(focusNext.current)}"]`)?.focus();
    focusNext.current = null;
  }, [plan]);
  const y = useRef(0);
  useScrollAtEdges(dragging?.by === 'pointer', y);

  const drop = (title: string, at?: Slot | null): void => {
    if (dragging === null) return;
    const { carried } = dragging;
    const slot = at ?? dragging.slot;
    setDragging(null);
    if (isSameSlot(slot, slotOf(plan, carried))) return setSaid(`${title} is where it was.`);
    focusNext.current = gripName(carried);
    const refused = editing.make(inSteps(placingSteps(carried, slot)));
    if (refused !== null) complain(new Error(refused));
    setSaid(refused ?? `${title} is now ${slotWords(plan, carried, slot)}.`);
  };
  const leave = (title: string): void => {
    if (dragging === null) return;
    setDragging(null);
    setSaid(`${title} stays where it was.`);
  };
  const grip = (carried: Carried, title: string): GripProps => ({
    'data-grip': gripName(carried),
    onPointerDown: (event) => {
      const slot = slotOf(plan, carried);
      if (event.button !== 0 || slot === null) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      y.current = event.clientY;
      setDragging({ carried, slot, by: 'pointer' });
    },
    onPointerMove: (event) => {
      if (dragging?.by !== 'pointer') return;
      y.current = event.clientY;
      const slot = slotAt(plan, carried, event.clientY);
      if (slot !== null && !isSameSlot(slot, dragging.slot)) setDragging({ ...dragging, slot });
    },
    onPointerUp: (event) => {
      // Where it is let go, which the last drawing may not show yet.
      if (dragging?.by === 'pointer') drop(title, slotAt(plan, carried, event.clientY));
    },
    onPointerCancel: () => leave(title),
    onKeyDown: (event) => {
      const isTaken = dragging?.by === 'keys';
      if (event.key === 'Escape' && dragging !== null) leave(title);
      else if (event.key === ' ' || event.key === 'Enter') {
        const slot = slotOf(plan, carried);
        if (isTaken) drop(title);
        else if (slot !== null) {
          setDragging({ carried, slot, by: 'keys' });
          setSaid(`${title} is taken up, ${slotWords(plan, carried, slot)}. Arrow keys move it, space puts it down, escape leaves it.`);
        }
      } else if (isTaken && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        const slot = slotBeside(plan, carried, dragging.slot, event.key === 'ArrowUp' ? -1 : 1);
        setDragging({ ...dragging, slot });
        setSaid(slotWords(plan, carried, slot));
      } else return;
      event.preventDefault();
    },
    onBlur: () => {
      if (dragging?.by === 'keys') leave(title);
    },
  });
  return { dragging, said, grip };
}

function gripName({ kind, id }: Carried): string {
  return `${kind}:${id}`;
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
