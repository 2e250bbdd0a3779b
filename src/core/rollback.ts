/** Which task commits still stand, and who depends on them. */
import type { Plan } from './plan.ts';
import type { Evidence } from './evidence.ts';

export interface TaskCommit {
  readonly task: string;
  readonly id: string;
  readonly subject: string;
}

interface HistoryCommit {
  readonly id: string;
  readonly subject: string;
  readonly body: string;
  readonly evidence: Evidence | null;
}

/** What `git revert` writes into a message, and so do we. */
const REVERTS = /^This reverts commit ([0-9a-f]{40,64})\b/gm;

/**
 * The commit by which each task of a plan was landed last, newest first, without those that were reverted since: by an id that a later
 * message names, or, where a rebase has changed the ids, by the trailers. What a reverted revert took back stands again.
 */
export function standingCommits(planId: string, newestFirst: readonly HistoryCommit[]): readonly TaskCommit[] {
  const undone = new Set<string>();
  const seen = new Set<string>();
  const standing: TaskCommit[] = [];
  for (const { id, subject, body, evidence } of newestFirst) {
    if (undone.has(id)) continue;
    for (const [, reverted = ''] of body.matchAll(REVERTS)) undone.add(reverted);
    if (evidence === null || 'iteration' in evidence || evidence.plan !== planId || evidence.task === null) continue;
    if ('event' in evidence ? evidence.event !== 'reverted' : seen.has(evidence.task)) continue;
    if (!('event' in evidence)) standing.push({ task: evidence.task, id, subject });
    seen.add(evidence.task);
  }
  return standing;
}

/** Which task commits of a history were reverted since, and by which commit. What a reverted revert took back is not among them. */
export function revertedCommits(newestFirst: readonly HistoryCommit[]): ReadonlyMap<string, string> {
  const byId = new Map<string, string>();
  /** By plan and task: a revert whose trailers name it, and that has not met its commit yet. */
  const byTask = new Map<string, string>();
  const reverted = new Map<string, string>();
  for (const { id, body, evidence } of newestFirst) {
    const isTask = evidence !== null && !('iteration' in evidence) && evidence.task !== null;
    const key = isTask ? `${evidence.plan}\n${evidence.task}` : '';
    const isDone = isTask && !('event' in evidence);
    const by = byId.get(id) ?? (isDone ? byTask.get(key) : undefined);
    if (by !== undefined) {
      if (isDone) reverted.set(id, by);
      if (byTask.get(key) === by) byTask.delete(key);
      continue;
    }
    for (const [, other = ''] of body.matchAll(REVERTS)) byId.set(other, id);
    if (isTask && 'event' in evidence && evidence.event === 'reverted') byTask.set(key, id);
  }
  return reverted;
}

/** Completed tasks outside `gone` that depend on one of them, directly or through others; in document order. */
export function dependentsOf(plan: Plan, gone: ReadonlySet<string>): readonly string[] {
  const tasks = plan.phases.flatMap((phase) => phase.tasks);
  const reached = new Set(gone);
  // Each round reaches the next link of every chain.
  for (let size = 0; size !== reached.size;) {
    size = reached.size;
    for (const task of tasks) if (task.dependsOn.some((id) => reached.has(id))) reached.add(task.id);
  }
  return tasks.filter((task) => reached.has(task.id) && !gone.has(task.id) && task.status === 'completed').map(({ id }) => id);
}
