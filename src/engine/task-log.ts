/** The commits of tasks, as their trailers tell of them. */
import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { Commit } from '../adapters/git/git.ts';
import { revertedCommits } from '../core/rollback.ts';
import type { TaskEvidence } from '../core/evidence.ts';
import { readTrailers } from '../core/trailer.ts';
import { listPaths } from './list-history.ts';
import type { Workspace } from './workspace.ts';

export interface TaskLogEntry {
  readonly commit: Commit;
  readonly evidence: TaskEvidence;
  /** The commit that took it back; null where it stands. */
  readonly revertedBy: string | null;
}

/**
 * At most so many, newest first, of one plan or of all. A task's commit ticks its box, so that only commits which touch the plan's file, or a list that is carried out where it is, need be read.
 */
export async function readTaskLog(workspace: Workspace, plan: string | undefined, limit: number): Promise<readonly TaskLogEntry[]> {
  const file = plan === undefined ? workspace.plansFolder : workspace.planPath(plan);
  const lists = plan !== undefined && existsSync(file) ? [] : listPaths(workspace);
  const paths = [pathIn(workspace, file), ...lists];
  if ((await workspace.git.head()).commit === null) return [];
  // Most commits of a plan are its tasks'; where they are not, more is read.
  for (let ask = limit * 2 + 20; ; ask *= 4) {
    const commits = await workspace.git.log({ paths, limit: ask });
    const said = commits.map((commit) => ({ ...commit, evidence: readTrailers(commit.trailers) }));
    // A revert is newer than what it takes back, and clears a box in the same file: it has been read too.
    const reverted = revertedCommits(said);
    const entries = said.flatMap(({ evidence, ...commit }): TaskLogEntry[] => {
      if (evidence === null || 'event' in evidence || 'iteration' in evidence) return [];
      return plan === undefined || evidence.plan === plan ? [{ commit, evidence, revertedBy: reverted.get(commit.id) ?? null }] : [];
    });
    if (entries.length >= limit || commits.length < ask) return entries.slice(0, limit);
  }
}

/** As JSON: what `plans log --json` prints of one. */
export function logRecord({ commit, evidence, revertedBy }: TaskLogEntry) {
  const { plan, phase, task, attempt, maxAttempts, agent, session, durationMs, tokens, costUsd, gates, flags = [] } = evidence;
  return {
    commit: commit.id,
    committedAt: new Date(commit.committedAt).toISOString(),
    subject: commit.subject,
    plan,
    phase,
    task,
    attempt,
    maxAttempts,
    agent,
    session,
    durationMs,
    tokens,
    costUsd,
    gates,
    flags,
    revertedBy,
  };
}

function pathIn({ root }: Workspace, file: string): string {
  return relative(root, file).split(sep).join('/');
}
