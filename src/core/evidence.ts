/** What a commit says about a plan: of a task that it lands, of a run's event, of a kept attempt, of a change of what the plan asks for. */
import type { Outcome, PauseReason } from './outcome.ts';
import type { AttemptOutcome, GateVerdict } from './trailer-value.ts';
import type { Flag } from './weakened.ts';

/** What the attempts at a task that no commit before has spoken of were like, beside what they cost. */
interface Tried {
  /** Which model worked, as far as its agent says it: in the last of them. */
  readonly model?: string;
  /** How those ended that did not land, in their order; absent where there were none. */
  readonly outcomes?: readonly AttemptOutcome[];
}

/** A commit that lands a task: the work and the ticked box. */
export interface TaskEvidence extends Tried {
  readonly plan: string;
  readonly phase: string;
  readonly task: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly agent: string;
  readonly session: string | null;
  readonly durationMs: number;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly gates: readonly GateVerdict[];
  /** What the change does to the checks it has passed; absent where nothing was found. */
  readonly flags?: readonly Flag[];
  /** Where the plan pauses in the same commit for a rate limit: when that resets, ISO 8601. */
  readonly resetsAt?: string;
}

export const PLAN_EVENTS = ['started', 'resumed', 'paused', 'failed', 'completed', 'retry', 'skipped', 'approved', 'reverted'] as const;
type PlanEvent = (typeof PLAN_EVENTS)[number];

/** A commit in which the executor changes the plan file alone. */
export interface PlanEvidence extends Tried {
  readonly plan: string;
  readonly event: PlanEvent;
  /** A {@link PauseReason} as far as this version knows it. */
  readonly reason: PauseReason | (string & {}) | null;
  readonly task: string | null;
  /** What attempts at the task have cost that no commit before this one says. */
  readonly tokens?: number;
  readonly costUsd?: number;
  /** How long they took, and who made the last of them. */
  readonly durationMs?: number;
  readonly agent?: string;
  /** When a rate limit resets, ISO 8601. */
  readonly resetsAt?: string;
}

/** A kept attempt: beside the branch, so that nothing that it cost is forgotten. */
export interface AttemptEvidence extends Pick<Tried, 'outcomes'> {
  readonly plan: string;
  readonly task: string;
  readonly attempt: number;
  readonly run: string;
  readonly outcome: Outcome | (string & {});
  readonly agent?: string;
  readonly model?: string;
  readonly durationMs?: number;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly gates: readonly GateVerdict[];
  /** When a rate limit resets, ISO 8601. */
  readonly resetsAt?: string;
}

export const ITERATION_TYPES = ['generation', 'review', 'refine', 'user_edit'] as const;
type IterationType = (typeof ITERATION_TYPES)[number];

/** A commit that changes what a plan asks for. */
export interface IterationEvidence {
  /** Null where the commit does not say, or touches several plans. */
  readonly plan: string | null;
  readonly iteration: IterationType;
  readonly changedBy: 'user' | 'claude';
  /** What was asked for; cut where it is too long for a trailer. */
  readonly prompt: string | null;
  /** What the conversation that led to it has cost. */
  readonly tokens?: number;
  readonly costUsd?: number;
}

export type Evidence = TaskEvidence | PlanEvidence | IterationEvidence;
