/** The connection to the stream of events, begun again where it stopped whenever it or the server was gone. In a page or in a worker. */

export type Connection = 'connecting' | 'live' | 'lost';

export type Told =
  | { readonly type: 'connection'; readonly connection: Connection }
  /** A {@link StreamEvent} as it was sent, and its id where it has one. */
  | { readonly type: 'event'; readonly json: string; readonly id: string };

/** Between two tries. Milliseconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export interface Following {
  /** Does not wait for its turn where the connection is lost. */
  hurry(): void;
}

/** Follows the stream for as long as there is a page, and tells of what comes. */
export function follow(tell: (told: Told) => void): Following {
  /** Where this reader is in the stream. */
  let place = '';
  let wait = FIRST_WAIT_MS;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let connection: Connection = 'connecting';

  function say(now: Connection): void {
    if (connection === now) return;
    connection = now;
    tell({ type: 'connection', connection });
  }

  function connect(): void {
    timer = null;
    const source = new EventSource(`/api/events${place === '' ? '' : `?after=${encodeURIComponent(place)}`}`);
    source.addEventListener('message', ({ data, lastEventId }: MessageEvent<string>) => {
      if (lastEventId !== '') place = lastEventId;
      wait = FIRST_WAIT_MS;
      say('live');
      tell({ type: 'event', json: data, id: lastEventId });
    });
    // The browser's own retry asks a server that is away only every few seconds, and gives up where a proxy answers in its place.
    source.addEventListener('error', () => {
      source.close();
      if (timer !== null) return;
      say('lost');
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  }

  connect();
  return {
    hurry: () => {
      if (timer === null) return;
      clearTimeout(timer);
      wait = FIRST_WAIT_MS;
      connect();
    },
  };
}
