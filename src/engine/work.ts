/** What an attempt left: looked at, judged, and named when it fails. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchesPath } from '../adapters/gates.ts';
import type { Failure } from '../core/effect.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Task } from '../core/plan.ts';
import { shellWord } from '../core/shell.ts';
import { isProtected, taskOf, workOf } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { changesSince, workDigest } from './snapshot.ts';

/** Looks at what the agent changed; `work-checked` follows. */
export async function checkWork(context: RunContext, step: { readonly task: string; readonly attempt: number }): Promise<void> {
  const work = workOf(context, step.task);
  const task = taskOf(context, step.task);
  const failure = await judgeWork(context, work, task);
  context.post({ type: 'work-checked', ...step, failure });
}

/** What is different now, beside the work itself. */
export interface Look {
  /** Dirty before and changed since. */
  readonly contested: readonly string[];
  /** Where HEAD is, as the beginning of a sentence, where it is not where the run stands. */
  readonly moved: string | null;
  /** Of the work what is a repository of its own. */
  readonly nested: readonly string[];
}

/** Takes note of what is different now, for the commit or for what is kept of a failed attempt. */
export async function lookAtWork(context: RunContext, work: TaskWork): Promise<Look> {
  const ignore = (path: string) => isProtected(context.workspace, path);
  const changes = await changesSince(work.place.git, work.before, ignore);
  work.paths = changes.work;
  const { branch, commit } = changes.head;
  const expected = work.place.slot === null ? context.head : { branch: null, commit: work.place.slot.base };
  const moved =
    branch === expected.branch && commit === expected.commit
      ? null
      : `HEAD is at ${commit?.slice(0, 12) ?? 'no commit'} on ${branch ?? 'no branch'}`;
  return { contested: changes.contested, moved, nested: changes.nested };
}

async function judgeWork(context: RunContext, work: TaskWork, task: Task): Promise<Failure | null> {
  const { contested, moved, nested } = await lookAtWork(context, work);
  const fail = (outcome: Outcome, reason: string) => failureOf(work, { outcome, reason, tail: '' });
  if (moved !== null) {
    return fail(
      'conflict',
      `${moved}, but the run is at ${context.head.commit.slice(0, 12)} on ${context.head.branch}: somebody has committed or switched branches meanwhile.`,
    );
  }
  if (contested.length > 0) return fail('conflict', whyContested(context, task.id, contested));
  const outOfBounds = leavesBounds(context, work, task, 'The attempt');
  if (outOfBounds !== null) return fail('files_violation', outOfBounds);
  if (nested.length > 0)
    return fail(
      'files_violation',
      `The attempt changed files in ${listed(nested)}, a git repository of its own: no commit here can hold them. Take its ".git" away or name it in .gitignore; in a submodule, commit them there.`,
    );
  if (task.allowNoChanges) return null;
  if (work.paths.length === 0) return fail('no_changes', 'The attempt changed no file. A task that may do so says "allowNoChanges: true".');
  if (await isNothingToGit(context, work))
    return fail('no_changes', `The attempt changed nothing in ${listed(work.paths)} that git would commit: line endings at most.`);
  return null;
}

/** Why paths of the work are none of the task's, as a sentence; null where all are. */
export function leavesBounds(context: RunContext, work: TaskWork, { files }: Task, who: string): string | null {
  const outside = files === undefined ? [] : work.paths.filter((path) => !files.some((glob) => matchesPath(path, glob)));
  if (outside.length > 0) return `${who} changed ${listed(outside)}, outside the task's files (${files?.join(', ')}).`;
  const [forbidden] = work.paths.flatMap((path) => {
    const why = context.workspace.forbids?.(path) ?? null;
    return why === null ? [] : [`${listed([path])}, ${why}`];
  });
  return forbidden === undefined ? null : `${who} changed ${forbidden}: that is for a person to do. Do the task without it.`;
}

/** Whether git shows the work as changed and would commit nothing of it: it compares sizes first, and puts line endings right only then. */
async function isNothingToGit(context: RunContext, { place, paths }: TaskWork): Promise<boolean> {
  const { git, slot } = place;
  const base = slot?.base ?? context.head.commit;
  for (const path of paths) {
    const before = await git.readFile(base, path);
    if (before === null || !sameButLineEndings(before, join(place.root, path))) return false;
  }
  return (await git.diff(base, await git.keep({ paths, parent: base, message: 'looked at' }))).length === 0;
}

function sameButLineEndings(before: Uint8Array, file: string): boolean {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  return withoutReturns(before) === withoutReturns(readFileSync(file));
}

function withoutReturns(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').replaceAll('\r', '');
}

/** Whose the changes are that an attempt met, and changed. */
function whyContested({ left, planId }: RunContext, task: string, contested: readonly string[]): string {
  for (const [id, { paths }] of left) {
    const theirs = id === task ? [] : contested.filter((path) => paths.includes(path));
    if (theirs.length > 0)
      return `The attempt changed ${listed(theirs)}, where the task "${id}" has left what its last attempt did. To put that away: plans stash ${shellWord(planId)} ${shellWord(id)}. Then run again.`;
  }
  return `The attempt changed ${listed(contested)}, which had uncommitted changes before it began. Commit them or put them aside, then run again.`;
}

/** A failure with the print by which two alike are recognised: what failed, how, and on what work. */
export function failureOf(work: TaskWork, failure: Pick<Failure, 'outcome' | 'reason' | 'tail' | 'waits'>): Failure {
  // Times, sizes, pids and addresses differ from run to run and say nothing.
  const said = `${failure.outcome} ${failure.reason} ${failure.tail}`.replaceAll(/[0-9a-f]{7,}|\d+(?:[.:]\d+)*/g, '#');
  const fingerprint = createHash('sha256').update(said).update(workDigest(work.place.root, work.paths)).digest('hex');
  return { ...failure, fingerprint, gates: work.gates };
}

/** Names a few paths and counts the rest. */
export function listed(paths: readonly string[]): string {
  const some = paths.slice(0, 3).map((path) => `"${path}"`);
  return paths.length > 3 ? `${some.join(', ')} and ${paths.length - 3} more` : some.join(' and ');
}
