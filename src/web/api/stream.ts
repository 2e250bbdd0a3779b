/** The stream of events: one for the page, begun again where it stopped whenever the connection or the server was gone. */
import { useEffect, useSyncExternalStore } from 'react';
import { staleAfter } from '../state/stale.ts';
import { invalidate } from './cache.ts';
import type { StreamEvent } from './shapes.ts';

export type Connection = 'connecting' | 'live' | 'lost';

/** Between two tries. Milliseconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

const listeners = new Set<(event: StreamEvent) => void>();
const watchers = new Set<() => void>();
let connection: Connection = 'connecting';
let source: EventSource | null = null;
/** Where this page is in the stream. */
let place = '';
let wait = FIRST_WAIT_MS;
let timer: ReturnType<typeof setTimeout> | null = null;

/** Opens the stream. It stays open as long as the page. */
export function openStream(): void {
  if (source !== null) return;
  connect();
  // A laptop that wakes up, or a phone that finds its network, does not wait for its turn.
  for (const name of ['online', 'pageshow'] as const) window.addEventListener(name, hurry);
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

function connect(): void {
  timer = null;
  const query = place === '' ? '' : `?after=${encodeURIComponent(place)}`;
  const opened = new EventSource(`/api/events${query}`);
  source = opened;
  opened.addEventListener('message', ({ data, lastEventId }: MessageEvent<string>) => {
    if (lastEventId !== '') place = lastEventId;
    wait = FIRST_WAIT_MS;
    say('live');
    hear(JSON.parse(data) as StreamEvent);
  });
  // The browser's own retry asks a server that is away only every few seconds, and gives up where a proxy answers in its place.
  opened.addEventListener('error', () => {
    opened.close();
    if (source !== opened) return;
    say('lost');
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  });
}

function hurry(): void {
  if (timer === null) return;
  clearTimeout(timer);
  wait = FIRST_WAIT_MS;
  connect();
}

function say(now: Connection): void {
  if (connection === now) return;
  connection = now;
  for (const watcher of watchers) watcher();
}

function hear(event: StreamEvent): void {
  invalidate(staleAfter(event));
  for (const listener of listeners) listener(event);
}
