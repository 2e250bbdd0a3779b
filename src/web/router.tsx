/** Pages under real addresses, by the browser's history. */
import { useSyncExternalStore, type ComponentProps, type MouseEvent, type ReactNode } from 'react';

const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', tell);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The path and the query that are shown. */
export function useLocation(): { readonly path: string; readonly query: URLSearchParams } {
  const place = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  const [path = '/', query = ''] = place.split('?');
  return { path, query: new URLSearchParams(query) };
}

/** Goes to an address of the dashboard. In the place of the one that is shown, it is come to from where that was come to. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const isOther = to.split('?')[0] !== window.location.pathname;
  const from = replace ? cameFrom() : window.location.pathname + window.location.search;
  window.history[replace ? 'replaceState' : 'pushState']({ from } satisfies Step, '', to);
  tell();
  if (isOther) window.scrollTo(0, 0);
}

/** A step of the browser's history. */
interface Step {
  readonly from: string | null;
}

/** The address of the dashboard from which the one that is shown was come to; null where it is the first. */
export function cameFrom(): string | null {
  const step: unknown = window.history.state;
  return typeof step === 'object' && step !== null && 'from' in step && typeof step.from === 'string' ? step.from : null;
}

/** Leaves what stands over a page: back to that, or to `to` where it was opened by its address. */
export function leave(to: string): void {
  if (cameFrom() === null) navigate(to, { replace: true });
  else window.history.back();
}

interface LinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  readonly to: string;
  readonly children: ReactNode;
}

export function Link({ to, children, onClick, ...rest }: LinkProps): ReactNode {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
