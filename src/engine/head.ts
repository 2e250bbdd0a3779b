/** HEAD after an agent: put back to where the run stands, with what the agent did as the task's work. */
import type { Change, Git, Head } from '../adapters/git/git.ts';
import { note } from './context.ts';
import type { RunContext, TaskWork } from './context.ts';
import { preservedRef } from './kept.ts';

/** More commits than this are not looked at; then the work cannot be told. */
const MAX_COMMITS = 1_000;
/** Git's times are whole seconds. */
const SECOND_MS = 1_000;

type Place = Head & { readonly commit: string };

/**
 * Puts HEAD back where the agent has moved it (`isAgents`): commits of its own become changes of the task, kept as they were under
 * `refs/plans/preserved/`; files that only another commit had brought go back. Null, or why the task's work cannot be told any more.
 */
export async function putBackHead(context: RunContext, { task }: { readonly task: string }, isAgents: boolean): Promise<string | null> {
  const work = context.tasks.get(task);
  if (work === undefined) return null;
  const { git, slot } = work.place;
  const expected: Place = slot === null ? context.head : { branch: null, commit: slot.base };
  const now = await git.head();
  const tip = expected.branch === null ? now.commit : await git.resolve(`refs/heads/${expected.branch}`);
  if (now.branch === expected.branch && now.commit === expected.commit && (await git.operation()) === null) {
    if (slot === null) await unstageTheirs(git, work);
    return null;
  }
  // A person's commit, or nobody can tell whose: the check of the work says so.
  if (!isAgents || now.commit === null) return null;
  const ref = await preserve(context, task, git, { from: expected.commit, to: now.commit });
  const { moved, mixed } = await sortPaths(git, expected.commit, now.commit, work.attemptBeganAt);
  if (!(await git.putHead(expected, tip))) return null;
  if (slot !== null) await git.standOn(expected.commit);
  await git.restore(expected.commit, moved);
  if (slot === null) await unstageTheirs(git, work);
  const where = now.branch === expected.branch ? '' : now.branch === null ? ', detached from its branch' : ` on "${now.branch}"`;
  const kept = ref === null ? '' : ` Its commits are kept under ${ref}.`;
  note(
    context,
    task,
    `The attempt left HEAD at ${now.commit.slice(0, 12)}${where}; it is back, and what it changed counts as its work.${kept}`,
  );
  if (mixed.length === 0) return null;
  return `The attempt switched to ${now.commit.slice(0, 12)} and changed files there that are different here (${mixed[0]}${mixed.length > 1 ? ` and ${mixed.length - 1} more` : ''}), so that its work cannot be told.${kept}`;
}

/** Keeps commits that no branch will hold any more; the ref, or null where there is nothing to keep or a secret stands in them. */
async function preserve(
  context: RunContext,
  task: string,
  git: Git,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string | null> {
  if (from === to) return null;
  for (const { path } of await git.diff(from, to)) {
    const names = context.redaction.named(Buffer.from((await git.readFile(to, path)) ?? '').toString('latin1'));
    if (names.length === 0) continue;
    note(context, task, `The attempt's own commits hold the value of ${names.join(' and ')} (in "${path}") and are not kept under a ref.`);
    return null;
  }
  const ref = preservedRef(context.planId, task, to);
  if ((await git.resolve(ref)) === null) await git.updateRef(ref, to, null);
  return ref;
}

/**
 * Of the paths that differ between where the run stands and where HEAD is: those that only came with the other commit, and those that came
 * with it and were changed there. All others are what the agent itself committed or changed.
 */
async function sortPaths(
  git: Git,
  expected: string,
  now: string,
  since: number,
): Promise<{ readonly moved: readonly string[]; readonly mixed: readonly string[] }> {
  if (expected === now) return { moved: [], mixed: [] };
  const { changes } = await git.status();
  const edited = new Set(changes.map(({ path }: Change) => path));
  const [gained, lost] = await Promise.all([
    git.log({ from: expected, to: now, limit: MAX_COMMITS }),
    git.log({ from: now, to: expected, limit: MAX_COMMITS }),
  ]);
  const base = lost.at(-1)?.parents[0] ?? expected;
  const areItsOwn = gained.length < MAX_COMMITS && gained.every(({ committedAt }) => Date.parse(committedAt) > since - SECOND_MS);
  const own = areItsOwn ? new Set((await git.diff(base, now)).map(({ path }) => path)) : new Set<string>();
  const foreign = (await git.diff(expected, now)).map(({ path }) => path).filter((path) => !own.has(path));
  return { moved: foreign.filter((path) => !edited.has(path)), mixed: foreign.filter((path) => edited.has(path)) };
}

/** `git add --all` takes a person's files along: what was not staged before the attempt is not afterwards. */
async function unstageTheirs(git: Git, { before }: TaskWork): Promise<void> {
  if (before.dirty.size === 0) return;
  const { changes } = await git.status();
  const isNew = ({ path, staged }: Change) => staged && before.dirty.get(path)?.includes(' staged ') === false;
  await git.unstage(changes.filter(isNew).map(({ path }) => path));
}
