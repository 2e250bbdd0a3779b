/** What happens to the plan files, as data, while somebody watches them. Types are past tense, as those of a run. */
import { z } from 'zod';
import { ChangesRecord } from './record.ts';

const id = z.string();

const PlanChange = z.object({
  plan: id,
  kind: z.enum(['added', 'edited', 'renamed', 'removed']),
  /** As the plan is now; null where it was removed. */
  title: z.string().nullable(),
  status: z.enum(['draft', 'ready', 'running', 'paused', 'completed', 'failed']).nullable(),
  /** False: it has errors and is not executed. */
  valid: z.boolean(),
  /** The first error. */
  error: z.object({ line: z.int().min(1), message: z.string() }).nullable(),
  /** `was` in it is the name before, where it was renamed; null where the version before is known no more. */
  changes: ChangesRecord.nullable(),
});

/** What has become of one plan file. */
export type PlanChange = z.infer<typeof PlanChange>;

export const WatchEvent = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('watch-started'),
      folder: z.string(),
      plans: z.int().min(0),
      branch: z.string().nullable(),
      commit: z.string().nullable(),
      by: z.enum(['notification', 'polling']),
      reason: z.string(),
    }),
    z.object({ type: z.literal('polling-chosen'), reason: z.string(), everyMs: z.number().min(0) }),
    z.object({
      type: z.literal('plans-changed'),
      cause: z.enum(['files', 'git']),
      branch: z.string().nullable(),
      commit: z.string().nullable(),
      plans: z.array(PlanChange),
    }),
    z.object({ type: z.literal('note'), text: z.string() }),
  ])
  .meta({ id: 'WatchEvent' });

/** What happens to the plan files. Types are past tense. */
export type WatchEvent = z.infer<typeof WatchEvent>;

/** A published event of a watch. `seq` counts from 1 within it. */
export const PublishedWatchEvent = z
  .object({ schema: z.literal(1), seq: z.int().min(1), at: z.iso.datetime(), event: WatchEvent })
  .meta({ id: 'WatchEventLine', title: 'Watch event', description: 'One line of `plans watch --json`.' });

export type PublishedWatchEvent = z.infer<typeof PublishedWatchEvent>;
