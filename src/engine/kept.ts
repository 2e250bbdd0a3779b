/** What failed attempts left, kept as commits: `refs/plans/attempts/<plan>/<task>/<n>`. Local, never pushed by itself. */
import type { Git } from '../adapters/git/git.ts';

const PREFIX = 'refs/plans/attempts/';

/** The ref for the next attempt of a task: numbers go up over all runs. */
export async function nextAttemptRef(git: Git, planId: string, task: string): Promise<string> {
  const last = (await attemptRefs(git, planId, task)).at(-1);
  return `${folder(planId, task)}${(last?.number ?? 0) + 1}`;
}

/** The kept attempts of a task, oldest first. */
async function attemptRefs(git: Git, planId: string, task: string): Promise<{ number: number; ref: string; commit: string }[]> {
  const prefix = folder(planId, task);
  const refs = await git.refs(prefix);
  return [...refs]
    .map(([ref, commit]) => ({ ref, commit, number: Number(ref.slice(prefix.length)) }))
    .toSorted((a, b) => a.number - b.number);
}

/** Paths that the last kept attempt of a task had changed: they are its work, not a person's, when the task goes on. */
export async function keptPaths(git: Git, planId: string, task: string): Promise<readonly string[]> {
  const last = (await attemptRefs(git, planId, task)).at(-1);
  if (last === undefined) return [];
  const [commit] = await git.log({ to: last.commit, limit: 1 });
  return commit?.changes.map(({ path }) => path) ?? [];
}

function folder(planId: string, task: string): string {
  return `${PREFIX}${safe(planId)}/${safe(task)}/`;
}

/** A name as one part of a ref: what git forbids there is written as `%` and its bytes. */
function safe(name: string): string {
  return name.replaceAll(/[^\p{L}\p{M}\p{N}_.-]|^\.|\.(?=\.|$|lock$)/gu, (found) =>
    [...Buffer.from(found)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
