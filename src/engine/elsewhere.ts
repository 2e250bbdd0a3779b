/** What another machine has made of a task. */
import type { Usage } from '../adapters/agents/agent.ts';
import type { Failure } from '../core/effect.ts';
import type { Unrecorded } from '../core/unrecorded.ts';

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
