/** What another machine has made of a task, and how its work gets into the checkout here. */
import type { Usage } from '../adapters/agents/agent.ts';
import type { Failure } from '../core/effect.ts';
import type { Unrecorded } from '../core/unrecorded.ts';
import type { RunContext } from './context.ts';
import { listed } from './work.ts';

export interface Elsewhere {
  /** The commit whose change against its parent is the task's work; null where it did not pass. */
  readonly commit: string | null;
  /** Which attempt it was, counting from 1. */
  readonly attempt: number;
  /** How those before it ended. */
  readonly outcomes: Unrecorded['outcomes'];
  readonly agent: string | undefined;
  readonly model: string | null;
  readonly session: string | null;
  /** Of all attempts. */
  readonly durationMs: number;
  readonly usage: Usage | null;
  /** Why it did not pass; null where it did. */
  readonly failure: JoinFailure | null;
}

export type JoinFailure = Pick<Failure, 'outcome' | 'reason' | 'tail' | 'resetsAt'>;

/** What no commit of the branch says of it yet: all but the attempt that is joined. */
export function earlierOf({ outcomes, agent, model }: Elsewhere): Unrecorded {
  return { spending: null, outcomes, durationMs: 0, agent, model: model ?? undefined };
}

/** Puts the work on top of what has landed before it. Null, or why that cannot be. */
export async function bringFrom({ workspace, head, planId }: RunContext, { commit }: Elsewhere): Promise<JoinFailure | null> {
  if (commit === null) return null;
  const { git } = workspace;
  const replayed = await git.replay(commit, head.commit, `${planId}: joined`);
  if (replayed.type === 'conflict') {
    const reason = `What landed meanwhile and this attempt both changed ${listed(replayed.paths)}. Do the task again on top of what is there now.`;
    return { outcome: 'conflict', reason, tail: replayed.detail };
  }
  await git.restore(
    replayed.commit,
    (await git.diff(head.commit, replayed.commit)).map(({ path }) => path),
  );
  return null;
}
