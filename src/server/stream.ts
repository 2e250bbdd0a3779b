/** Server-sent events: every frame is written once and sent to all who want it; a reader that was away says where it was. */
import { z } from 'zod';
import type { Frame, LogPlace } from './event-log.ts';
import { SAFETY_HEADERS } from './headers.ts';
import { Refusal } from './problem.ts';
import type { Registry, Served } from './served.ts';
import type { ServerEvent, StreamEvent } from './shape-events.ts';

/** Between two signs of life, so that no proxy takes a silent stream for a dead one. Milliseconds. */
const ALIVE_MS = 15_000;
const MAX_STREAMS = 2_000;
/** Bytes that wait for one reader; one that is slower is sent away, and comes back with its place. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Bytes that wait for all of them together, at the worst: of many each may have less. */
const MAX_WAITING_ALL = 512 * 1024 * 1024;
/** Characters of a place that is taken from a reader. */
const MAX_PLACE_CHARS = 16_384;

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Nothing between us holds it back.
  'x-accel-buffering': 'no',
} as const;

export interface StreamRequest {
  /** What `Last-Event-ID` says; null: from now on. */
  readonly last: string | null;
  /** Only of this repository, or of this plan of it. */
  readonly served: Served | null;
  readonly plan: string | null;
  /** Whether output is wanted. */
  readonly output: boolean;
}

interface Reader {
  readonly request: StreamRequest;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

type Places = Readonly<Record<string, LogPlace>>;

const PlacesText = z.record(
  z.string(),
  z.object({ epoch: z.string(), position: z.int().min(0), logs: z.record(z.string(), z.int().min(0)) }),
);

export class Streams {
  readonly #registry: Registry;
  readonly #readers = new Set<Reader>();
  readonly #encoder = new TextEncoder();
  #stop: (() => void) | null = null;
  #closed = false;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** How many are open. */
  get size(): number {
    return this.#readers.size;
  }

  /** A stream for one reader. A {@link Refusal} where there are too many. */
  open(request: StreamRequest): Response {
    if (this.#readers.size >= MAX_STREAMS || this.#closed)
      throw new Refusal('unavailable', `There are ${this.#readers.size} event streams already. Close some.`, {}, { 'retry-after': '5' });
    let reader: Reader | null = null;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          reader = { request, controller };
          this.#begin(reader);
        },
        cancel: () => {
          if (reader !== null) this.#leave(reader);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
    return new Response(body, {
      headers: { ...SAFETY_HEADERS, ...STREAM_HEADERS },
    });
  }

  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) {
      this.#leave(reader);
      reader.controller.close();
    }
  }

  #begin(reader: Reader): void {
    if (this.#stop === null) this.#stop = this.#listen();
    for (const { log } of this.#registry.all) log.look();
    this.#readers.add(reader);
    const places = placesIn(reader.request.last);
    const missed = places === null ? null : this.#missed(reader, places);
    const started: ServerEvent = { type: 'stream-started', resumed: missed !== null, moment: this.#registry.moment };
    const first: StreamEvent = {
      schema: 1,
      at: new Date().toISOString(),
      repositoryId: null,
      planId: null,
      kind: 'server',
      event: started,
    };
    // A place alone is no event, and is remembered all the same: only once all has been sent does it count.
    this.#send(reader, this.#encode([first, ...(missed ?? [])].map(dataOf).join('') + `id: ${this.#place()}\n\n`));
  }

  /** What a reader has missed; null where that is not known of any one repository. */
  #missed(reader: Reader, places: Places): readonly StreamEvent[] | null {
    const all: StreamEvent[] = [];
    for (const served of this.#registry.all) {
      const place = places[served.id];
      const frames = place === undefined ? null : served.log.since(place);
      if (frames === null) return null;
      for (const frame of frames) if (isWanted(reader.request, served, frame)) all.push(frame.event);
    }
    return all;
  }

  #listen(): () => void {
    const forget = this.#registry.all.map((served) => served.log.listen((frame) => this.#tell(served, frame)));
    const alive = setInterval(() => {
      const sign = this.#encode(': alive\n\n');
      for (const reader of this.#readers) this.#send(reader, sign);
    }, ALIVE_MS).unref();
    return () => {
      clearInterval(alive);
      for (const each of forget) each();
    };
  }

  #tell(served: Served, frame: Frame): void {
    let bytes: Uint8Array | null = null;
    for (const reader of this.#readers) {
      if (!isWanted(reader.request, served, frame)) continue;
      bytes ??= this.#encode(`id: ${this.#place()}\n${dataOf(frame.event)}`);
      this.#send(reader, bytes);
    }
  }

  #send(reader: Reader, bytes: Uint8Array): void {
    if (!this.#readers.has(reader)) return;
    reader.controller.enqueue(bytes);
    const waiting = MAX_WAITING_BYTES - (reader.controller.desiredSize ?? 0);
    if (waiting < Math.min(MAX_WAITING_BYTES, MAX_WAITING_ALL / this.#readers.size)) return;
    this.#leave(reader);
    reader.controller.close();
  }

  #leave(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  #encode(text: string): Uint8Array {
    return this.#encoder.encode(text);
  }

  /** Where a reader is that has heard everything, as `Last-Event-ID` brings it back. */
  #place(): string {
    const places: Places = Object.fromEntries(this.#registry.all.map(({ id, log }) => [id, log.place]));
    return Buffer.from(JSON.stringify(places)).toString('base64url');
  }
}

function dataOf(event: StreamEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function isWanted({ served, plan, output }: StreamRequest, from: Served, { event, plans }: Frame): boolean {
  if (served !== null && served !== from) return false;
  if (!output && event.kind === 'run' && event.offset !== null) return false;
  return plan === null || plans === null || plans.includes(plan);
}

function placesIn(text: string | null): Places | null {
  if (text === null || text.length > MAX_PLACE_CHARS) return null;
  try {
    return PlacesText.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}
