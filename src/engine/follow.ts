/** What a person commits on the branch while tasks work apart: taken as the new head, on which they come together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Head } from '../adapters/git/git.ts';
import { note, worksInCheckout } from './context.ts';
import type { RunContext } from './context.ts';
import { reflogMark } from './guard.ts';
import type { Refusal } from './integrate.ts';

/**
 * Makes sure that HEAD is where the run stands: commits of somebody else's on top of that are followed, unless a task works in the checkout,
 * where nobody can tell whose they are. Null, or where HEAD is instead; then nothing may be written.
 */
export async function followHead(context: RunContext): Promise<Refusal | null> {
  const { git } = context.workspace;
  const now = await git.head();
  if (now.branch === context.head.branch && now.commit === context.head.commit) return null;
  // Git may have put an older plan in the file's place: that is no editor which had not seen our last write.
  context.plan.forget();
  if (await isFollowed(context, now)) {
    const { commit } = context.head;
    context.head = { ...context.head, commit: now.commit ?? commit };
    note(context, null, `The branch has moved to ${context.head.commit.slice(0, 12)} meanwhile; what lands is put on top of it.`);
    return null;
  }
  const at = `HEAD is at ${now.commit?.slice(0, 12) ?? 'no commit'} on ${now.branch ?? 'no branch'}`;
  const { branch } = context.head;
  const what = now.branch === branch ? 'committed or rewritten history' : 'switched branches';
  const then = now.branch === branch ? 'Run again to go on from there.' : `Go back to ${branch}, then run again.`;
  const reason = `${at}, but the run is at ${context.head.commit.slice(0, 12)} on ${branch}: somebody has ${what} meanwhile. ${then}`;
  return { outcome: 'conflict', reason, tail: '', waits: 'conflict' };
}

/** Whether the checkout is on another branch than the run: then the plan file there is another, and nothing is written into it. */
export async function isElsewhere({ workspace, head }: RunContext): Promise<boolean> {
  return (await workspace.git.head()).branch !== head.branch;
}

async function isFollowed(context: RunContext, { branch, commit }: Head): Promise<boolean> {
  const { git } = context.workspace;
  if (commit === null || branch !== context.head.branch || worksInCheckout(context)) return false;
  if ((await git.operation()) !== null || !isPersons(context, commit)) return false;
  return (await git.log({ from: commit, to: context.head.commit, limit: 1 })).length === 0;
}

/** Whether the branch was moved by nobody that a run has started, as its reflog says; without one nobody can tell. */
function isPersons({ workspace, head }: RunContext, to: string): boolean {
  try {
    const lines = readFileSync(join(workspace.git.commonDir, 'logs/refs/heads', head.branch), 'utf8')
      .trimEnd()
      .split('\n');
    const since = lines.slice(lines.findLastIndex((line) => line.split(' ')[1] === head.commit) + 1);
    return since.length < lines.length && since.at(-1)?.split(' ')[1] === to && !since.some((line) => line.includes(`\t${AGENTS}`));
  } catch {
    return false;
  }
}

/** How any run's agents are named in a reflog. */
const AGENTS = reflogMark({ runId: '' }).trimEnd();
