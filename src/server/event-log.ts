/** The events of one repository as they happen, whoever makes them happen: its runners write into the store, and so does the server. */
import { randomBytes } from 'node:crypto';
import type { PublishedPlannerEvent } from '../core/event.ts';
import type { PublishedWatchEvent } from '../core/watch-event.ts';
import type { Workspace } from '../engine/workspace.ts';
import { Follower, type Heard, type Place, type Written } from './follower.ts';
import type { ServerEvent, StreamEvent } from './shape-events.ts';

/** The store is looked at so often while somebody listens. Milliseconds. */
const LOOK_MS = 40;
/** Under this name the server's own events are in the store, and so many of them are kept. */
const OWN_RUN = 'server';
const MAX_OWN_EVENTS = 5_000;
/** Of a reader that was away while more than so many events were written, nobody wants them one by one. */
const MAX_REPLAYED = 20_000;

/** What is heard, and which plans it is about; null: every reader's business. */
export interface Frame {
  readonly event: StreamEvent;
  readonly plans: readonly string[] | null;
}

/** Where a reader is in one repository. `epoch` is of the store: in another one positions count anew. */
export interface LogPlace extends Place {
  readonly epoch: string;
}

export class EventLog {
  readonly #id: string;
  readonly #workspace: Workspace;
  readonly #listeners = new Set<(frame: Frame) => void>();
  #follower: Follower | null = null;
  #version = '';
  #epoch = '';
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(id: string, workspace: Workspace) {
    this.#id = id;
    this.#workspace = workspace;
  }

  /** Where a reader is that has heard everything so far. */
  get place(): LogPlace {
    if (this.#follower === null) this.look();
    this.#follower ??= Follower.atEnd(this.#workspace);
    return { epoch: this.#epoch, ...this.#follower.place };
  }

  /** Names the last event that is written. */
  get last(): string {
    const store = this.#workspace.store();
    store.refresh();
    return `${this.#id}:${this.#currentEpoch()}:${store.lastPosition()}`;
  }

  /** Hears every frame from now on, until the returned function is called. */
  listen(listener: (frame: Frame) => void): () => void {
    this.look();
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
      // Whoever comes next begins at the end, or says where.
      this.#follower = null;
    };
  }

  /** What came between a reader's place and now; null where that is not known any more. */
  since(place: LogPlace): readonly Frame[] | null {
    const now = this.place;
    if (place.epoch !== now.epoch || place.position > now.position || now.position - place.position > MAX_REPLAYED) return null;
    const frames: Frame[] = [];
    new Follower(this.#workspace, place).read((heard) => frames.push(this.#frameOf(heard)), now);
    return frames;
  }

  /** What the watch of the plans' folder has found. */
  watched({ at, event }: PublishedWatchEvent): void {
    this.#write({ schema: 1, at, repositoryId: this.#id, planId: null, kind: 'watch', event });
  }

  /** What Claude does for a plan that is being written or reviewed. Its words pass by: what came of them is in the plan. */
  planned({ seq, at, plan, event }: PublishedPlannerEvent, job: string): void {
    const frame: StreamEvent = { schema: 1, at, repositoryId: this.#id, planId: `${this.#id}:${plan}`, kind: 'planner', job, seq, event };
    if (event.type !== 'planner-output' && event.type !== 'planner-usage') return this.#write(frame);
    this.look();
    this.#tell({ event: frame, plans: [plan] });
  }

  said(event: ServerEvent): void {
    this.#write(this.#serverFrame(event));
  }

  /** Looks at the store and the logs now. */
  look(): void {
    if (this.#closed) return;
    const store = this.#workspace.store();
    store.refresh();
    const epoch = this.#currentEpoch();
    const isAnother = this.#epoch !== '' && epoch !== this.#epoch;
    if (epoch !== this.#epoch) this.#follower = null;
    this.#epoch = epoch;
    this.#follower ??= Follower.atEnd(this.#workspace);
    // Whoever listens cannot know what was lost with the cache.
    if (isAnother) this.#tell({ plans: null, event: this.#serverFrame({ type: 'stream-started', resumed: false, moment: null }) });
    const { version } = store;
    if (version === this.#version && !this.#follower.isReadingLogs) return;
    this.#version = version;
    this.#follower.read((heard) => this.#tell(this.#frameOf(heard)));
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#listeners.clear();
  }

  #serverFrame(event: ServerEvent): StreamEvent {
    return { schema: 1, at: new Date().toISOString(), repositoryId: this.#id, planId: null, kind: 'server', event };
  }

  #tell(frame: Frame): void {
    for (const listener of this.#listeners) listener(frame);
  }

  #write(event: StreamEvent): void {
    if (this.#closed) return;
    const store = this.#workspace.store();
    const seq = store.nextSeq(OWN_RUN);
    store.appendEvent(OWN_RUN, seq, JSON.stringify(event));
    if (seq % MAX_OWN_EVENTS === 0) store.forgetEvents(OWN_RUN, seq - MAX_OWN_EVENTS);
    this.look();
  }

  /** Names the store: one that was made anew counts its events from 1. */
  #currentEpoch(): string {
    const store = this.#workspace.store();
    const known = store.meta('epoch');
    if (known !== null) return known;
    const epoch = randomBytes(6).toString('hex');
    store.setMeta('epoch', epoch);
    return epoch;
  }

  #frameOf(heard: Heard): Frame {
    if (heard.type === 'output') {
      const { plan, run, at, offset, event } = heard;
      return { plans: [plan], event: this.#runFrame({ plan, run, at, seq: null, offset, event }) };
    }
    const { written } = heard;
    if ('run' in written) return { plans: [written.plan], event: this.#runFrame({ ...written, offset: null }) };
    const event = written as StreamEvent;
    return { event, plans: plansOf(event) };
  }

  #runFrame(of: Pick<Extract<Written, { run: string }>, 'plan' | 'run' | 'at' | 'event'> & { seq: number | null; offset: number | null }) {
    const { plan, run, at, seq, offset, event } = of;
    const where = { schema: 1, at, repositoryId: this.#id, planId: `${this.#id}:${plan}` } as const;
    return { ...where, kind: 'run', executionId: `${this.#id}:${run}`, seq, offset, event } satisfies StreamEvent;
  }
}

function plansOf(event: StreamEvent): readonly string[] | null {
  if (event.kind === 'watch' && event.event.type === 'plans-changed')
    return event.event.plans.flatMap(({ plan, changes }) => [plan, ...(changes?.was === undefined ? [] : [changes.was])]);
  return event.planId === null ? null : [event.planId.slice((event.repositoryId ?? '').length + 1)];
}
