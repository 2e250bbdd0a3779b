/** What a crash left: ended, kept, or put back, so that a run begins on what git says. */
import { recoverFiles } from '../adapters/files.ts';
import { killMarked } from '../adapters/process/group.ts';
import { checkPlan } from '../core/lint.ts';
import type { Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { findTask } from '../core/progress.ts';
import { reclaim } from '../core/reclaim.ts';
import { isProtected } from './context.ts';
import { readJournal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { keptPaths, nextAttemptRef } from './kept.ts';
import type { PlanFile } from './plan-file.ts';
import { changesSince, takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import type { Workspace } from './workspace.ts';

export interface Mended {
  /** What is dirty and a person's: what an attempt left, be it cut short or failed, is its task's and not among it. */
  readonly base: Snapshot;
  /** What of the plan file was put back to what git says. */
  readonly putBack: readonly string[];
}

/** Called under the lock, before a run changes anything. */
export async function mend(workspace: Workspace, plan: PlanFile, head: string): Promise<Mended> {
  const { git } = workspace;
  recoverFiles(`${workspace.plansFolder}/`);
  let putBack: readonly string[] = [];
  const journal = readJournal(git.commonDir, plan.plan.id);
  if (journal !== null) {
    await killMarked(`PLANS_RUN_ID=${journal.run}`, null);
    putBack = await reclaimPlan(workspace, plan);
    await keepHalfDone(workspace, plan, journal, head);
  }
  const snapshot = await takeSnapshot(git, (path) => isProtected(workspace, path));
  if (snapshot.dirty.size === 0) return { base: snapshot, putBack };
  const dirty = new Map(snapshot.dirty);
  for (const task of plan.plan.phases.flatMap((phase) => phase.tasks)) {
    if (task.status !== 'pending' && task.status !== 'failed') continue;
    for (const path of await keptPaths(git, plan.plan.id, task.id)) dirty.delete(path);
  }
  return { base: { ...snapshot, dirty }, putBack };
}

/**
 * What the file says since the last commit was written while an attempt was under way: perhaps by its agent, perhaps by the runner that
 * was about to commit a tick. Git says what counts; ticks, statuses and keys that are code go back to that.
 */
async function reclaimPlan(workspace: Workspace, plan: PlanFile): Promise<readonly string[]> {
  const bytes = await workspace.git.readFile('HEAD', plan.path);
  if (bytes === null) return [];
  const parse = (text: string): Plan => checkPlan(text, plan.plan.id, { known: workspace.known, cache: workspace.cache }).plan;
  const committed = new TextDecoder().decode(bytes);
  if (committed === plan.text) return [];
  const before = parse(committed);
  const { putBack } = reclaim(before, plan.text, parse);
  if (putBack.length === 0) return [];
  const back = (text: string) => ({ edits: [{ offset: 0, length: text.length, text: reclaim(before, text, parse).text }] });
  const writing = await plan.edit(back, { once: true });
  if (writing.type === 'failed')
    throw new Problem(`What a run that was cut off left in ${plan.path} could not be put back: ${writing.message}`);
  return putBack;
}

/** What the attempt had changed, kept as any other attempt that did not pass. */
async function keepHalfDone(workspace: Workspace, plan: PlanFile, journal: JournalEntry, head: string): Promise<void> {
  const { git } = workspace;
  const { id } = plan.plan;
  if (findTask(plan.plan, journal.task)?.status !== 'pending') return;
  const { work } = await changesSince(git, journal.before, (path) => isProtected(workspace, path));
  if (work.length === 0) return;
  const message = `${id}/${journal.task}: attempt ${journal.attempt} interrupted\n\nPlan: ${id}\nPlan-Task: ${journal.task}\nPlan-Outcome: interrupted`;
  const kept = await git.keep({ paths: work, parent: head, message });
  await git.updateRef(await nextAttemptRef(git, id, journal.task), kept, null);
}
