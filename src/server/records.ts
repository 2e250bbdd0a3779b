/** The cache's rows as the API gives them: ids made unique, what runs now laid over what the files say. */
import { durationText } from '../core/frontmatter.ts';
import type { LiveRecord, PhaseRecord, PlanExport, TaskRecord } from '../core/record.ts';
import type { Phase, Plan, Task } from '../core/plan.ts';
import { partIdOf, planIdOf } from './ids.ts';
import type { Served } from './served.ts';
import type { ApiPhase, ApiPlan, ApiTask, PlanDetail } from './shape.ts';

type Id = Pick<Served, 'id'>;

/** What is known of a plan beside its rows. */
export interface Beside {
  readonly revision: string;
  readonly live: LiveRecord | undefined;
  readonly resetsAt: string | null;
}

export function apiPlan(served: Id, { phases: _phases, tasks, iterations: _iterations, ...plan }: PlanExport, beside: Beside): ApiPlan {
  const part = (slug: string | null) => (slug === null ? null : partIdOf(served, plan.id, slug));
  const { live, revision, resetsAt } = beside;
  const task = live?.tasks[0]?.taskId ?? plan.currentTaskId;
  const phase = tasks.find(({ id }) => id === task)?.phaseId ?? plan.currentPhaseId;
  return {
    ...plan,
    id: planIdOf(served, plan.id),
    slug: plan.id,
    repositoryId: served.id,
    revision,
    currentPhaseId: part(phase),
    currentTaskId: part(task),
    executionId: live === undefined ? null : `${served.id}:${live.runId}`,
    resetsAt,
  };
}

/** A plan whole. `document` is what its file says beyond the rows. */
export function planDetail(served: Id, plan: PlanExport, document: Plan | null, beside: Beside): PlanDetail {
  const running = new Map(beside.live?.tasks.map((task) => [task.taskId, task.attempt]));
  const phases = new Map(document?.phases.map((phase) => [phase.id, phase]));
  const tasks = new Map(document?.phases.flatMap((phase) => phase.tasks.map((task) => [task.id, task])));
  const isRunning = (phase: PhaseRecord) => plan.tasks.some(({ id, phaseId }) => phaseId === phase.id && running.has(id));
  return {
    plan: apiPlan(served, plan, beside),
    phases: plan.phases.map((phase) => apiPhase(served, phase, phases.get(phase.id), isRunning(phase))),
    tasks: plan.tasks.map((task) => apiTask(served, task, tasks.get(task.id), running.get(task.id) ?? null)),
    iterations: plan.iterations.map((iteration) => ({ ...iteration, planId: planIdOf(served, iteration.planId) })),
  };
}

function apiPhase(served: Id, phase: PhaseRecord, says: Phase | undefined, isRunning: boolean): ApiPhase {
  return {
    ...phase,
    id: partIdOf(served, phase.planId, phase.id),
    planId: planIdOf(served, phase.planId),
    slug: phase.id,
    status: isRunning ? 'running' : phase.status,
    agent: says?.agent ?? null,
    gates: says?.gates?.slice() ?? null,
    maxConcurrency: says?.maxConcurrency ?? null,
  };
}

function apiTask(served: Id, task: TaskRecord, says: Task | undefined, attempt: number | null): ApiTask {
  const part = (slug: string) => partIdOf(served, task.planId, slug);
  return {
    ...task,
    id: part(task.id),
    planId: planIdOf(served, task.planId),
    phaseId: part(task.phaseId),
    slug: task.id,
    status: attempt === null ? task.status : 'running',
    dependsOn: task.dependsOn.map(part),
    attempt,
    agent: says?.agent ?? null,
    run: says?.run ?? null,
    gates: says?.gates?.slice() ?? null,
    files: says?.files?.slice() ?? null,
    allowNoChanges: says?.allowNoChanges ?? false,
    estimate: says?.estimate === undefined ? null : durationText(says.estimate),
    maxAttempts: says?.maxAttempts ?? null,
    timeout: says?.timeout === undefined ? null : durationText(says.timeout),
    maxBudgetUsd: says?.maxBudgetUsd ?? null,
    model: says?.model ?? null,
    assignee: says?.assignee ?? null,
    approval: says?.approval ?? null,
  };
}
