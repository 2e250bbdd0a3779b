/** What a model is shown of the API's records: what it decides by, in few words. What is empty is left out, and nothing grows without bounds. */
import { z } from 'zod';
import type { DiagnosticRecord, SuggestionRecord } from '../../core/record.ts';
import { ApiPhase, ApiPlan, ApiTask, Attempt, Execution, type RepositoryShape } from '../shape.ts';
import { whatNext } from './advice.ts';

/** Characters of a text among others; whoever asks for one thing alone gets more of it. */
export const SOME_TEXT = 400;
export const MUCH_TEXT = 20_000;
const SUGGESTED_TEXT = 1_500;
const MAX_DIAGNOSTICS = 10;

const count = z.int().min(0);

const PlanLine = z
  .object({
    planId: z.string(),
    title: z.string(),
    description: z.string().optional(),
    status: ApiPlan.shape.status,
    pauseReason: z.string().optional(),
    next: z.string().optional().describe('What can be done now.'),
    file: z.string(),
    tasks: count,
    done: count.describe('Of its tasks.'),
    executionId: z.string().optional().describe('The run that is under way on this machine.'),
    currentTaskId: z.string().optional(),
    updatedAt: z.string().optional(),
    revision: z.string().describe('Of the file: for `revision` of a change.'),
    diagnostics: z.array(z.string()).optional().describe('What is wrong with it, the first ten.'),
  })
  .meta({ id: 'PlanLine' });

const PhaseLine = z
  .object({
    phaseId: z.string(),
    title: z.string(),
    description: z.string().optional(),
    executionMode: ApiPhase.shape.executionMode,
    pauseAfter: z.literal(true).optional(),
    status: ApiPhase.shape.status,
    tasks: count,
    done: count,
    agent: z.string().optional(),
    gates: z.array(z.string()).optional(),
    maxConcurrency: z.int().optional(),
  })
  .meta({ id: 'PhaseLine' });

const TaskLine = z
  .object({
    taskId: z.string(),
    phaseId: z.string(),
    title: z.string(),
    description: z.string().optional(),
    status: ApiTask.shape.status,
    dependsOn: z.array(z.string()).optional().describe('Ids of tasks.'),
    attempts: count.optional().describe('That have failed.'),
    attempt: z.int().optional().describe('The one that is under way.'),
    lastError: z.string().optional(),
    commit: z.string().optional(),
    approval: z.enum(['valid', 'void']).optional(),
    assignee: z.enum(['human']).optional(),
    canRunInParallel: z.literal(false).optional().describe('In a parallel phase nothing runs beside it.'),
    agent: z.string().optional(),
    run: z.string().optional(),
    gates: z.array(z.string()).optional(),
    files: z.array(z.string()).optional(),
    allowNoChanges: z.literal(true).optional(),
    estimate: z.string().optional(),
    maxAttempts: z.int().optional(),
    timeout: z.string().optional(),
    maxBudgetUsd: z.number().optional(),
    model: z.string().optional(),
  })
  .meta({ id: 'TaskLine' });

const AttemptLine = z
  .object({
    attempt: z.int(),
    executionId: z.string(),
    outcome: z.string().optional().describe('Left out while it is under way.'),
    reason: z.string().optional(),
    agent: z.string().optional(),
    startedAt: z.string().optional(),
    seconds: z.number().optional(),
    costUsd: z.number().optional(),
    gates: z.array(z.object({ name: z.string(), status: z.string(), tail: z.string().optional() })).optional(),
  })
  .meta({ id: 'AttemptLine' });

const SuggestionLine = z
  .object({
    id: z.string().describe('For plans_apply.'),
    type: z.string(),
    target: z.string(),
    title: z.string(),
    reasoning: z.string(),
    before: z.string().optional(),
    after: z.string().optional(),
    problem: z.string().optional().describe('Why it cannot be applied now.'),
  })
  .meta({ id: 'SuggestionLine' });

const RepositoryLine = z
  .object({
    repositoryId: z.string(),
    name: z.string(),
    branch: z.string().optional(),
    operation: z.string().optional().describe('What is half done in git: a merge, a rebase.'),
    plans: count,
    spentTodayUsd: z.number().optional().describe('Left out where a price is not known.'),
    dayBudgetUsd: z.number(),
  })
  .meta({ id: 'RepositoryLine' });

const RunLine = Execution.pick({ planId: true, startedAt: true, tasks: true }).extend({ executionId: z.string() }).meta({ id: 'RunLine' });

export const SHOWN = { PlanLine, PhaseLine, TaskLine, AttemptLine, SuggestionLine, RepositoryLine, RunLine } as const;

