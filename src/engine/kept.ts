/**
 * What failed attempts left, kept as commits: `refs/plans/attempts/<plan>/<task>/<n>`. Local, never pushed by itself. A conversation about a plan
 * that led to no commit is an attempt at no task: there `%` stands for it, which no id becomes.
 */
import type { AttemptEvidence } from '../core/evidence.ts';
import { attemptTrailers, readAttempt } from '../core/trailer.ts';
import type { EarlierAttempt } from '../core/prompt.ts';
import type { Commit, Git } from '../adapters/git/git.ts';

export const ATTEMPTS = 'refs/plans/attempts/';

/** The ref for the next attempt of a task: numbers go up over all runs. */
export async function nextAttemptRef(git: Git, planId: string, task: string): Promise<string> {
  const last = (await attemptRefs(git, planId, task)).at(-1);
  return `${attemptsOf(planId, task)}${(last?.number ?? 0) + 1}`;
}

/** What the commit of a kept attempt says. */
export function attemptMessage(evidence: AttemptEvidence, reason: string): string {
  const { plan, task, attempt, outcome } = evidence;
  const what = task === '' ? `${plan}: a conversation without a commit` : `${plan}/${task}: attempt ${attempt}`;
  return [`${what} ${outcome}`, reason, attemptTrailers(evidence)].filter((part) => part !== '').join('\n\n');
}

/** What the commit beneath a kept attempt says, where there is one: it has the files that were a person's before the attempt changed them too. */
export function contestedMessage(plan: string, task: string): string {
  return `${plan}/${task}: uncommitted changes that an attempt met and changed`;
}

/** The commit that keeps what one attempt left; null where nothing of it is kept, as of one that has landed. */
export async function keptAttempt(
  git: Git,
  { plan, task, run, attempt }: { readonly plan: string; readonly task: string; readonly run: string; readonly attempt: number },
): Promise<string | null> {
  const refs = await attemptRefs(git, plan, task);
  if (refs.length === 0) return null;
  const commits = await git.log({ only: refs.map(({ commit }) => commit) });
  const found = commits.find(({ trailers }) => {
    const evidence = readAttempt(trailers);
    return evidence?.run === run && evidence.attempt === attempt;
  });
  return found?.id ?? null;
}

/** What the last kept attempt of a task says of itself. */
export async function lastEvidence(git: Git, planId: string, task: string): Promise<AttemptEvidence | null> {
  const last = (await attemptRefs(git, planId, task)).at(-1);
  if (last === undefined) return null;
  const [commit] = await git.log({ only: [last.commit] });
  return commit === undefined ? null : readAttempt(commit.trailers);
}

/** The kept attempts of a task, oldest first. */
async function attemptRefs(git: Git, planId: string, task: string): Promise<{ number: number; ref: string; commit: string }[]> {
  const prefix = attemptsOf(planId, task);
  const refs = await git.refs(prefix);
  return [...refs].map(([ref, commit]) => ({ ref, commit, number: numberOf(ref) })).toSorted((a, b) => a.number - b.number);
}

/** Whether a kept attempt is a conversation about a plan. */
export function isConversation(ref: string): boolean {
  return ref.includes('/%/');
}

/** An attempt's number, from its ref. */
export function numberOf(ref: string): number {
  return Number(ref.slice(ref.lastIndexOf('/') + 1));
}

/** The last kept attempt of a task, or null. */
export async function lastAttempt(git: Git, planId: string, task: string): Promise<string | null> {
  return (await attemptRefs(git, planId, task)).at(-1)?.commit ?? null;
}

/** Names the kept attempt that a retry of a task which works apart begins on. */
export function retryRef(planId: string, task: string): string {
  return `refs/plans/retry/${refName(planId)}/${refName(task)}`;
}

/** Names the kept attempt whose files were taken out of the checkout. */
export function stashRef(planId: string, task: string): string {
  return `refs/plans/stash/${refName(planId)}/${refName(task)}`;
}

/** Where what is found in the way is kept, whoever's it is. */
export function preservedRef(planId: string, task: string, commit: string): string {
  return `refs/plans/preserved/${refName(planId)}/${refName(task)}/${commit.slice(0, 12)}`;
}

/** What the last kept attempt at a task left. */
export interface Left extends EarlierAttempt {
  readonly paths: readonly string[];
}

/** What the last kept attempts at some tasks left, by task: those tasks' work, not a person's, when they go on. */
export async function leftBy(git: Git, planId: string, tasks: readonly string[]): Promise<ReadonlyMap<string, Left>> {
  const last = await lastAttempts(git, planId, tasks);
  const left = new Map<string, Left>();
  for (const [task, { commit }] of last) {
    const [kept] = await git.log({ to: commit, limit: 1 });
    if (kept !== undefined) left.set(task, leftIn(kept));
  }
  return left;
}

/** Those of the tasks that an attempt is kept of, in their order. */
export async function attemptedOf(git: Git, planId: string, tasks: readonly string[]): Promise<readonly string[]> {
  const last = await lastAttempts(git, planId, tasks);
  return tasks.filter((task) => last.has(task));
}

async function lastAttempts(
  git: Git,
  planId: string,
  tasks: readonly string[],
): Promise<ReadonlyMap<string, { readonly number: number; readonly commit: string }>> {
  const prefix = `${ATTEMPTS}${refName(planId)}/`;
  const wanted = new Map(tasks.map((task) => [refName(task), task]));
  const last = new Map<string, { readonly number: number; readonly commit: string }>();
  for (const [ref, commit] of await git.refs(prefix)) {
    const [name = '', number = ''] = ref.slice(prefix.length).split('/');
    const task = wanted.get(name);
    if (task !== undefined && Number(number) > (last.get(task)?.number ?? 0)) last.set(task, { number: Number(number), commit });
  }
  return last;
}

/** What the commit of a kept attempt says; see {@link attemptMessage}. */
export function leftIn({ changes, body, trailers }: Commit): Left {
  const reason = body.split('\n\n').slice(0, -1).join(' ').replaceAll(/\s+/g, ' ');
  return { paths: changes.map(({ path }) => path), outcome: readAttempt(trailers)?.outcome ?? '', reason };
}

/** Under which the attempts at a task are kept; it ends with a slash. */
export function attemptsOf(planId: string, task: string): string {
  return `${ATTEMPTS}${refName(planId)}/${refName(task)}/`;
}

/** A name as one part of a ref: what git forbids there is written as `%` and its bytes. */
export function refName(name: string): string {
  if (name === '') return '%';
  return name.replaceAll(/[^\p{L}\p{M}\p{N}_.-]|^\.|\.(?=\.|$|lock$)/gu, (found) =>
    [...Buffer.from(found)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
