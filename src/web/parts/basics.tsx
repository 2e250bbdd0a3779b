/** Small things that every page is made of. */
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Diagnostic } from '../api/shapes.ts';
import { ageOf, elapsedOf } from '../state/words.ts';
import { Icon, type IconName } from './icon.tsx';

/** How often ages are told anew. Milliseconds. */
const TICK_MS = 15_000;
const SECOND_MS = 1_000;

let now = Date.now();
const ticking = new Set<() => void>();
setInterval(() => {
  now = Date.now();
  for (const tick of ticking) tick();
}, TICK_MS);

function subscribe(tick: () => void): () => void {
  ticking.add(tick);
  return () => ticking.delete(tick);
}

/** A time as its age; the time itself where one points at it. */
export function Age({ time, before = '' }: { readonly time: string | null; readonly before?: string }): ReactNode {
  const at = useSyncExternalStore(subscribe, () => now);
  if (time === null) return <span className="quiet">not committed</span>;
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {before}
      {ageOf(time, Math.max(at, Date.parse(time)))}
    </time>
  );
}

/** How long something has been going on. */
export function Elapsed({ since }: { readonly since: string }): ReactNode {
  const [at, setAt] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setAt(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return elapsedOf(at - Date.parse(since));
}

interface ProgressProps {
  readonly done: number;
  readonly total: number;
  readonly label: string;
  readonly running?: boolean;
}

export function Progress({ done, total, label, running = false }: ProgressProps): ReactNode {
  const percent = total === 0 ? 0 : (done / total) * 100;
  return (
    <div
      className={running ? 'progress is-running' : done === total && total > 0 ? 'progress is-done' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done}
      aria-valuetext={`${done} of ${total}`}
    >
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}

/** What is wrong with a plan, with the lines where it is. */
export function Diagnostics({ list, most = 5 }: { readonly list: readonly Diagnostic[]; readonly most?: number }): ReactNode {
  if (list.length === 0) return null;
  return (
    <ul className="diagnostics">
      {list.slice(0, most).map((each) => (
        <li key={`${each.line}:${each.column}:${each.rule}:${each.message}`} className={`is-${each.severity}`}>
          <span className="where">
            {each.line}:{each.column}
          </span>
          <span>
            {each.message} <code>{each.rule}</code>
          </span>
        </li>
      ))}
      {list.length > most && <li className="quiet">and {list.length - most} more</li>}
    </ul>
  );
}

/** Something could not be done, or be seen. */
export function Refused({ problem }: { readonly problem: Error }): ReactNode {
  return (
    <div className="notice is-failed" role="alert">
      <Icon name="warning" />
      <p>{problem.message}</p>
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly icon?: IconName;
  /** There is nothing else on the page: this is its heading. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
}

/** A page, or a part of one, in which there is nothing. */
export function Empty({ title, icon, isPage = false, children }: EmptyProps): ReactNode {
  return (
    <div className="empty">
      {icon !== undefined && (
        <span className="sign" aria-hidden="true">
          <Icon name={icon} />
        </span>
      )}
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}

/** While the first answer is on its way: the shape of what comes. */
export function Skeleton({ rows = 3 }: { readonly rows?: number }): ReactNode {
  return (
    <div className="skeleton" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}