/** Of the answer to a change. */
export const commit = z
  .string()
  .optional()
  .describe('The commit that it made; left out where the file says so already, or where the runner that is at work will make it.');
/** Of a page. */
export const next = z.string().optional().describe('For `after` of the next page; left out at the last.');

type Line<S extends z.ZodObject> = z.infer<S>;

export function planLine(plan: ApiPlan, most = SOME_TEXT): Line<typeof PlanLine> {
  return said({
    planId: plan.id,
    title: plan.title,
    description: cut(plan.description, most),
    status: plan.status,
    pauseReason: plan.pauseReason,
    next: whatNext(plan),
    file: plan.sourceFile,
    tasks: plan.totalTasks,
    done: plan.completedTasks,
    executionId: plan.executionId,
    currentTaskId: plan.status === 'completed' ? null : plan.currentTaskId,
    updatedAt: plan.updatedAt,
    revision: plan.revision,
    diagnostics: some(plan.diagnostics.slice(0, MAX_DIAGNOSTICS).map(diagnosticLine)),
  });
}

export function phaseLine(phase: ApiPhase): Line<typeof PhaseLine> {
  const { id, title, description, executionMode, pauseAfter, status, totalTasks, completedTasks, agent, gates, maxConcurrency } = phase;
  return said({
    phaseId: id,
    title,
    description: cut(description, SOME_TEXT),
    executionMode,
    pauseAfter: pauseAfter ? true : null,
    status,
    tasks: totalTasks,
    done: completedTasks,
    agent,
    gates,
    maxConcurrency,
  });
}

/** `isParallel`: its phase is. */
export function taskLine(task: ApiTask, isParallel: boolean, most = SOME_TEXT): Line<typeof TaskLine> {
  const { agent, run, gates, files, estimate, maxAttempts, timeout, maxBudgetUsd, model, assignee, approval, attempt } = task;
  return said({
    taskId: task.id,
    phaseId: task.phaseId,
    title: task.title,
    description: cut(task.description, most),
    status: task.status,
    dependsOn: some(task.dependsOn),
    attempts: task.attempts === 0 ? null : task.attempts,
    attempt,
    lastError: task.lastError === null ? null : cut(task.lastError, most),
    commit: task.commitSha,
    approval,
    assignee,
    canRunInParallel: isParallel && !task.canRunInParallel ? false : null,
    agent,
    run,
    gates,
    files,
    allowNoChanges: task.allowNoChanges ? true : null,
    estimate,
    maxAttempts,
    timeout,
    maxBudgetUsd,
    model,
  });
}

export function attemptLine({ attempt, executionId, outcome, reason, agent, startedAt, durationMs, costUsd, gates }: Attempt) {
  return said<Line<typeof AttemptLine>>({
    attempt,
    executionId,
    outcome,
    reason,
    agent,
    startedAt,
    seconds: durationMs === null ? null : Math.round(durationMs / 1000),
    costUsd,
    gates: some(gates.map(({ name, status, tail }) => said({ name, status, tail: status === 'failed' ? tail : null }))),
  });
}

export function suggestionLine({ id, type, target, title, reasoning, before, after, problem }: SuggestionRecord) {
  return said<Line<typeof SuggestionLine>>({
    id,
    type,
    target,
    title,
    reasoning,
    before: before === null ? null : cut(before, SUGGESTED_TEXT),
    after: cut(after, SUGGESTED_TEXT),
    problem,
  });
}

export function repositoryLine({ id, name, branch, operation, plans, spentTodayUsd, dayBudgetUsd }: RepositoryShape) {
  return said<Line<typeof RepositoryLine>>({ repositoryId: id, name, branch, operation, plans, spentTodayUsd, dayBudgetUsd });
}

export function runLine({ id, planId, startedAt, tasks }: Execution): Line<typeof RunLine> {
  return { executionId: id, planId, startedAt, tasks };
}

export function diagnosticLine({ line, column, severity, message, rule }: DiagnosticRecord): string {
  return `${line}:${column} ${severity}: ${message} (${rule})`;
}

/** The beginning of a text, and a sign that there is more. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}… (${text.length - most} characters more)`;
}

type Unsaid<T> = { readonly [K in keyof T]: T[K] | null };

/** Without the keys that say nothing: null, and an empty text. An empty list may say something: that no gate is run. */
export function said<T extends object>(record: Unsaid<T>): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== '')) as T;
}

function some<T>(list: readonly T[]): T[] | null {
  return list.length === 0 ? null : [...list];
}
