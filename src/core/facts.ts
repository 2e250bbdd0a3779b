/** What the commits say of one plan, folded oldest first. Pure, so that commit by commit and all at once come to the same. */
import { type PlanChanges } from './change.ts';
import type { Outline } from './outline.ts';
import type { TaskStatus } from './plan.ts';
import type { PlanEvidence, TaskEvidence } from './evidence.ts';

/** Times are ISO 8601 in UTC. */
export interface TaskFacts {
  createdAt: string | null;
  updatedAt: string | null;
  /** Of the commit that ticked it with evidence; the fields up to `startedAt` come from its trailers. */
  commitSha: string | null;
  attempts: number | null;
  lastQaResults: TaskEvidence['gates'] | null;
  sessionId: string | null;
  startedAt: string | null;
  completedAt: string | null;
}

export interface PhaseFacts {
  createdAt: string | null;
  updatedAt: string | null;
}

export interface PlanFacts {
  createdAt: string | null;
  updatedAt: string | null;
  startedAt: string | null;
  startingCommit: string | null;
  completedAt: string | null;
  pauseReason: string | null;
  readonly phases: Map<string, PhaseFacts>;
  readonly tasks: Map<string, TaskFacts>;
}

/** What folding needs of a commit. */
export interface CommitFacts {
  readonly id: string;
  readonly parent: string | null;
  readonly at: string;
}

export function noFacts(): PlanFacts {
  return {
    createdAt: null,
    updatedAt: null,
    startedAt: null,
    startingCommit: null,
    completedAt: null,
    pauseReason: null,
    phases: new Map(),
    tasks: new Map(),
  };
}

const NOT_DONE = { commitSha: null, attempts: null, lastQaResults: null, sessionId: null, startedAt: null, completedAt: null };

/** A commit that landed a task. */
export function foldTask(facts: PlanFacts, commit: CommitFacts, evidence: TaskEvidence): void {
  facts.updatedAt = commit.at;
  // The plan is completed in the very commit that ticks its last task: the newest tick stands in for an event of its own.
  facts.completedAt = commit.at;
  facts.tasks.set(evidence.task, {
    createdAt: facts.tasks.get(evidence.task)?.createdAt ?? null,
    updatedAt: commit.at,
    commitSha: commit.id,
    attempts: evidence.attempt,
    lastQaResults: evidence.gates,
    sessionId: evidence.session,
    startedAt: before(commit.at, evidence.durationMs),
    completedAt: commit.at,
  });
}

/** A commit in which the executor recorded something of the plan itself. */
export function foldPlan(facts: PlanFacts, commit: CommitFacts, evidence: PlanEvidence): void {
  facts.updatedAt = commit.at;
  facts.pauseReason = evidence.event === 'paused' || evidence.event === 'reverted' ? evidence.reason : null;
  if (evidence.event === 'started' && facts.startedAt === null) {
    facts.startedAt = commit.at;
    facts.startingCommit = commit.parent;
  }
  if (evidence.event === 'completed' || evidence.event === 'failed') facts.completedAt = commit.at;
  const task = evidence.task === null ? undefined : facts.tasks.get(evidence.task);
  // What was taken back is as if it had not been done.
  if (task !== undefined) Object.assign(task, evidence.event === 'reverted' ? NOT_DONE : {}, { updatedAt: commit.at });
}

/** Any other commit that touches the file: what it changed, and the plan it left (null where it deleted it). */
export function foldIteration(facts: PlanFacts, commit: CommitFacts, changes: PlanChanges, after: Outline | null): void {
  if (after === null) {
    Object.assign(facts, { ...noFacts(), phases: facts.phases, tasks: facts.tasks });
    facts.phases.clear();
    facts.tasks.clear();
    return;
  }
  facts.createdAt ??= commit.at;
  facts.updatedAt = commit.at;
  foldPhases(facts, commit.at, changes);
  foldTasks(facts, commit.at, changes, after);
}

function foldPhases(facts: PlanFacts, at: string, changes: PlanChanges): void {
  const created = renamed(facts.phases, changes.modified.phases);
  for (const { id } of changes.removed.phases) facts.phases.delete(id);
  for (const { id } of changes.added.phases) facts.phases.set(id, { createdAt: at, updatedAt: at });
  for (const { id } of [...changes.modified.phases, ...changes.moved.phases]) {
    facts.phases.set(id, { createdAt: (created.get(id) ?? facts.phases.get(id))?.createdAt ?? null, updatedAt: at });
  }
}

function foldTasks(facts: PlanFacts, at: string, changes: PlanChanges, after: Outline): void {
  const known = renamed(facts.tasks, changes.modified.tasks);
  for (const { id } of changes.removed.tasks) facts.tasks.delete(id);
  const status = statuses(after, changes);
  for (const { id } of changes.added.tasks) {
    facts.tasks.set(id, { createdAt: at, updatedAt: at, ...NOT_DONE, completedAt: status.get(id) === 'completed' ? at : null });
  }
  for (const { id } of changes.moved.tasks) {
    const task = known.get(id) ?? facts.tasks.get(id);
    facts.tasks.set(id, { ...(task ?? { createdAt: null, ...NOT_DONE }), updatedAt: at });
  }
  for (const { id, fields } of changes.modified.tasks) {
    const task = known.get(id) ?? facts.tasks.get(id) ?? { createdAt: null, ...NOT_DONE };
    // A box ticked or cleared by hand takes back what the executor's commit said of it.
    const done = fields.includes('status') ? { ...NOT_DONE, completedAt: status.get(id) === 'completed' ? at : null } : {};
    facts.tasks.set(id, { ...task, ...done, updatedAt: at });
  }
}

/** Takes the facts of items that got another id out of `facts`; answers them by their new id. */
function renamed<T>(
  facts: Map<string, T>,
  items: readonly { readonly id: string; readonly was?: string | undefined }[],
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const { id, was } of items) {
    const fact = was === undefined ? undefined : facts.get(was);
    if (fact !== undefined) found.set(id, fact);
  }
  for (const { was } of items) if (was !== undefined) facts.delete(was);
  return found;
}

function statuses(after: Outline, changes: PlanChanges): ReadonlyMap<string, TaskStatus> {
  const wanted = new Set([...changes.added.tasks, ...changes.modified.tasks].map(({ id }) => id));
  const found = new Map<string, TaskStatus>();
  for (const phase of after.phases) for (const task of phase.tasks) if (wanted.has(task.id)) found.set(task.id, task.status);
  return found;
}

function before(at: string, durationMs: number): string {
  return new Date(Date.parse(at) - durationMs).toISOString();
}
