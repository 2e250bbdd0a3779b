/** The stream of events, as pages hear it. */
import { useEffect, useSyncExternalStore } from 'react';
import { staleAfter } from '../state/stale.ts';
import { begunAfter, invalidate } from './cache.ts';
import { follow, type Connection, type Following, type Told } from './event-source.ts';
import type { StreamEvent } from './shapes.ts';
import type { Asked } from './shared-stream.ts';

const listeners = new Set<(event: StreamEvent) => void>();
const watchers = new Set<() => void>();
let connection: Connection = 'connecting';
let stream: Following | null = null;

/** Opens the stream. It stays open as long as the page. */
export function openStream(): void {
  if (stream !== null) return;
  stream = shared() ?? follow(hear);
  const hurry = (): void => stream?.hurry();
  // A laptop that wakes up, or a phone that finds its network, does not wait for its turn.
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') hurry();
  });
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => connection,
  );
}

/** Hears every event while the component is there. `listener` should stay the same. */
export function useEvents(listener: (event: StreamEvent) => void): void {
  useEffect(() => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [listener]);
}

/** The stream that all tabs share; null in a browser that has no such workers, where each has its own. */
function shared(): Following | null {
  let page: MessagePort | null = null;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const say = (asked: Asked): void => page?.postMessage(asked);
  const join = (): void => {
    const worker = new SharedWorker(new URL('shared-stream.ts', import.meta.url), { type: 'module', name: 'plans' });
    page = worker.port;
    page.addEventListener('message', ({ data }: MessageEvent<Told>) => hear(data));
    page.start();
    say('hurry');
    // Where its script cannot be had.
    worker.addEventListener('error', () => (stream = follow(hear)));
  };
  try {
    join();
  } catch {
    return null;
  }
  window.addEventListener('pagehide', () => say('leave'));
  // A page that the browser has kept comes back: it asks anew for all that it shows.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) join();
  });
  return { hurry: () => say('hurry') };
}

function hear(told: Told): void {
  if (told.type === 'connection') {
    if (connection === told.connection) return;
    ({ connection } = told);
    for (const watcher of watchers) watcher();
    return;
  }
  const event = JSON.parse(told.json) as StreamEvent;
  if (event.kind === 'server' && event.event.type === 'stream-started') {
    if (!event.event.resumed) begunAfter(event.event.moment);
  } else invalidate(staleAfter(event));
  for (const listener of listeners) listener(event);
}
