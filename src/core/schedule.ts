/**
 * What may start now, and why the rest may not. One decision, read by the executor (what to do next) and by
 * `plans next` (what to tell a person), so that the two can never disagree.
 *
 * Phases open one after another: the first phase with an open task is the open phase. Within it
 *
 * - `sequential`: one task has the turn, the first in the document whose dependencies in the phase are done;
 * - `manual`: the same, and the turn needs a person's approval;
 * - `parallel`: every task whose dependencies are done.
 *
 * A task is open until it is completed or skipped. A failed task stays open and is never ready: a retry makes
 * it pending again, a person ticks or skips it.
 */
import { isOpen, type ExecutionMode, type PlanStatus, type TaskStatus } from './plan.ts';

/** What scheduling reads of a task. `Task` fits. */
export interface ScheduledTask {
  readonly id: string;
  readonly status: TaskStatus;
  readonly dependsOn: readonly string[];
  readonly canRunInParallel: boolean | undefined;
  readonly assignee: 'human' | undefined;
  /** What a person's approval in the file is worth. */
  readonly approval?: 'valid' | 'void' | undefined;
}

/** What scheduling reads of a phase. `Phase` fits. */
export interface ScheduledPhase<T extends ScheduledTask = ScheduledTask> {
  readonly id: string;
  readonly executionMode: ExecutionMode;
  readonly tasks: readonly T[];
}

/** What scheduling reads of a plan. `Plan` fits. */
export interface ScheduledPlan<T extends ScheduledTask = ScheduledTask> {
  readonly status: PlanStatus;
  readonly phases: readonly ScheduledPhase<T>[];
}

/** What the file does not say: only a live run knows it. Both default to none. */
export interface LiveTasks {
  /** Ids of tasks that run at this moment. */
  readonly running?: ReadonlySet<string>;
  /** Ids of tasks of manual phases that a person has approved by naming them; an approval in the file counts by itself. */
  readonly approved?: ReadonlySet<string>;
}

/** One reason why a task may not start. Union on `type`; `task` and `phase` are ids. */
export type WaitReason =
  /** The plan is a draft, or was given up. */
  | { readonly type: 'plan-status'; readonly status: 'draft' | 'failed' }
  /** It runs already. */
  | { readonly type: 'task-running' }
  /** Its last attempt failed. */
  | { readonly type: 'task-failed' }
  /** An earlier phase is open. */
  | { readonly type: 'phase-before'; readonly phase: string }
  /** A dependency is open. */
  | { readonly type: 'dependency'; readonly task: string }
  /** A dependency failed. */
  | { readonly type: 'dependency-failed'; readonly task: string }
  /** Another task of its sequential or manual phase has the turn. */
  | { readonly type: 'task-before'; readonly task: string }
  /** `task` runs, and the two may not run beside each other. */
  | { readonly type: 'runs-alone'; readonly task: string }
  /** `assignee: human`: a person does it and ticks the box. */
  | { readonly type: 'human-task' }
  /** A manual phase: a person approves each task. */
  | { readonly type: 'needs-approval' }
  /** It was approved, and has been edited since. */
  | { readonly type: 'approval-void' };

