/** Reads what runs write, from where it stopped: their events in the store, and between them their output in the logs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRange, wholeCharacters } from '../adapters/files/range.ts';
import type { PublishedEvent, RunEvent } from '../core/event.ts';
import type { Workspace } from '../engine/workspace.ts';

/** Events that are read from the store at once. */
const ROWS = 500;
/** Bytes of one log that are sent at once; of a log that is further behind the middle is left out. Offsets say so, and the whole is in the log. */
const PIECE_BYTES = 128 * 1024;
const MAX_BEHIND_BYTES = 1024 * 1024;

/** Where a reader is: the last event, and of each log that grows how much of it has been read. */
export interface Place {
  readonly position: number;
  /** By `<run>/<file>`, in bytes. */
  readonly logs: Readonly<Record<string, number>>;
}

/** What the executor and others write into the store. */
export type Written = PublishedEvent | { readonly kind: 'planner' | 'watch' | 'server'; readonly plan?: string };
export type Heard =
  | { readonly type: 'written'; readonly written: Written }
  | {
      readonly type: 'output';
      readonly plan: string;
      readonly run: string;
      readonly at: string;
      readonly offset: number;
      readonly event: RunEvent;
    };

/** A log that grows. */
interface Tail {
  readonly plan: string;
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  /** Null for the agent's own. */
  readonly gate: string | null;
  readonly path: string;
  offset: number;
}

export class Follower {
  position: number;
  readonly #workspace: Workspace;
  readonly #tails = new Map<string, Tail>();
  readonly #now: () => Date;

  constructor(workspace: Workspace, place: Place, now: () => Date = () => new Date()) {
    this.#workspace = workspace;
    this.#now = now;
    this.position = place.position;
    for (const [key, offset] of Object.entries(place.logs)) this.#resume(key, offset);
  }

  /** At the end of everything there is. */
  static atEnd(workspace: Workspace): Follower {
    const store = workspace.store();
    const follower = new Follower(workspace, { position: store.lastPosition(), logs: {} });
    for (const { id, planId } of store.openRuns())
      for (const { taskId, attempt } of store.openAttempts(id)) {
        const open = { plan: planId, run: id, task: taskId, attempt };
        for (const gate of [null, ...follower.#gatesOf(open)]) follower.#open({ ...open, gate }, Infinity);
      }
    return follower;
  }

  get place(): Place {
    return { position: this.position, logs: Object.fromEntries([...this.#tails].map(([key, { offset }]) => [key, offset])) };
  }

  get isReadingLogs(): boolean {
    return this.#tails.size > 0;
  }

  /** Tells all that is new, in order, up to `until` where that is given. */
  read(tell: (heard: Heard) => void, until: Place | null = null): void {
    for (;;) {
      const rows = this.#workspace.store().eventsSince(this.position, ROWS);
      for (const { position, json } of rows) {
        if (until !== null && position > until.position) break;
        const written = JSON.parse(json) as Written;
        if ('run' in written) this.#before(written, tell);
        this.position = position;
        tell({ type: 'written', written });
        if ('run' in written) this.#after(written);
      }
      if (rows.length < ROWS || (until !== null && this.position >= until.position)) break;
    }
    for (const [key, tail] of this.#tails) this.#drain(tail, tell, until === null ? Infinity : (until.logs[key] ?? Infinity));
  }

  /** What was printed goes before the event that says that it is all. */
  #before({ run, event }: PublishedEvent, tell: (heard: Heard) => void): void {
    if (event.type === 'agent-finished') this.#close(keyOf(run, event.task, event.attempt, null), tell);
    if (event.type === 'gate-finished') this.#close(keyOf(run, event.task, event.attempt, event.gate.name), tell);
    if (event.type === 'run-paused' || event.type === 'run-completed' || event.type === 'run-failed')
      for (const [key, tail] of this.#tails) if (tail.run === run) this.#close(key, tell);
  }

  #after({ plan, run, event }: PublishedEvent): void {
    if (event.type === 'attempt-started') this.#open({ plan, run, task: event.task, attempt: event.attempt, gate: null }, 0);
    if (event.type === 'gate-started') this.#open({ plan, run, task: event.task, attempt: event.attempt, gate: event.gate }, 0);
  }

  #close(key: string, tell: (heard: Heard) => void): void {
    const tail = this.#tails.get(key);
    if (tail !== undefined) this.#drain(tail, tell, Infinity);
    this.#tails.delete(key);
  }

  #open(of: Omit<Tail, 'path' | 'offset'>, offset: number): void {
    const key = keyOf(of.run, of.task, of.attempt, of.gate);
    const path = join(this.#workspace.stateFolder, 'logs', key);
    this.#tails.set(key, { ...of, path, offset: offset === Infinity ? (readRange(path, 0, 0)?.size ?? 0) : offset });
  }

  /** A log of which a reader has had a part. Its name is a reader's word: only what the store knows to be open is gone on with. */
  #resume(key: string, offset: number): void {
    const store = this.#workspace.store();
    const [run = ''] = key.split('/');
    const plan = store.runs().find(({ id }) => id === run)?.planId;
    if (plan === undefined) return;
    for (const { taskId: task, attempt } of store.attempts(plan).filter(({ runId }) => runId === run)) {
      const of = { plan, run, task, attempt };
      const gate = [null, ...this.#gatesOf(of)].find((name) => keyOf(run, task, attempt, name) === key);
      if (gate !== undefined) return this.#open({ ...of, gate }, offset);
    }
  }

  #gatesOf({ run, task, attempt }: Pick<Tail, 'run' | 'task' | 'attempt'>): readonly string[] {
    const prefix = `${task}.${attempt}.`;
    try {
      const names = readdirSync(join(this.#workspace.stateFolder, 'logs', run));
      return names
        .filter((name) => name.startsWith(prefix) && name.endsWith('.log'))
        .map((name) => name.slice(prefix.length, -'.log'.length))
        .filter((name) => name !== 'agent');
    } catch {
      return [];
    }
  }

  #drain(tail: Tail, tell: (heard: Heard) => void, end: number): void {
    while (tail.offset < end) {
      const size = readRange(tail.path, 0, 0)?.size ?? 0;
      const last = Math.min(size, end);
      const isBehind = last - tail.offset > MAX_BEHIND_BYTES;
      if (isBehind) tail.offset = last - PIECE_BYTES;
      const read = wholeCharacters(readRange(tail.path, tail.offset, Math.min(PIECE_BYTES, last - tail.offset))?.bytes ?? Buffer.alloc(0));
      // The middle of a log may be the middle of a character.
      const start = isBehind ? read.findIndex((byte) => byte < 0x80 || byte >= 0xc0) : 0;
      const bytes = read.subarray(Math.max(0, start));
      tail.offset += Math.max(0, start);
      if (bytes.length === 0) return;
      const { plan, run, task, attempt, gate, offset } = tail;
      const text = bytes.toString('utf8');
      tail.offset += bytes.length;
      const event: RunEvent =
        gate === null
          ? { type: 'agent-output', task, attempt, stream: 'stdout', text }
          : { type: 'gate-output', task, attempt, gate, text };
      tell({ type: 'output', plan, run, at: this.#now().toISOString(), offset, event });
    }
  }
}

function keyOf(run: string, task: string, attempt: number, gate: string | null): string {
  return `${run}/${task}.${attempt}.${gate ?? 'agent'}.log`;
}
