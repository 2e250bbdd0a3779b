/** What a crash left: ended, kept, or put back, so that a run begins on what git says. */
import { recoverFiles } from '../adapters/files.ts';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { forgetWorktree, halfMadeWorktrees } from '../adapters/git/left-locks.ts';
import { openGit } from '../adapters/git/open.ts';
import { spendingOf, toCost } from '../core/budget.ts';
import { checkPlan } from '../core/lint.ts';
import { isOpen, type Plan } from '../core/plan.ts';
import { Problem } from '../core/problem.ts';
import { findTask } from '../core/progress.ts';
import { reclaim } from '../core/reclaim.ts';
import type { Redaction } from '../core/redact.ts';
import { takeBack } from './carry.ts';
import { isProtected } from './context.ts';
import { readDecisions } from './decisions.ts';
import { readJournal } from './journal.ts';
import type { JournalEntry } from './journal.ts';
import { attemptMessage, lastEvidence, leftBy, nextAttemptRef, type Left } from './kept.ts';
import { COMMAND } from './lock.ts';
import { readHolder, takeFile } from './lock-file.ts';
import { committedPlan, type PlanFile } from './plan-file.ts';
import { worktreeLock } from './pool.ts';
import { changesSince, takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { scrub } from './scrub.ts';
import type { Workspace } from './workspace.ts';

export interface Mended {
  /** What is dirty: a person's, or what an attempt left. */
  readonly base: Snapshot;
  /** What of the plan file, and of what a killed run was bringing in, was put back to what git says. */
  readonly putBack: readonly string[];
  /** Open tasks of whose last attempt, be it cut short or failed, something is in the checkout still. */
  readonly left: ReadonlyMap<string, Left>;
}

interface Present {
  /** The commit the run stands on. */
  readonly head: string;
  readonly redaction: Redaction;
}

/** Called under the lock and once git's settings are recovered, before a run changes anything. */
export async function mend(workspace: Workspace, plan: PlanFile, now: Present): Promise<Mended> {
  const { git } = workspace;
  recoverFiles(`${workspace.plansFolder}/`);
  await git.recover();
  await finishWorktrees(workspace, now.head);
  const putBack: string[] = [];
  const entries = readJournal(git.commonDir, plan.plan.id);
  const [first] = entries;
  if (first !== undefined) {
    putBack.push(...(await reclaimPlan(workspace, plan, readDecisions(git.commonDir, plan.plan.id, first.run))));
    for (const entry of entries) {
      // What stands in the checkout is the person's own, as it was when they asked for the command.
      if (entry.run.startsWith(COMMAND)) continue;
      putBack.push(...(await takeOut(workspace, plan, entry)));
      await keepHalfDone(workspace, plan, entry, now);
    }
  }
  const snapshot = await takeSnapshot(git, (path) => isProtected(workspace, path));
  if (snapshot.dirty.size === 0) return { base: snapshot, putBack, left: new Map() };
  const open = plan.plan.phases.flatMap((phase) => phase.tasks).filter(isOpen);
  const kept = await leftBy(
    git,
    plan.plan.id,
    open.map(({ id }) => id),
  );
  const left = new Map([...kept].filter(([, { paths }]) => paths.some((path) => snapshot.dirty.has(path))));
  return { base: snapshot, putBack, left };
}

/**
 * What the file says since the last commit was written while an attempt was under way: perhaps by its agent, perhaps by the runner that
 * was about to commit a tick. Git says what counts; ticks, statuses and keys that are code go back to that.
 */
async function reclaimPlan(workspace: Workspace, plan: PlanFile, decided: ReadonlySet<string>): Promise<readonly string[]> {
  const bytes = await workspace.git.readFile('HEAD', plan.path);
  if (bytes === null) return [];
  const parse = (text: string): Plan => checkPlan(text, plan.plan.id, { known: workspace.known, cache: workspace.cache }).plan;
  const committed = committedPlan(workspace, plan.plan.id, bytes);
  if (committed === null || committed.text === plan.text) return [];
  const before = committed.plan;
  const { putBack } = reclaim(before, plan.text, parse, decided);
  if (putBack.length === 0) return [];
  const back = (text: string) => ({ edits: [{ offset: 0, length: text.length, text: reclaim(before, text, parse, decided).text }] });
  const writing = await plan.edit(back, { once: true });
  if (writing.type === 'failed')
    throw new Problem(`What a run that was cut off left in ${plan.path} could not be put back: ${writing.message}`);
  return putBack;
}

/** Worktrees that a killed run had only begun to make. Nobody has worked in one, but git counts it, and calls a branch broken that it stands on. */
async function finishWorktrees({ git, root: checkout, stateFolder }: Workspace, head: string): Promise<void> {
  const folder = join(stateFolder, 'worktrees');
  for (const { root, gitDir } of halfMadeWorktrees(git.commonDir)) {
    if (dirname(root) !== folder || !existsSync(folder)) continue;
    const lock = takeFile(worktreeLock(root), checkout, 'mend');
    // Another plan's run is making it.
    if ('holder' in lock) continue;
    try {
      const opened = await openGit(root).catch(() => null);
      if (opened?.gitDir === gitDir) await opened.finishWorktree(head);
      else forgetWorktree({ root, gitDir });
      await opened?.close();
    } finally {
      lock.release();
    }
  }
}

/** What the attempt had changed, kept as any other attempt that did not pass. */
async function keepHalfDone(workspace: Workspace, plan: PlanFile, entry: JournalEntry, { head, redaction }: Present): Promise<void> {
  if (findTask(plan.plan, entry.task)?.status !== 'pending') return;
  // Another plan's run works in that worktree by now, or did: what it found there, it has kept.
  if (entry.folder !== null && (readHolder(worktreeLock(entry.folder))?.run ?? entry.run) !== entry.run) return;
  const git = entry.folder === null ? workspace.git : await openGit(entry.folder).catch(() => null);
  if (git === null) return;
  try {
    const parent = entry.folder === null ? head : entry.before.head.commit;
    const { work } = await changesSince(git, entry.before, (path) => isProtected(workspace, path));
    if (parent === null) return;
    const { id } = plan.plan;
    // Killed between this and the new journal: it is kept already, and what it cost must not count twice.
    const last = await lastEvidence(workspace.git, id, entry.task);
    if (last !== null && last.run === entry.run && last.attempt === entry.attempt && last.outcome === 'interrupted') return;
    const { run, task, attempt } = entry;
    const cost = toCost(entry.usage && spendingOf(entry.usage));
    const evidence = { plan: id, task, attempt, run, outcome: 'interrupted', gates: [], ...cost };
    const message = attemptMessage(evidence, '');
    scrub(git.root, work, redaction);
    const kept = await git.keep({ paths: work, parent, message });
    await workspace.git.updateRef(await nextAttemptRef(workspace.git, id, entry.task), kept, null);
  } finally {
    if (git !== workspace.git) await git.close();
  }
}

/** Files that were brought into the checkout for a commit that never came go back; the worktree has them. Says where something else was there by now. */
async function takeOut({ git }: Workspace, plan: PlanFile, { landing, folder, task }: JournalEntry): Promise<readonly string[]> {
  const paths = new Set(landing);
  if (paths.size === 0 || folder === null) return [];
  const { head, changes } = await git.status([...paths]);
  const left = changes.map(({ path }) => path).filter((path) => paths.has(path));
  if (head.commit === null || left.length === 0) return [];
  const theirs = await takeBack(git, head.commit, { from: folder, paths: left, planId: plan.plan.id, task });
  return theirs === null ? [] : [theirs];
}
