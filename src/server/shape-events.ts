/** What `GET /api/events` sends: the events of runs, of the planner and of the watch as the CLI prints them, with where they belong. */
import { z } from 'zod';
import { PlannerEvent, RunEvent } from '../core/event.ts';
import { WatchEvent } from '../core/watch-event.ts';

/** What the server itself has to say. */
export const ServerEvent = z
  .discriminatedUnion('type', [
    /**
     * First on each stream. `resumed`: what came after `Last-Event-ID` follows; else a reader has to look at everything anew. Again with a
     * repository whose cache was made anew meanwhile. `moment`: what it begins after; an answer with the same `Plans-Moment` need not be asked for anew.
     */
    z.object({
      type: z.literal('stream-started'),
      resumed: z.boolean(),
      moment: z.string().nullable().describe('An answer with the same `Plans-Moment` knows of all that came before this stream.'),
    }),
    z.object({ type: z.literal('server-started'), version: z.string() }),
    z.object({ type: z.literal('job-finished'), job: z.string(), status: z.enum(['completed', 'failed', 'cancelled']) }),
  ])
  .meta({ id: 'ServerEvent' });
export type ServerEvent = z.infer<typeof ServerEvent>;

const frame = {
  schema: z.literal(1),
  at: z.iso.datetime(),
  repositoryId: z.string().nullable(),
  planId: z.string().nullable().describe('Null where it is not about one plan.'),
};

export const StreamEvent = z
  .discriminatedUnion('kind', [
    z.object({
      ...frame,
      kind: z.literal('run'),
      executionId: z.string(),
      seq: z.int().nullable().describe('Counts from 1 within the execution; null for output, which is in the logs and not in the store.'),
      offset: z.int().nullable().describe('Of output: where in its log it begins, in bytes.'),
      event: RunEvent,
    }),
    z.object({
      ...frame,
      kind: z.literal('planner'),
      job: z.string().nullable(),
      seq: z.int().describe('Counts from 1 within the job, whose events so far are at /api/jobs/{id}/events.'),
      event: PlannerEvent,
    }),
    z.object({ ...frame, kind: z.literal('watch'), event: WatchEvent }),
    z.object({ ...frame, kind: z.literal('server'), event: ServerEvent }),
  ])
  .meta({
    id: 'StreamEvent',
    description:
      'The `data` of one server-sent event. Slugs inside `event` are those of the files: a task of it has the id `<planId>:<slug>`.',
  });
export type StreamEvent = z.infer<typeof StreamEvent>;
