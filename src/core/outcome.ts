/** Typed reasons, one list each, named as they stand in trailers, events and the cache. */

/** How one attempt ended. */
export const OUTCOMES = [
  'passed',
  'gate_failed',
  'no_changes',
  'files_violation',
  'agent_failed',
  'denied',
  'refused',
  'timeout_idle',
  'timeout_wall',
  'rate_limited',
  'budget',
  'auth',
  'setup_failed',
  'conflict',
  'hook_failed',
  'cancelled',
  'interrupted',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a plan waits for a person. */
export const PAUSE_REASONS = [
  'phase_complete',
  'manual_approval_required',
  'task_failed',
  'human_task',
  'budget',
  'rate_limited',
  'requested',
  'plan_invalid',
  'conflict',
  'remote',
  'reopened',
] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** Why the planner stopped with nothing written. */
export const PLANNER_OUTCOMES = [
  'abandoned',
  'cancelled',
  'no_plan',
  'unusable',
  'too_long',
  'refused',
  'budget',
  'auth',
  'rate_limited',
  'unreachable',
  'bad_request',
] as const;
export type PlannerOutcome = (typeof PLANNER_OUTCOMES)[number];

export type GateStatus = 'passed' | 'failed' | 'skipped';

/** What one gate said about one attempt. */
export interface GateResult {
  readonly name: string;
  readonly status: GateStatus;
  readonly durationMs: number;
  /** Null where it was not started, or ended by a signal or a timeout. */
  readonly exitCode: number | null;
  /** Why it failed or was skipped, as a sentence; empty when it passed. */
  readonly reason: string;
  /** The end of its output, bounded. */
  readonly tail: string;
}
