/** A comparison of plans as data: what `plans diff --json` prints and `diffPlans` returns. Versioned; keys are only ever added. */
import { z } from 'zod';
import { FieldChange } from './field-record.ts';
import { DiagnosticRecord } from './record.ts';

const id = z.string();
const count = z.int().min(0);
const status = z.enum(['pending', 'completed', 'failed', 'skipped']);

const Words = z
  .array(z.object({ type: z.enum(['same', 'gone', 'new']), text: z.string() }))
  .meta({ id: 'Words', description: 'A text word by word: what stayed, went and came.' });

/** `phase` is a task's own, in the later version where it is there. `id` and `title` are the later ones. */
const at = { of: z.enum(['plan', 'phase', 'task']), id, title: z.string(), phase: id.nullable() };
const spot = z
  .object({ phase: id.nullable(), after: id.nullable() })
  .meta({ id: 'Spot', description: 'The phase, and what it stood behind; null: it was the first.' });
/** The task was completed or skipped before: what is said of it now was not what was done. */
const finished = z.boolean();

const Change = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('added'), ...at, status: status.nullable(), tasks: count, text: z.string(), fields: z.array(FieldChange) }),
    /** `fields`: by which it has asked a person. */
    z.object({ type: z.literal('removed'), ...at, status: status.nullable(), tasks: count, fields: z.array(FieldChange) }),
    z.object({ type: z.literal('moved'), ...at, from: spot, to: spot }),
    /** Another title, another id, or both. `was` is the id before. */
    z.object({ type: z.literal('renamed'), ...at, was: id.nullable(), before: z.string(), after: z.string(), words: Words, finished }),
    /** Another description. */
    z.object({ type: z.literal('reworded'), ...at, words: Words, finished }),
    /** Ticked, cleared, skipped, failed. `commit` is the executor's that did it; null where it was done by hand. */
    z.object({ type: z.literal('status'), ...at, before: status, after: status, commit: z.string().nullable() }),
    z.object({ type: z.literal('changed'), ...at, fields: z.array(FieldChange), finished }),
  ])
  .meta({ id: 'Change' });

const Range = z.object({ expected: z.number(), low: z.number(), high: z.number() }).meta({ id: 'Range' });
const Forecast = z
  .object({
    /** Open tasks that an agent or a command will do, and those for a person. */
    tasks: count,
    human: count,
    /** Milliseconds. */
    time: Range.nullable(),
    /** US dollars. */
    cost: Range.nullable(),
  })
  .meta({ id: 'Forecast', description: 'What is left, and what it will take; null where nothing is known.' });

const PlanVersion = z
  .object({
    id,
    file: z.string(),
    title: z.string(),
    status: z.enum(['draft', 'ready', 'running', 'paused', 'completed', 'failed']),
    /** False: the file has errors and is not executed; what could be read of it was compared. */
    valid: z.boolean(),
    diagnostics: z.array(DiagnosticRecord),
    /** In the order of the document. */
    phases: z.array(z.object({ id, title: z.string() })),
    tasks: count,
    done: count,
    /** Ids of the open tasks in the order in which a run would take them. Empty where the plan is not valid. */
    order: z.array(id),
    /** Null where nothing was estimated. */
    forecast: Forecast.nullable(),
  })
  .meta({ id: 'PlanVersion' });

export const PlanDiff = z
  .object({
    type: z.enum(['added', 'removed', 'renamed', 'modified']),
    /** Null where the plan is not there. */
    before: PlanVersion.nullable(),
    after: PlanVersion.nullable(),
    /** In the order of the document: the plan's own, then phase by phase, each with its tasks. */
    changes: z.array(Change),
    /** Ids of tasks that may start now and could not before. */
    ready: z.array(id),
    /** Tasks that depend on something that is not there any more. `now` is the id it has got, where it has another. */
    orphaned: z.array(z.object({ task: id, missing: id, now: id.nullable() })),
    /** Ids of open tasks that a run takes before or after others than it did. */
    reordered: z.array(id),
    /** A unified diff of the files. */
    patch: z.string(),
  })
  .meta({ id: 'PlanDiff' });

const Side = z
  .object({
    /** `commit`: a revision; `none`: nothing has been committed yet. */
    type: z.enum(['commit', 'index', 'worktree', 'none']),
    /** The revision as it was named. */
    revision: z.string().nullable(),
    commit: z.string().nullable(),
  })
  .meta({ id: 'Side' });

export const PlansDiff = z
  .object({
    version: z.literal(1),
    base: Side,
    head: Side,
    plans: z.array(PlanDiff),
    /** Sentences about files that could not be compared. */
    problems: z.array(z.string()),
  })
  .meta({ id: 'PlansDiff', title: 'Diff', description: 'What `plans diff --json` prints. Keys are only ever added.' });

export type { FieldChange, Risk } from './field-record.ts';
/** One difference between two versions of a plan. */
export type Change = z.infer<typeof Change>;
export type Forecast = z.infer<typeof Forecast>;
export type PlanVersion = z.infer<typeof PlanVersion>;
/** A plan in two versions. */
export type PlanDiff = z.infer<typeof PlanDiff>;
export type Side = z.infer<typeof Side>;
/** All plans in two versions of the repository. */
export type PlansDiff = z.infer<typeof PlansDiff>;
