/** Another page, said to screen readers, and the focus taken to it where the way there has gone. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Route } from '../state/route.ts';

/** Milliseconds between two looks at the title, and looks until it is taken as it is. */
const LOOK_MS = 200;
const MAX_LOOKS = 10;

export function Announcer({ route }: { readonly route: Route }): ReactNode {
  const [said, say] = useState('');
  const page = pageOf(route);
  const tab = route.page === 'plan' ? route.tab : route.page;
  const before = useRef({ page, tab });
  useEffect(() => {
    const { current } = before;
    if (current.page === page && current.tab === tab) return;
    const isOther = current.page !== page;
    before.current = { page, tab };
    const content = document.querySelector<HTMLElement>('#content');
    const { activeElement } = document;
    // Within a plan the focus stays on the way to the next tab; a dialog takes and gives it back itself.
    const isLost = activeElement === null || activeElement === document.body;
    if (isLost || (isOther && content?.contains(activeElement) === false)) content?.focus({ preventScroll: true });
    return whenTitled(say);
  }, [page, tab]);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}

/** Says the title of a page once it has one of its own, which stays. Gives what stops the waiting. */
function whenTitled(say: (title: string) => void): () => void {
  const before = document.title;
  let last = before;
  let looks = 0;
  const timer = setInterval(() => {
    const { title } = document;
    const isSettled = title === last && title !== before;
    last = title;
    looks += 1;
    if (!isSettled && looks < MAX_LOOKS) return;
    clearInterval(timer);
    say(title);
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** A new plan is written over the list. */
function pageOf(route: Route): string {
  if (route.page === 'plan') return `plan ${route.plan.split(':').at(-1)}`;
  return route.page === 'new' ? 'plans' : route.page;
}
