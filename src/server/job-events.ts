/** What a conversation has shown of itself so far, so that a page which is opened later, or again, shows it as well. */
import type { PlannerEvent, PublishedPlannerEvent } from '../core/event.ts';

/** Events that are kept of one conversation; of a longer one the first are let go, but for the very first. */
const MAX_EVENTS = 5_000;
/** Characters of what was streamed in a row: of more the end is kept. */
const MAX_OUTPUT_CHARS = 256 * 1024;

export interface JobEvent {
  /** Counts from 1 within the job; of output that was put together, its last piece's. */
  readonly seq: number;
  readonly at: string;
  readonly event: PlannerEvent;
}

export class JobEvents {
  readonly #events: JobEvent[] = [];

  /** In order. Output that came in pieces is one event. */
  get all(): readonly JobEvent[] {
    return this.#events.map(({ event, ...rest }) => ({ ...rest, event: bounded(event) }));
  }

  /** Of the last event that counts as said; 0 before the first. */
  get seq(): number {
    return this.#events.at(-1)?.seq ?? 0;
  }

  add({ seq, at, event }: Pick<PublishedPlannerEvent, 'seq' | 'at' | 'event'>): void {
    const last = this.#events.at(-1);
    if (last?.event.type === 'planner-output' && event.type === 'planner-output' && last.event.stream === event.stream) {
      const text = last.event.text + event.text;
      // Not at every piece: what is cut has to be copied.
      const whole = { ...event, text };
      this.#events[this.#events.length - 1] = { seq, at: last.at, event: text.length > 2 * MAX_OUTPUT_CHARS ? bounded(whole) : whole };
      return;
    }
    this.#events.push({ seq, at, event });
    if (this.#events.length > MAX_EVENTS) this.#events.splice(1, 1);
  }
}

function bounded(event: PlannerEvent): PlannerEvent {
  return event.type === 'planner-output' && event.text.length > MAX_OUTPUT_CHARS
    ? { ...event, text: event.text.slice(-MAX_OUTPUT_CHARS).toWellFormed() }
    : event;
}
