/** What takes minutes and somebody has asked for, conversations with Claude above all: they go on when whoever asked has gone, and can be stopped. */
import { randomBytes } from 'node:crypto';
import type { PublishedPlannerEvent } from '../core/event.ts';
import { JobEvents } from './job-events.ts';
import { cutOff, forgetJob, keepJob, keptJobs } from './kept-jobs.ts';
import { problemOf, Refusal, refusalOf } from './problem.ts';
import type { Served } from './served.ts';
import type { Job } from './shape.ts';

/** Jobs that have ended are remembered, so many of them. */
const MAX_ENDED = 200;
/** So many may be under way at the same time. */
const MAX_RUNNING = 8;
const ID_BYTES = 9;

interface Entry {
  job: Job;
  readonly served: Served;
  readonly abort: AbortController;
  readonly done: Promise<unknown>;
  readonly events: JobEvents;
}

export class Jobs {
  readonly #entries = new Map<string, Entry>();
  readonly #notice: (text: string) => void;
  #closing = false;

  constructor(notice: (text: string) => void) {
    this.#notice = notice;
  }

  /** Takes over what servers before this one have left. */
  restore(served: Served): void {
    for (const job of keptJobs(served)) {
      this.#entries.set(job.id, { job, served, abort: new AbortController(), done: Promise.resolve(), events: new JobEvents() });
    }
    this.#forget();
  }

  get all(): readonly Job[] {
    return [...this.#entries.values()].map(({ job }) => job).toReversed();
  }

  find(id: string): Job | null {
    return this.#entries.get(id)?.job ?? null;
  }

  /** What a job has shown of itself so far; null where there is none of that id. */
  events(id: string): JobEvents | null {
    return this.#entries.get(id)?.events ?? null;
  }

  /** Settles when a job has ended, however; at once where there is none. */
  async ended(id: string): Promise<void> {
    await this.#entries.get(id)?.done.catch(() => {});
  }

  /** Begins `work`, which is told when to stop, and says what happens. `done` settles with it; a rejection is a {@link Refusal} or a bug. */
  begin<T extends Job['result']>(
    served: Served,
    of: Pick<Job, 'kind' | 'title' | 'planId'>,
    work: (signal: AbortSignal, say: (event: PublishedPlannerEvent) => void) => Promise<T>,
  ): { readonly job: Job; readonly done: Promise<T> } {
    if ([...this.#entries.values()].filter(({ job }) => job.status === 'running').length >= MAX_RUNNING)
      throw new Refusal('too-many', `${MAX_RUNNING} jobs are under way already. Wait for one, or stop one.`, {}, { 'retry-after': '30' });
    const id = randomBytes(ID_BYTES).toString('base64url');
    const abort = new AbortController();
    const job: Job = { id, ...of, status: 'running', startedAt: new Date().toISOString(), endedAt: null, result: null, problem: null };
    const events = new JobEvents();
    const done = work(abort.signal, (event) => {
      // First what is kept: whoever hears of it may ask at once.
      events.add(event);
      served.log.planned(event, id);
    });
    const entry: Entry = { job, served, abort, done, events };
    this.#entries.set(id, entry);
    keepJob(served, job);
    const end = (rest: Pick<Job, 'status' | 'result' | 'problem'>): void => {
      entry.job = { ...entry.job, ...rest, endedAt: new Date().toISOString() };
      keepJob(served, entry.job);
      served.log.said({ type: 'job-finished', job: id, status: rest.status === 'running' ? 'failed' : rest.status });
      this.#forget();
    };
    done.then(
      (result) => end({ status: 'completed', result, problem: null }),
      (error: unknown) => {
        const refusal = refusalOf(error);
        if (refusal === null) this.#notice(`plans: this is a bug in plans: ${error instanceof Error ? error.stack : String(error)}`);
        const told = refusal ?? new Refusal('internal', 'This is a bug in plans. What the server printed says more.');
        const why = { status: abort.signal.aborted ? ('cancelled' as const) : ('failed' as const), problem: problemOf(told) };
        end({ result: null, ...why, ...(this.#closing && abort.signal.aborted ? cutOff() : {}) });
      },
    );
    return { job, done };
  }

  /** Asks a job to stop; false where there is none that runs. */
  stop(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.job.status !== 'running') return false;
    entry.abort.abort();
    return true;
  }

  /** Stops all, and waits until what they have cost is written down. */
  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#entries.values()].filter(({ job }) => job.status === 'running');
    for (const { abort } of running) abort.abort();
    await Promise.allSettled(running.map(({ done }) => done));
  }

  #forget(): void {
    const ended = [...this.#entries].filter(([, { job }]) => job.status !== 'running');
    for (const [id, { served }] of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) {
      this.#entries.delete(id);
      forgetJob(served, id);
    }
  }
}
