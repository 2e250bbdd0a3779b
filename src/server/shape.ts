/**
 * What the API says, as zod schemas: the records of the cache, with ids that are unique over all repositories of the server. An `id` is a
 * word to be taken as it is; what the file calls a thing is its `slug`.
 */
import { z } from 'zod';
import { DiagnosticRecord, IterationRecord, LiveRecord, PhaseRecord, PlanRecord, SuggestionRecord, TaskRecord } from '../core/record.ts';
import { PlannerEvent } from '../core/event.ts';
import { OUTCOMES } from '../core/outcome.ts';

const id = z.string();
const slug = z.string().describe('What the file calls it; unique in its plan.');
const count = z.int().min(0);
const time = z.iso.datetime();

const GateOutcome = z
  .object({
    name: z.string(),
    status: z.enum(['passed', 'failed', 'skipped']),
    durationMs: z.number().min(0),
    exitCode: z.int().nullable(),
    reason: z.string(),
    tail: z.string().describe('The end of its output, bounded.'),
  })
  .meta({ id: 'GateResult' });

export const ProblemDetails = z
  .object({
    type: z.string().describe('`urn:plans:problem:` and the kind: what a program decides by.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('A sentence for people: what was found, what was expected, what to do.'),
    diagnostics: z.array(DiagnosticRecord).optional().describe('Of `invalid-plan`: what would be wrong with the plan.'),
    errors: z
      .array(z.object({ in: z.string(), path: z.string(), message: z.string() }))
      .optional()
      .describe('Of `invalid-request`: what is wrong with the request.'),
    gate: GateOutcome.optional().describe('The gate that refused.'),
    blocked: z
      .object({ taskId: z.string(), commit: z.string(), paths: z.array(z.string()) })
      .optional()
      .describe('The task that cannot be taken back, and the files that later commits have changed as well.'),
    revision: z.string().optional().describe('Of `stale`: the revision that the plan has now.'),
    outcome: z.string().optional().describe('Of `planner-stopped`: why.'),
    problems: z.array(z.string()).optional(),
    resetsAt: time.nullable().optional(),
  })
  .meta({ id: 'Problem', description: 'A problem as RFC 9457 has it.' });
export type ProblemDetails = z.infer<typeof ProblemDetails>;

export const ApiPlan = PlanRecord.extend({
  id,
  slug,
  repositoryId: id,
  /** Of the file's bytes. */
  revision: z.string().describe('Of the file as it is: what `If-Match` compares.'),
  currentPhaseId: id.nullable(),
  currentTaskId: id.nullable(),
  executionId: id.nullable().describe('The execution that is under way on this machine.'),
  resetsAt: time.nullable().describe('Of a plan that pauses at a rate limit: when that resets.'),
  diagnostics: z.array(DiagnosticRecord),
}).meta({ id: 'Plan' });
export type ApiPlan = z.infer<typeof ApiPlan>;

export const ApiPhase = PhaseRecord.extend({
  slug,
  agent: z.string().nullable(),
  gates: z.array(z.string()).nullable(),
  maxConcurrency: z.int().nullable(),
}).meta({ id: 'Phase' });
export type ApiPhase = z.infer<typeof ApiPhase>;

export const ApiTask = TaskRecord.extend({
  slug,
  /** Of the running attempt, where one runs. */
  attempt: z.int().min(1).nullable().describe('The attempt that is under way.'),
  agent: z.string().nullable(),
  run: z.string().nullable(),
  gates: z.array(z.string()).nullable(),
  files: z.array(z.string()).nullable(),
  allowNoChanges: z.boolean(),
  estimate: z.string().nullable(),
  maxAttempts: z.int().nullable(),
  timeout: z.string().nullable(),
  maxBudgetUsd: z.number().nullable(),
  model: z.string().nullable(),
  assignee: z.enum(['human']).nullable(),
  approval: z.enum(['valid', 'void']).nullable().describe('Of a task of a manual phase: whether a person has approved it as it is now.'),
}).meta({ id: 'Task' });
export type ApiTask = z.infer<typeof ApiTask>;

const ApiIteration = IterationRecord.meta({ id: 'Iteration' });

export const Execution = z
  .object({
    id,
    planId: id,
    repositoryId: id,
    pid: z.int(),
    startedAt: time,
    endedAt: time.nullable(),
    outcome: z
      .string()
      .nullable()
      .describe('`completed`, `failed`, `done`, `paused`; null while it runs, and where its process was killed.'),
    live: z.boolean(),
    tasks: LiveRecord.shape.tasks.describe('What it works on now.'),
  })
  .meta({ id: 'Execution' });
export type Execution = z.infer<typeof Execution>;

export const PlanDetail = z
  .object({
    plan: ApiPlan,
    phases: z.array(ApiPhase),
    tasks: z.array(ApiTask),
    iterations: z.array(ApiIteration).describe('Oldest first, from git alone.'),
  })
  .meta({ id: 'PlanDetail' });
export type PlanDetail = z.infer<typeof PlanDetail>;

export const PlanPage = z
  .object({ plans: z.array(ApiPlan), total: count, next: z.string().nullable().describe('For `after` of the next page.') })
  .meta({ id: 'PlanPage' });
export type PlanPage = z.infer<typeof PlanPage>;

export const PlanSource = z
  .object({ planId: id, text: z.string(), revision: z.string(), valid: z.boolean(), diagnostics: z.array(DiagnosticRecord) })
  .meta({ id: 'PlanSource' });

export const TaskSource = z.object({ taskId: id, text: z.string(), revision: z.string() }).meta({ id: 'TaskSource' });

export const RepositoryShape = z
  .object({
    id: id.describe("Twelve digits of the first commit; of clones of one repository, with a few of their folder's name behind."),
    name: z.string(),
    root: z.string(),
    branch: z.string().nullable(),
    commit: z.string().nullable(),
    operation: z.string().nullable().describe('What is half done in git: a merge, a rebase.'),
    plansFolder: z.string(),
    plans: count,
    spentTodayUsd: z.number().nullable().describe('Null where a price is not known.'),
    dayBudgetUsd: z.number(),
  })
  .meta({ id: 'Repository' });
export type RepositoryShape = z.infer<typeof RepositoryShape>;

export const Attempt = z
  .object({
    id,
    taskId: id,
    executionId: id,
    attempt: z.int().min(1),
    agent: z.string().nullable(),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    outcome: z.enum(OUTCOMES).nullable(),
    reason: z.string().nullable(),
    sessionId: z.string().nullable(),
    durationMs: z.number().nullable(),
    tokens: count.nullable(),
    costUsd: z.number().nullable(),
    commitSha: z.string().nullable(),
    live: z.boolean(),
    gates: z.array(GateOutcome),
    logs: z
      .object({ output: z.boolean(), transcript: z.boolean(), gates: z.array(z.string()) })
      .describe('What is kept of it on this machine.'),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof Attempt>;

const Usage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: z.number().nullable(),
});

export const Generated = z
  .object({
    planId: id,
    status: PlanRecord.shape.status,
    phases: z.array(ApiPhase),
    tasks: z.array(ApiTask),
    commit: z.string().nullable(),
    reason: z.string().describe('Why it is not committed, or not pushed where it should be; empty where all is well.'),
    advice: z.array(z.string()),
    usage: Usage,
  })
  .meta({ id: 'GeneratedPlan' });
export type Generated = z.infer<typeof Generated>;

export const Reviewed = z
  .object({
    iterationId: id.nullable().describe('The commit that holds the suggestions; null where there are none, or it could not be made.'),
    suggestions: z.array(SuggestionRecord).describe('Those that are new.'),
    assessment: z.string().describe('Claude’s words on the plan.'),
    reason: z.string(),
    problems: z.array(z.string()).describe('Why others of the answer were left out.'),
    usage: Usage,
  })
  .meta({ id: 'ReviewedPlan' });
export type Reviewed = z.infer<typeof Reviewed>;

const Completed = z
  .object({ taskId: id, commit: z.string() })
  .meta({ id: 'CompletedTask', description: 'A task that a person has done: its gates have passed, and it is committed.' });

export const Job = z
  .object({
    id,
    kind: z.enum(['generate', 'review', 'complete']),
    title: z.string().describe('Of the plan that it is about.'),
    planId: id.nullable().describe('Of a plan that is generated: once it has landed.'),
    status: z.enum(['running', 'completed', 'failed', 'cancelled']),
    startedAt: time,
    endedAt: time.nullable(),
    result: z.union([Generated, Reviewed, Completed]).nullable(),
    problem: ProblemDetails.nullable(),
  })
  .meta({
    id: 'Job',
    description:
      'What takes minutes: a conversation with Claude, or the gates of a task that a person has done. What Claude says on the way is at /api/events, what it has said at /api/jobs/{id}/events.',
  });
export type Job = z.infer<typeof Job>;

export const JobEventsShape = z
  .object({
    events: z
      .array(z.object({ seq: z.int().min(1), at: time, event: PlannerEvent }))
      .describe('In order. Output that came in pieces is one event, with the `seq` of its last.'),
    seq: count.describe('Of the last: events at /api/events with a greater one are still to be added.'),
  })
  .meta({ id: 'JobEvents' });
