/**
 * One stream for all tabs, in a worker that they share: a browser opens six connections to a server, and with a stream each the seventh tab would
 * wait for ever.
 */
import { momentIn } from '../state/moment.ts';
import { follow, type Connection, type Told } from './event-source.ts';
import type { StreamEvent } from './shapes.ts';

/** What a page says to the worker: that it wants to be told now, or that it goes. */
export type Asked = 'hurry' | 'leave';

const pages = new Set<MessagePort>();
let connection: Connection = 'connecting';
/** How the stream began. */
let started: StreamEvent | null = null;
/** Of the last event: for pages that come later it begins there, and what was before they have to ask for. */
let moment: string | null = null;

const stream = follow((told: Told) => {
  if (told.type === 'connection') ({ connection } = told);
  else keep(told);
  for (const page of pages) tell(page, told);
});

globalThis.addEventListener('connect', (event) => {
  const [page] = (event as MessageEvent).ports;
  if (page === undefined) return;
  pages.add(page);
  page.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
    if (data === 'leave') pages.delete(page);
    else stream.hurry();
  });
  page.start();
  tell(page, { type: 'connection', connection });
  if (connection !== 'live' || started === null) return;
  const begun: StreamEvent = { ...started, kind: 'server', event: { type: 'stream-started', resumed: false, moment } };
  tell(page, { type: 'event', json: JSON.stringify(begun), id: '' });
});

function tell(page: MessagePort, told: Told): void {
  // A port leads to one page of ours, and has no origin to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  page.postMessage(told);
}

function keep({ json, id }: Extract<Told, { type: 'event' }>): void {
  if (!json.includes('"stream-started"')) {
    if (id !== '') moment = momentIn(id);
    return;
  }
  const event = JSON.parse(json) as StreamEvent;
  if (event.kind !== 'server' || event.event.type !== 'stream-started') return;
  started ??= event;
  ({ moment } = event.event);
}
