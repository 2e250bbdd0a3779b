/** Looking at a large drawing: the pane scrolls by itself, by wheel, finger and keys; here is how near one is, and pulling it about with the mouse. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';

/** Of the size in which it is drawn. */
const NEAREST = 2;
const FARTHEST = 0.05;
/** How far away it is at first at the most: titles can be read. */
const FIRST_FARTHEST = 0.8;
/** Of one step by button or key. */
const STEP = 1.3;
/** So far a mouse may move in a click. Pixels. */
const CLICK = 4;
/** What a wheel says for one step, in pixels. */
const WHEEL_STEP = 250;

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Zoom {
  readonly pane: RefObject<HTMLDivElement | null>;
  /** 0 until the pane is there, whose size it is made for. */
  readonly zoom: number;
  readonly nearer: () => void;
  readonly farther: () => void;
  /** Shows all of it. */
  readonly fit: () => void;
  /** For the pane. */
  readonly hands: {
    readonly onPointerDown: (event: PointerEvent<HTMLDivElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLDivElement>) => void;
    readonly onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => void;
  };
}

/** `width` and `height` are those of the drawing. */
export function useZoom({ width, height }: { readonly width: number; readonly height: number }): Zoom {
  const pane = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(0);
  const now = useRef(1);
  // What stays where it is: a place of the drawing, and where in the pane it is seen.
  const held = useRef<{ readonly place: Point; readonly seen: Point } | null>(null);
  const zoomTo = useCallback((wanted: number, at?: Point) => {
    const { current } = pane;
    if (current === null) return;
    const seen = at ?? { x: current.clientWidth / 2, y: current.clientHeight / 2 };
    held.current ??= { place: { x: (current.scrollLeft + seen.x) / now.current, y: (current.scrollTop + seen.y) / now.current }, seen };
    now.current = Math.min(NEAREST, Math.max(FARTHEST, wanted));
    setZoom(now.current);
  }, []);
  useLayoutEffect(() => {
    if (held.current === null || pane.current === null) return;
    const { place, seen } = held.current;
    held.current = null;
    pane.current.scrollTo(place.x * zoom - seen.x, place.y * zoom - seen.y);
  }, [zoom]);
  const fitting = useCallback(
    (least: number) => {
      const { clientWidth = width, clientHeight = height } = pane.current ?? {};
      return Math.max(least, Math.min(1, clientWidth / width, least > FARTHEST ? 1 : clientHeight / height));
    },
    [width, height],
  );
  const first = useRef(true);
  useLayoutEffect(() => {
    if (first.current) zoomTo(fitting(FIRST_FARTHEST), { x: 0, y: 0 });
    first.current = false;
  }, [zoomTo, fitting]);
  useWheelAndPinch(pane, now, zoomTo);
  const [nearer, farther] = [() => zoomTo(now.current * STEP), () => zoomTo(now.current / STEP)];
  const fit = (): void => zoomTo(fitting(FARTHEST));
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') nearer();
    else if (event.key === '-') farther();
    else if (event.key === '0') fit();
    else return;
    event.preventDefault();
  };
  return { pane, zoom, nearer, farther, fit, hands: { ...usePulling(), onKeyDown } };
}

/** With a mouse; a finger scrolls. On a task too, once it is more than a click. */
function usePulling(): Pick<Zoom['hands'], 'onPointerDown' | 'onPointerMove'> {
  const from = useRef<Point>({ x: 0, y: 0 });
  return {
    onPointerDown: ({ currentTarget, clientX, clientY }) => {
      from.current = { x: currentTarget.scrollLeft + clientX, y: currentTarget.scrollTop + clientY };
    },
    onPointerMove: ({ currentTarget, pointerId, pointerType, buttons, clientX, clientY }) => {
      if (pointerType === 'touch' || buttons !== 1) return;
      const [left, top] = [from.current.x - clientX, from.current.y - clientY];
      const isPulled = Math.hypot(left - currentTarget.scrollLeft, top - currentTarget.scrollTop) > CLICK;
      if (!currentTarget.hasPointerCapture(pointerId) && isPulled) currentTarget.setPointerCapture(pointerId);
      if (currentTarget.hasPointerCapture(pointerId)) currentTarget.scrollTo(left, top);
    },
  };
}

/** The wheel with the key that browsers zoom by, which is also how they tell of two fingers on a pad, and two fingers on the screen. */
function useWheelAndPinch(pane: Zoom['pane'], now: { readonly current: number }, zoomTo: (zoom: number, at: Point) => void): void {
  useEffect(() => {
    const { current } = pane;
    if (current === null) return;
    const at = (x: number, y: number): Point => {
      const { left, top } = current.getBoundingClientRect();
      return { x: x - left, y: y - top };
    };
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomTo(now.current * STEP ** (-event.deltaY / WHEEL_STEP), at(event.clientX, event.clientY));
    };
    let apart = 0;
    const touch = (event: TouchEvent): void => {
      const [one, two] = event.touches;
      if (one === undefined || two === undefined) return;
      event.preventDefault();
      const distance = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
      if (event.type === 'touchmove' && apart > 0)
        zoomTo((now.current * distance) / apart, at((one.clientX + two.clientX) / 2, (one.clientY + two.clientY) / 2));
      apart = distance;
    };
    // React listens passively, and could not keep the browser from zooming the page.
    current.addEventListener('wheel', wheel, { passive: false });
    for (const type of ['touchstart', 'touchmove'] as const) current.addEventListener(type, touch, { passive: false });
    return () => {
      current.removeEventListener('wheel', wheel);
      for (const type of ['touchstart', 'touchmove'] as const) current.removeEventListener(type, touch);
    };
  }, [pane, now, zoomTo]);
}
