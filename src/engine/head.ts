/** HEAD after an agent: put back to where the run stands, with what the agent did as the task's work. */
import type { Change, Git, Head } from '../adapters/git/git.ts';
import type { Redaction } from '../core/redact.ts';
import { preservedRef } from './kept.ts';
import type { Snapshot } from './snapshot.ts';

/** More commits than this are not looked at; then the work cannot be told. */
const MAX_COMMITS = 1_000;
/** Git's times are whole seconds. */
const SECOND_MS = 1_000;

type Place = Head & { readonly commit: string };

/** An attempt whose HEAD is looked at. */
export interface Attempted {
  readonly git: Git;
  readonly planId: string;
  readonly task: string;
  /** Where HEAD was when it began; no branch in a worktree of its own. */
  readonly expected: Place;
  readonly before: Snapshot;
  /** When it began, by the wall clock. Milliseconds since the epoch. */
  readonly since: number;
  readonly redaction: Redaction;
}

/** HEAD was put back. */
export interface HeadPutBack {
  /** Where it was. */
  readonly from: Place;
  /** The ref under which its commits are kept; null where there were none, or a secret stands in them. */
  readonly ref: string | null;
  /** Why they are not kept, as a sentence; null where they are, or there is nothing to keep. */
  readonly unkept: string | null;
  /** Files that the attempt changed elsewhere and that are different here: its work cannot be told. */
  readonly mixed: readonly string[];
}

/**
 * Puts HEAD back where the agent has moved it (`isAgents`): commits of its own become changes of the task, kept as they were under
 * `refs/plans/preserved/`; files that only another commit had brought go back. Null where it is in its place, or is not the agent's.
 */
export async function putBackHead(attempted: Attempted, isAgents: boolean): Promise<HeadPutBack | null> {
  const { git, expected, before, since } = attempted;
  const apart = expected.branch === null;
  const now = await git.head();
  const tip = apart ? now.commit : await git.resolve(`refs/heads/${expected.branch}`);
  if (now.branch === expected.branch && now.commit === expected.commit && (await git.operation()) === null) {
    if (!apart) await unstageTheirs(git, before);
    return null;
  }
  // A person's commit, or nobody can tell whose: the check of the work says so.
  if (!isAgents || now.commit === null) return null;
  const from = { branch: now.branch, commit: now.commit };
  const kept = await preserve(attempted, from.commit);
  const { moved, mixed } = await sortPaths(git, expected.commit, from.commit, since);
  if (!(await git.putHead(expected, tip))) return null;
  if (apart) await git.standOn(expected.commit);
  await git.restore(expected.commit, moved);
  if (!apart) await unstageTheirs(git, before);
  return { from, ...kept, mixed };
}

/** Where HEAD was left, in words. */
export function whereLeft({ from }: HeadPutBack, expected: Head): string {
  const where = from.branch === expected.branch ? '' : from.branch === null ? ', detached from its branch' : ` on "${from.branch}"`;
  return `${from.commit.slice(0, 12)}${where}`;
}

/** Keeps commits that no branch will hold any more. */
async function preserve({ git, planId, task, expected, redaction }: Attempted, to: string): Promise<Pick<HeadPutBack, 'ref' | 'unkept'>> {
  if (expected.commit === to) return { ref: null, unkept: null };
  for (const { path } of await git.diff(expected.commit, to)) {
    const names = redaction.named(Buffer.from((await git.readFile(to, path)) ?? '').toString('latin1'));
    if (names.length === 0) continue;
    const unkept = `The attempt's own commits hold the value of ${names.join(' and ')} (in "${path}") and are not kept under a ref.`;
    return { ref: null, unkept };
  }
  const ref = preservedRef(planId, task, to);
  if ((await git.resolve(ref)) === null) await git.updateRef(ref, to, null);
  return { ref, unkept: null };
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
async function unstageTheirs(git: Git, before: Snapshot): Promise<void> {
  if (before.dirty.size === 0) return;
  const { changes } = await git.status();
  const isNew = ({ path, staged }: Change) => staged && before.dirty.get(path)?.includes(' staged ') === false;
  await git.unstage(changes.filter(isNew).map(({ path }) => path));
}
