/** The run that a page shows: what has happened in it, and what happens. */
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { PublishedEvent } from '../../core/event.ts';
import { NO_RUN, takeEvents, type Happened, type RunView } from '../state/execution.ts';
import { apiPath } from '../state/route.ts';
import { useData } from './cache.ts';
import { ask } from './client.ts';
import type { Execution, StreamEvent } from './shapes.ts';
import { useEvents } from './stream.ts';

/** Events in one answer. */
const PIECE = 1_000;

type Taken =
  | { readonly type: 'begun'; readonly id: string }
  | { readonly type: 'replayed'; readonly id: string; readonly list: readonly Happened[]; readonly isLast: boolean }
  | { readonly type: 'heard'; readonly id: string; readonly happened: Happened };
interface State {
  readonly id: string;
  readonly view: RunView;
  /** What came while what was before it was still on its way; null once all of that is here. */
  readonly early: readonly Happened[] | null;
}

function reduce(state: State, taken: Taken): State {
  if (taken.type === 'begun') return { id: taken.id, view: NO_RUN, early: [] };
  if (taken.id !== state.id) return state;
  if (taken.type === 'heard') {
    if (state.early !== null) return { ...state, early: [...state.early, taken.happened] };
    const view = takeEvents(state.view, [taken.happened]);
    return view === state.view ? state : { ...state, view };
  }
  const early = state.early ?? [];
  const list = taken.isLast ? [...taken.list, ...early] : taken.list;
  const view = takeEvents(state.view, list);
  return { ...state, view, early: taken.isLast ? null : early };
}

/** The newest run of a plan, or the one that is named. Null where it has none. */
export function useExecution(
  plan: string,
  named: string | null,
): { readonly execution: Execution | null; readonly executions: readonly Execution[]; readonly view: RunView; readonly known: boolean } {
  const { data } = useData<{ readonly executions: readonly Execution[] }>(`/api/executions?planId=${encodeURIComponent(plan)}&limit=20`);
  const execution = (named === null ? data?.executions[0] : data?.executions.find(({ id }) => id === named)) ?? null;
  const id = execution?.id ?? '';
  const [{ view }, dispatch] = useReducer(reduce, { id: '', view: NO_RUN, early: [] });
  const [round, setRound] = useState(0);
  /** Of the first answer: what came later is in it or in the stream, where that began at this moment. */
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (id === '') return;
    const abort = new AbortController();
    dispatch({ type: 'begun', id });
    asked.current = null;
    const load = async (): Promise<void> => {
      for (let after = 0, more = true; more;) {
        const path = apiPath('executions', id, `/events?after=${after}&limit=${PIECE}`);
        const { data: piece, moment } = await ask<{ readonly events: readonly PublishedEvent[] }>(path, { signal: abort.signal });
        const { events } = piece;
        asked.current ??= moment;
        after = events.at(-1)?.seq ?? after;
        more = events.length === PIECE;
        dispatch({ type: 'replayed', id, list: events, isLast: !more });
      }
    };
    load().catch(() => {
      // What is missing is asked for with the next look; until then the page shows what it knows.
    });
    return () => abort.abort();
  }, [id, round]);
  useEvents(
    useCallback(
      (stream: StreamEvent) => {
        // The stream does not go on where it stopped: what came between is in the list of what happened.
        if (stream.kind === 'server' && stream.event.type === 'stream-started' && !stream.event.resumed) {
          if (stream.event.moment === null || stream.event.moment !== asked.current) setRound((now) => now + 1);
          return;
        }
        if (stream.kind !== 'run' || stream.executionId !== id) return;
        dispatch({ type: 'heard', id, happened: stream });
      },
      [id],
    ),
  );
  return { execution, executions: data?.executions ?? [], view, known: data !== null };
}
