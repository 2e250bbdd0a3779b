/** What came of what a person has just done, said at the edge of the page and to screen readers. */
import { useSyncExternalStore, type ReactNode } from 'react';
import { Icon } from './icon.tsx';

interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly action: { readonly words: string; readonly run: () => void } | null;
}

/** Milliseconds. A failure stays until it is put away, or something else is done. */
const SHOWN_MS = 8_000;
const MAX_TOASTS = 4;

let toasts: readonly Toast[] = [];
let count = 0;
const watchers = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

export function say(text: string, action: Toast['action'] = null): void {
  const id = (count += 1);
  set([...toasts, { id, kind: 'done' as const, text, action }].slice(-MAX_TOASTS));
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function complain(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  set([...toasts, { id: (count += 1), kind: 'failed' as const, text, action: null }].slice(-MAX_TOASTS));
}

/** What could not be done is told until something else is done. */
export function forgetComplaints(): void {
  if (toasts.some(({ kind }) => kind === 'failed')) set(toasts.filter(({ kind }) => kind === 'done'));
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, kind, text, action }) => (
        <div key={id} className={`toast is-${kind}`}>
          <Icon name={kind === 'done' ? 'check' : 'warning'} />
          <p>{text}</p>
          {action !== null && (
            <button
              type="button"
              className="button is-small"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.words}
            </button>
          )}
          <button type="button" className="button is-plain is-icon" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
