/** Single keys that lead somewhere, as long as nothing is typed into; they can be turned off, for who speaks to the computer. */
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../parts/icon.tsx';
import { navigate } from '../router.tsx';
import { PLAN_TABS, planPath, type Route } from '../state/route.ts';

const ShortcutsDialog = lazy(() => import('./shortcuts-dialog.tsx').then((module) => ({ default: module.ShortcutsDialog })));
const KEY = 'plans-single-keys';
/** For the field of the search to be there. Milliseconds. */
const MAX_WAIT_MS = 5_000;

/** Whether single keys do something in this browser. */
function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export function Shortcuts({ route }: { readonly route: Route }): ReactNode {
  const [isOn, setOn] = useState(remembered);
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return;
      const act = event.key === '?' ? () => setShown(true) : wayOf(event.key, route);
      if (act === null) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [isOn, route]);
  const change = (on: boolean): void => {
    setOn(on);
    try {
      localStorage.setItem(KEY, on ? 'on' : 'off');
    } catch {
      // A browser that keeps nothing has them on again at the next load.
    }
  };
  return (
    <>
      <button
        type="button"
        className="button is-plain is-icon keys"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts"
        onClick={() => setShown(true)}
      >
        <Icon name="keyboard" />
      </button>
      {isShown && (
        <Suspense>
          <ShortcutsDialog isOn={isOn} change={change} close={() => setShown(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Where something is typed or chosen, keys are for that. */
function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector('dialog:modal') !== null) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select') !== null);
}

function wayOf(key: string, route: Route): (() => void) | null {
  if (route.page === 'login') return null;
  switch (key) {
    case '/':
      return search;
    case 'n':
      return () => navigate('/new');
    case 'p':
      return () => navigate('/');
    case 'i':
      return () => navigate('/insights');
  }
  const tab = PLAN_TABS[Number(key) - 1];
  return route.page === 'plan' && tab !== undefined ? () => navigate(planPath(route.plan, tab)) : null;
}

function search(): void {
  if (focusSearch()) return;
  navigate('/');
  // The list may have to be asked for first.
  const observer = new MutationObserver(() => {
    if (focusSearch()) observer.disconnect();
  });
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), MAX_WAIT_MS);
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>('input[type=search]');
  field?.focus();
  return field !== null;
}
