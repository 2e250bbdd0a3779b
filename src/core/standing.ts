/** Where a plan and its phases stand, from the boxes alone: what the rows of the cache say. */
import { isDone, isOpen, type Phase, type PhaseStatus, type Plan, type PlanStatus, type TaskStatus } from './plan.ts';

interface PhaseStanding {
  readonly status: PhaseStatus;
  readonly totalTasks: number;
  /** Ticked ones; a skipped task is done, but not completed. */
  readonly completedTasks: number;
  readonly failedTasks: number;
}

export interface PlanStanding {
  /** As the file says, except that a completed plan with open tasks is paused. */
  readonly status: PlanStatus;
  /** Whether the plan says `completed` and has open tasks again. */
  readonly reopened: boolean;
  readonly totalPhases: number;
  readonly completedPhases: number;
  readonly totalTasks: number;
  readonly completedTasks: number;
  /** The first phase, and in it the first task, that is not done. */
  readonly currentPhaseId: string | null;
  readonly currentTaskId: string | null;
  /** One for each phase, in order. */
  readonly phases: readonly PhaseStanding[];
}

export function standingOf(plan: Plan): PlanStanding {
  const current = plan.phases.find((phase) => phase.tasks.some(isOpen));
  const reopened = plan.status === 'completed' && current !== undefined;
  const status = reopened ? 'paused' : plan.status;
  const phases = plan.phases.map((phase) => phaseStanding(phase, phase === current ? status : null));
  return {
    status,
    reopened,
    totalPhases: phases.length,
    completedPhases: phases.filter((phase) => phase.status === 'completed').length,
    totalTasks: phases.reduce((total, phase) => total + phase.totalTasks, 0),
    completedTasks: phases.reduce((total, phase) => total + phase.completedTasks, 0),
    currentPhaseId: current?.id ?? null,
    currentTaskId: current?.tasks.find(isOpen)?.id ?? null,
    phases,
  };
}

/** Of the phase that is the plan's turn, the plan's own status says whether it runs or waits. */
function phaseStanding(phase: Phase, planStatus: PlanStatus | null): PhaseStanding {
  const count = (status: TaskStatus): number => phase.tasks.filter((task) => task.status === status).length;
  const failedTasks = count('failed');
  let status: PhaseStatus = 'pending';
  if (phase.tasks.length > 0 && phase.tasks.every(isDone)) status = 'completed';
  else if (failedTasks > 0) status = 'failed';
  else if (planStatus === 'running' || planStatus === 'paused') status = planStatus;
  return { status, totalTasks: phase.tasks.length, completedTasks: count('completed'), failedTasks };
}
