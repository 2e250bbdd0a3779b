/** The shapes of what the executor writes and reads back. Times are ISO 8601 in UTC. */
import type { GateResult, Outcome } from '../../core/outcome.ts';

export interface RunRow {
  readonly id: string;
  readonly planId: string;
  /** The runner's process, and when it started, so that a reused pid is never taken for it. */
  readonly pid: number;
  readonly pidStart: string;
  readonly startedAt: string;
}

export interface RunRecord extends RunRow {
  readonly endedAt: string | null;
  readonly outcome: string | null;
}

/** Written when an attempt begins, and again, whole, when it has ended. */
export interface AttemptRow {
  readonly runId: string;
  readonly planId: string;
  readonly taskId: string;
  readonly attempt: number;
  readonly agent: string;
  readonly startedAt: string;
  readonly endedAt?: string | null;
  readonly outcome?: Outcome | null;
  readonly reason?: string | null;
  readonly sessionId?: string | null;
  readonly durationMs?: number | null;
  readonly tokens?: number | null;
  readonly costUsd?: number | null;
  readonly commitSha?: string | null;
}

export interface AttemptRecord extends Required<AttemptRow> {
  readonly gates: readonly GateResult[];
}

export interface GateRow {
  readonly runId: string;
  readonly taskId: string;
  readonly attempt: number;
  readonly result: GateResult;
}

export interface StoredEvent {
  readonly seq: number;
  /** A published event, as it was printed. */
  readonly json: string;
}

/** An event among those of all runs. */
export interface PlacedEvent extends StoredEvent {
  /** Rises with each event that is written. */
  readonly position: number;
  readonly runId: string;
}
