/**
 * What an attempt did that it may not do, and that its runner was killed too early to put back: whoever takes the plan's lock next does it,
 * before anything else. Git is not asked for anything that it might run a program for until its settings are back.
 */
import { CONFIG_FILES } from '../adapters/config.ts';
import { killGroup, killMarked } from '../adapters/process/group.ts';
import { isAlive } from '../adapters/process/identity.ts';
import { Problem } from '../core/problem.ts';
import type { Redaction } from '../core/redact.ts';
import { movedBy, reflogMark } from './guard.ts';
import { putBackHead, whereLeft } from './head.ts';
import { readJournal, type JournalEntry } from './journal.ts';
import { plansKeys } from './package-key.ts';
import { recoverSettings } from './settings.ts';
import { listed } from './work.ts';
import type { Workspace } from './workspace.ts';

/** Only one key of it is the config. */
const PACKAGE = 'package.json';

/** Whether the last runner of a plan was killed in an attempt. */
export function wasCutOff({ git }: Workspace, planId: string): boolean {
  return readJournal(git.commonDir, planId).length > 0;
}

/** Ends what outlived the runner, and puts back git's settings and HEAD. One entry for each thing that was put back. */
export async function recover(workspace: Workspace, planId: string, redaction: Redaction): Promise<readonly string[]> {
  const entries = readJournal(workspace.git.commonDir, planId);
  const [first] = entries;
  if (first === undefined) return [];
  await killMarked(`PLANS_RUN_ID=${first.run}`, null);
  for (const { process: left } of entries) if (left !== undefined && isAlive(left.pid, left.started)) await killGroup(left.pid);
  const putBack = [...recoverSettings(workspace, planId, first, redaction)];
  for (const entry of entries) putBack.push(...(await recoverHead(workspace, planId, entry, redaction)));
  return putBack;
}

async function recoverHead({ git }: Workspace, planId: string, entry: JournalEntry, redaction: Redaction): Promise<readonly string[]> {
  const { task, before, run, guarded } = entry;
  if (guarded === null || git.name !== 'git') return [];
  const { head: expected, since, reflog } = guarded;
  const isAgents = movedBy(git, reflogMark({ runId: run }), reflog);
  const found = isAgents ? await putBackHead({ git, planId, task, expected, before, since, redaction }, true) : null;
  if (found === null) return [];
  // Committed is staged too: the plan would count as changed, though its file says what HEAD says.
  const theirs = await git.diff(expected.commit, found.from.commit);
  await git.unstage(theirs.map(({ path }) => path));
  const kept = found.ref === null ? '' : `; its commits are kept under ${found.ref}`;
  return [`HEAD, which the attempt had left at ${whereLeft(found, expected)}${kept}`];
}

/**
 * Refuses where the config may be the agent's of an attempt that was cut off: it says what is run and checked, and by now it is in force.
 * Nobody can tell it from a person's change since, so that nothing is put back.
 */
export async function checkConfig({ git }: Workspace, planId: string): Promise<void> {
  const entry = readJournal(git.commonDir, planId).find(({ guarded }) => guarded !== null);
  if (entry === undefined || entry.guarded === null) return;
  const dirty = new Set([...entry.guarded.dirty, ...entry.before.dirty.keys()]);
  const { head, changes } = await git.status(CONFIG_FILES);
  const changed = changes.map(({ path }) => path).filter((path) => path !== PACKAGE && !dirty.has(path));
  if (head.commit !== null && !dirty.has(PACKAGE) && (await plansKeys(git, head.commit)) !== null) changed.push(PACKAGE);
  if (changed.length === 0) return;
  throw new Problem(
    `The last run was cut short in an attempt, and ${listed(changed)} changed since that began, perhaps by its agent. Look at it (git diff), commit it or put it back, then run this again.`,
  );
}
