/**
 * What happens in a run, as data. The same objects go through the state machine, to the terminal, to
 * NDJSON and into the cache; text for people is made from them elsewhere. Types are past tense.
 */
import { z } from 'zod';
import { SuggestionRecord } from './record.ts';
import { OUTCOMES, PAUSE_REASONS, PLANNER_OUTCOMES } from './outcome.ts';

const id = z.string();
const count = z.int().min(0);
const ms = z.number().min(0);

/** What a session cost so far. */
const UsageShape = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: z.number().nullable(),
});

export type Usage = z.infer<typeof UsageShape>;

const Gate = z.object({
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  durationMs: ms,
  exitCode: z.int().nullable(),
  reason: z.string(),
  tail: z.string(),
});

const attempt = { task: id, attempt: z.int().min(1) };

export const RunEvent = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('run-started'),
      title: z.string(),
      branch: z.string(),
      commit: z.string(),
      resumed: z.boolean(),
      tasks: z.array(z.object({ id, phase: id, title: z.string(), status: z.enum(['pending', 'completed', 'failed', 'skipped']) })),
      phases: z.array(z.object({ id, title: z.string() })),
    }),
    z.object({ type: z.literal('phase-started'), phase: id }),
    z.object({ type: z.literal('task-started'), task: id, phase: id, title: z.string() }),
    z.object({ type: z.literal('attempt-started'), ...attempt, maxAttempts: z.int().min(1), agent: z.string() }),
    z.object({ type: z.literal('agent-output'), ...attempt, stream: z.enum(['stdout', 'stderr']), text: z.string() }),
    z.object({ type: z.literal('agent-usage'), ...attempt, usage: UsageShape }),
    z.object({
      type: z.literal('agent-finished'),
      ...attempt,
      outcome: z.enum(OUTCOMES),
      reason: z.string(),
      exitCode: z.int().nullable(),
      durationMs: ms,
      usage: UsageShape.nullable(),
      session: z.string().nullable(),
      tail: z.string(),
      resetsAt: z.iso.datetime().nullable().optional(),
    }),
    z.object({ type: z.literal('gate-started'), ...attempt, gate: z.string() }),
    z.object({ type: z.literal('gate-output'), ...attempt, gate: z.string(), text: z.string() }),
    z.object({ type: z.literal('gate-finished'), ...attempt, gate: Gate }),
    z.object({ type: z.literal('message-asked'), ...attempt, usage: UsageShape }),
    z.object({
      type: z.literal('attempt-finished'),
      ...attempt,
      outcome: z.enum(OUTCOMES),
      reason: z.string(),
      willRetry: z.boolean(),
      durationMs: ms,
      files: z.array(z.string()),
      gates: z.array(Gate),
      tail: z.string(),
    }),
    z.object({
      type: z.literal('task-completed'),
      ...attempt,
      phase: id,
      title: z.string(),
      commit: z.string(),
      files: z.array(z.string()),
      durationMs: ms,
      flags: z.array(z.object({ name: z.string(), count })).optional(),
      planStatus: z.enum(['running', 'paused', 'completed']),
    }),
    z.object({ type: z.literal('task-failed'), task: id, attempts: count, outcome: z.enum(OUTCOMES), reason: z.string() }),
    z.object({ type: z.literal('phase-completed'), phase: id }),
    z.object({
      type: z.literal('plan-edited'),
      commit: z.string().nullable(),
      added: z.array(id),
      removed: z.array(id),
      changed: z.array(id),
    }),
    z.object({ type: z.literal('pause-requested'), by: z.enum(['signal', 'file']), now: z.boolean() }),
    z.object({ type: z.literal('pause-withdrawn') }),
    z.object({ type: z.literal('cancel-requested') }),
    z.object({ type: z.literal('note'), task: id.nullable(), text: z.string() }),
    z.object({
      type: z.literal('run-paused'),
      reason: z.enum(PAUSE_REASONS),
      task: id.nullable(),
      phase: id.nullable(),
      detail: z.string(),
      resetsAt: z.iso.datetime().nullable().optional(),
    }),
    z.object({ type: z.literal('run-completed'), open: count }),
    z.object({ type: z.literal('run-failed'), reason: z.string() }),
  ])
  .meta({ id: 'RunEvent' });

/** What happens in a run. Types are past tense. */
export type RunEvent = z.infer<typeof RunEvent>;

/** A published event: what happened, in which run of which plan, when. `seq` counts from 1 within the run. */
export const PublishedEvent = z
  .object({ schema: z.literal(1), seq: z.int().min(1), at: z.iso.datetime(), plan: id, run: z.string(), event: RunEvent })
  .meta({ id: 'Event', title: 'Event', description: 'One line of `plans run --json`.' });

export type PublishedEvent = z.infer<typeof PublishedEvent>;

/** What happens while Claude writes or reviews a plan. */
export const PlannerEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('planner-started'), activity: z.enum(['generation', 'review']), title: z.string(), model: z.string() }),
    z.object({ type: z.literal('repository-read'), tool: z.string(), detail: z.string() }),
    z.object({ type: z.literal('planner-output'), stream: z.enum(['thinking', 'text']), text: z.string() }),
    z.object({ type: z.literal('planner-usage'), usage: UsageShape }),
    z.object({ type: z.literal('answer-rejected'), problems: z.array(z.string()), willRetry: z.boolean() }),
    z.object({
      type: z.literal('plan-drafted'),
      title: z.string(),
      phases: count,
      tasks: count,
      advice: z.array(z.string()),
    }),
    z.object({
      type: z.literal('plan-generated'),
      file: z.string(),
      title: z.string(),
      phases: count,
      tasks: count,
      /** Null where the file is written and not committed; `reason` says why it is not, or not pushed. */
      commit: z.string().nullable(),
      reason: z.string(),
      advice: z.array(z.string()),
      usage: UsageShape,
    }),
    z.object({
      type: z.literal('plan-reviewed'),
      file: z.string(),
      /** Those that are new. */
      suggestions: z.array(SuggestionRecord),
      assessment: z.string(),
      commit: z.string().nullable(),
      reason: z.string(),
      /** Why others of the answer were left out. */
      problems: z.array(z.string()),
      usage: UsageShape,
    }),
    z.object({
      type: z.literal('planner-stopped'),
      outcome: z.enum(PLANNER_OUTCOMES),
      reason: z.string(),
      problems: z.array(z.string()),
      resetsAt: z.iso.datetime().nullable(),
      usage: UsageShape,
    }),
    z.object({ type: z.literal('note'), task: id.nullable(), text: z.string() }),
  ])
  .meta({ id: 'PlannerEvent' });

export type PlannerEvent = z.infer<typeof PlannerEvent>;

/** A published event of the planner. `seq` counts from 1 within one call. */
export const PublishedPlannerEvent = z
  .object({ schema: z.literal(1), seq: z.int().min(1), at: z.iso.datetime(), plan: id, event: PlannerEvent })
  .meta({
    id: 'PlannerEventLine',
    title: 'Planner event',
    description: 'One line of `plans generate --json`, or of a `plans review --json` that asks.',
  });

export type PublishedPlannerEvent = z.infer<typeof PublishedPlannerEvent>;