/** One open task. `because` is empty exactly when `ready` is true; else it holds every reason, the widest first. */
export interface Readiness<T extends ScheduledTask = ScheduledTask> {
  readonly phase: string;
  readonly task: T;
  readonly ready: boolean;
  readonly because: readonly WaitReason[];
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Every open task in document order, and whether it may start now. Each answer holds for one start: start one,
 * add it to `live.running`, ask again. In a valid plan something is ready, runs, or waits for a person
 * ({@link waitsForPerson}), as long as anything is open and the plan is neither a draft nor failed.
 */
export function readiness<T extends ScheduledTask>(plan: ScheduledPlan<T>, live: LiveTasks = {}): Readiness<T>[] {
  const running = live.running ?? NOBODY;
  const approved = live.approved ?? NOBODY;
  const tasks = new Map(plan.phases.flatMap((phase) => phase.tasks.map((task) => [task.id, task] as const)));
  const openPhase = plan.phases.find((phase) => phase.tasks.some(isOpen));
  const answers: Readiness<T>[] = [];
  for (const phase of plan.phases) {
    const inOrder = phase.executionMode !== 'parallel';
    const turn = phase === openPhase && inOrder ? turnOf(phase, running) : undefined;
    const beside = phase === openPhase ? runningBeside(phase, running) : undefined;
    for (const task of phase.tasks) {
      if (!isOpen(task)) continue;
      const because: WaitReason[] = [];
      if (plan.status === 'draft' || plan.status === 'failed') because.push({ type: 'plan-status', status: plan.status });
      if (running.has(task.id)) because.push({ type: 'task-running' });
      else {
        if (openPhase !== undefined && phase !== openPhase) because.push({ type: 'phase-before', phase: openPhase.id });
        because.push(...dependencies(task, tasks));
        if (turn !== undefined && turn !== task) because.push({ type: 'task-before', task: turn.id });
        const other = beside?.(task);
        if (other !== undefined && other !== turn?.id) because.push({ type: 'runs-alone', task: other });
        if (task.status === 'failed') because.push({ type: 'task-failed' });
        if (task.assignee === 'human') because.push({ type: 'human-task' });
        else if (phase.executionMode === 'manual' && !approved.has(task.id) && task.approval !== 'valid')
          because.push({ type: task.approval === 'void' ? 'approval-void' : 'needs-approval' });
      }
      answers.push({ phase: phase.id, task, ready: because.length === 0, because });
    }
  }
  return answers;
}

/** The first task that nothing but a person keeps from starting (failed, a human's, or to be approved). */
export function waitsForPerson<T extends ScheduledTask>(answers: readonly Readiness<T>[]): Readiness<T> | undefined {
  return answers.find((answer) => !answer.ready && answer.because.every((reason) => PERSON.has(reason.type)));
}

const PERSON: ReadonlySet<WaitReason['type']> = new Set(['task-failed', 'human-task', 'needs-approval', 'approval-void']);

/**
 * The one task of an ordered phase that may go: what runs keeps the turn, else the first open task that waits for no
 * open task of the phase. Document order alone would block for good on a task that depends on one below it.
 */
function turnOf<T extends ScheduledTask>(phase: ScheduledPhase<T>, running: ReadonlySet<string>): T | undefined {
  const open = phase.tasks.filter(isOpen);
  const ids = new Set(open.map((task) => task.id));
  return open.find((task) => running.has(task.id)) ?? open.find((task) => task.dependsOn.every((id) => !ids.has(id))) ?? open[0];
}

/** The task that runs now and that `task` of the open phase may not run beside, if any. */
function runningBeside(phase: ScheduledPhase, running: ReadonlySet<string>): ((task: ScheduledTask) => string | undefined) | undefined {
  const [first] = running;
  if (first === undefined) return undefined;
  // What was begun in another phase (its file was edited meanwhile), or has left the plan, runs to its end alone.
  const here = new Map(phase.tasks.map((task) => [task.id, task]));
  const alone = [...running].find((id) => here.get(id)?.canRunInParallel === false || !here.has(id));
  const inOrder = phase.executionMode !== 'parallel';
  return (task) => alone ?? (inOrder || task.canRunInParallel === false ? first : undefined);
}

function dependencies(task: ScheduledTask, tasks: ReadonlyMap<string, ScheduledTask>): WaitReason[] {
  const waits: WaitReason[] = [];
  for (const id of task.dependsOn) {
    const other = tasks.get(id);
    // An id that stands nowhere is an error of the plan; until it is mended, waiting is the safe answer.
    if (other === undefined || other.status === 'pending') waits.push({ type: 'dependency', task: id });
    else if (other.status === 'failed') waits.push({ type: 'dependency-failed', task: id });
  }
  return waits;
}
