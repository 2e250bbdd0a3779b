/** The rows of the cache as they leave the tool: what `plans show --json` and `plans export --json` print. Versioned; fields are only ever added. */
import { z } from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import { FieldChange } from './field-record.ts';
import { SUGGESTION_TYPES } from './review-types.ts';
import { ITERATION_TYPES } from './evidence.ts';

const id = z.string();
const count = z.int().min(0);
/** From commits alone (committer's date, UTC), so that every clone says the same; null for what is not committed. */
const time = z.iso.datetime().nullable();
const commit = z.string().nullable();

export const DiagnosticRecord = z
  .object({
    rule: z.string(),
    severity: z.enum(['error', 'warning', 'hint']),
    message: z.string(),
    line: z.int().min(1),
    column: z.int().min(1),
    endLine: z.int().min(1),
    endColumn: z.int().min(1),
  })
  .meta({ id: 'DiagnosticRecord' });

export const PlanRecord = z
  .object({
    id,
    /** Twelve hexadecimal digits of the repository's first commit. */
    repositoryId: z.string().nullable(),
    title: z.string(),
    description: z.string(),
    status: z.enum(['draft', 'ready', 'running', 'paused', 'completed', 'failed']),
    /** Why it is paused, as far as a commit or the file says. */
    pauseReason: z.string().nullable(),
    /** False: the file has errors and is not executed; what could be read of it is here. */
    valid: z.boolean(),
    createdBy: z.enum(['user', 'claude', 'api']),
    sourceFile: z.string(),
    currentPhaseId: id.nullable(),
    currentTaskId: id.nullable(),
    startingCommit: commit,
    totalPhases: count,
    completedPhases: count,
    totalTasks: count,
    completedTasks: count,
    createdAt: time,
    updatedAt: time,
    startedAt: time,
    completedAt: time,
  })
  .meta({ id: 'PlanRecord' });

export const PhaseRecord = z
  .object({
    id,
    planId: id,
    order: count,
    title: z.string(),
    description: z.string(),
    status: z.enum(['pending', 'running', 'completed', 'failed', 'paused']),
    executionMode: z.enum(['sequential', 'parallel', 'manual']),
    pauseAfter: z.boolean(),
    totalTasks: count,
    completedTasks: count,
    failedTasks: count,
    startedAt: time,
    completedAt: time,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'PhaseRecord' });

export const TaskRecord = z
  .object({
    id,
    phaseId: id,
    planId: id,
    order: count,
    title: z.string(),
    description: z.string(),
    status: z.enum(['pending', 'running', 'completed', 'failed', 'skipped']),
    dependsOn: z.array(id),
    canRunInParallel: z.boolean(),
    attempts: count,
    lastError: z.string().nullable(),
    lastQaResults: z.array(z.object({ name: z.string(), status: z.enum(['passed', 'failed', 'skipped']) })).nullable(),
    sessionId: z.string().nullable(),
    commitSha: commit,
    startedAt: time,
    completedAt: time,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'TaskRecord' });

const phasePlace = z.object({ id, title: z.string() });
const taskPlace = z.object({ id, phase: id, title: z.string() });
const modification = { fields: z.array(z.string()), was: id.optional() };

export const ChangesRecord = z
  .object({
    was: id.optional(),
    plan: z.array(z.string()),
    added: z.object({ phases: z.array(phasePlace), tasks: z.array(taskPlace) }),
    removed: z.object({ phases: z.array(phasePlace), tasks: z.array(taskPlace) }),
    modified: z.object({ phases: z.array(phasePlace.extend(modification)), tasks: z.array(taskPlace.extend(modification)) }),
    moved: z.object({ phases: z.array(phasePlace), tasks: z.array(taskPlace) }),
  })
  .meta({ id: 'ChangesRecord' });

export const IterationRecord = z
  .object({
    /** The commit that made the change. */
    id,
    planId: id,
    iterationType: z.enum(ITERATION_TYPES),
    prompt: z.string().nullable(),
    changes: ChangesRecord,
    changedBy: z.enum(['user', 'claude']),
    createdAt: z.iso.datetime(),
    /** Of the commit. */
    subject: z.string(),
    authorName: z.string(),
    /** What the conversation that led to it has cost. */
    tokens: count.nullable(),
    costUsd: z.number().min(0).nullable(),
  })
  .meta({ id: 'IterationRecord' });

export const PlanExport = PlanRecord.extend({
  phases: z.array(PhaseRecord),
  tasks: z.array(TaskRecord),
  iterations: z.array(IterationRecord),
  diagnostics: z.array(DiagnosticRecord),
}).meta({ id: 'PlanExport' });

/** What runs on this machine now. It is in no file and no commit, and so nowhere else in the export. */
export const LiveRecord = z
  .object({
    planId: id,
    runId: id,
    pid: z.int(),
    startedAt: z.iso.datetime(),
    tasks: z.array(z.object({ taskId: id, attempt: z.int().min(1), agent: z.string(), startedAt: z.iso.datetime() })),
  })
  .meta({ id: 'LiveRecord' });

export const StateExport = z
  .object({ version: z.literal(1), repositoryId: z.string().nullable(), plans: z.array(PlanExport), live: z.array(LiveRecord) })
  .meta({ id: 'Export', title: 'Export', description: 'What `plans export --json` prints.' });

/** A suggestion of a review as it stands to the plan now. */
export const SuggestionRecord = z
  .object({
    id,
    type: z.enum(SUGGESTION_TYPES),
    target: z.string(),
    title: z.string(),
    reasoning: z.string(),
    /** Markdown of the plan; null where nothing is there before. */
    before: z.string().nullable(),
    after: z.string(),
    ticked: z.boolean(),
    /** `stale`: its target has changed since. `blocked`: it cannot be made on the plan as it is. `problem` says why. */
    state: z.enum(['open', 'stale', 'blocked']),
    problem: z.string().nullable(),
    /** The keys that are code and differ once it is made, to be read as code; of one that cannot be made none. */
    risks: z.array(FieldChange),
  })
  .meta({ id: 'SuggestionRecord' });

export type SuggestionRecord = z.infer<typeof SuggestionRecord>;
/** A problem of a plan file and its place; lines and columns from 1. */
export type DiagnosticRecord = z.infer<typeof DiagnosticRecord>;
/** A plan as `plans export` prints it. */
export type PlanRecord = z.infer<typeof PlanRecord>;
/** A phase as `plans export` prints it. */
export type PhaseRecord = z.infer<typeof PhaseRecord>;
/** A task as `plans export` prints it. */
export type TaskRecord = z.infer<typeof TaskRecord>;
/** One change of a plan, as git tells it. */
export type IterationRecord = z.infer<typeof IterationRecord>;
/** A plan with its phases, tasks, iterations and diagnostics. */
export type PlanExport = z.infer<typeof PlanExport>;
export type LiveRecord = z.infer<typeof LiveRecord>;
/** All plans, and the runs that are under way on this machine. */
export type StateExport = z.infer<typeof StateExport>;

/** Without its fix, which is for editors. */
export function diagnosticRecord({ rule, severity, message, line, column, endLine, endColumn }: Diagnostic): DiagnosticRecord {
  return { rule, severity, message, line, column, endLine, endColumn };
}
