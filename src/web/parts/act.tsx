/** The buttons of a box: each does one thing, says that it is at it, and asks first where nothing takes it back. */
import { useState, type ReactNode } from 'react';
import { useAction, useCanWrite } from '../api/actions.ts';
import type { Task } from '../api/shapes.ts';
import { Link, navigate } from '../router.tsx';
import { planPath } from '../state/route.ts';

export function Buttons({ children }: { readonly children: ReactNode }): ReactNode {
  return useCanWrite() ? <div className="row">{children}</div> : null;
}

interface ActProps {
  readonly words: string;
  readonly act: () => Promise<void>;
  readonly main?: boolean;
  readonly danger?: boolean;
  /** Asked before, where it cannot be taken back by another button. */
  readonly sure?: string;
}

export function Act({ words, act, main = false, danger = false, sure }: ActProps): ReactNode {
  const { busy, run } = useAction();
  const [asking, setAsking] = useState(false);
  const go = (): void => {
    if (sure !== undefined && !asking) return setAsking(true);
    setAsking(false);
    run(async () => {
      await act();
      // What follows is seen where all of it is, whichever task or diff was looked at.
      navigate(window.location.pathname, { replace: true });
    });
  };
  return (
    <button
      type="button"
      className={`button ${main ? 'is-main' : ''} ${danger ? 'is-danger' : ''}`}
      disabled={busy}
      onClick={go}
      onBlur={() => setAsking(false)}
    >
      {busy ? <span className="pulse" aria-hidden="true" /> : null}
      {asking ? sure : words}
    </button>
  );
}

export function EditTask({ task, words }: { readonly task: Task; readonly words: string }): ReactNode {
  return (
    <Link className="button" to={`${planPath(task.planId, 'edit')}?task=${encodeURIComponent(task.slug)}`}>
      {words}
    </Link>
  );
}
