/** What a run came to, as data: the box in the terminal, the comment on a pull request and the JSON are made from it. */
import type { GateResult, Outcome, PauseReason } from './outcome.ts';
import type { Flag } from './weakened.ts';

/** How a run ended. */
export type RunEnd =
  /** Every task is closed. */
  | { readonly type: 'completed' }
  /** The plan was given up, or the run broke; a sentence says why. */
  | { readonly type: 'failed'; readonly reason: string }
  /** Only what `--task` or `--from … ` named was asked for, and it is done; open tasks remain. */
  | { readonly type: 'done' }
  /** It waits for a person. */
  | {
      readonly type: 'paused';
      readonly reason: PauseReason;
      /** The task it waits at, where there is one. */
      readonly task: string | null;
      readonly phase: string | null;
      /** A sentence that says what was found; empty where the reason says it all. */
      readonly detail: string;
      /** When what it waits for is over by itself, ISO 8601. */
      readonly resetsAt?: string | null;
    };

/** One phase as it stands at the end of the run. */
export interface PhaseSummary {
  readonly id: string;
  /** Empty for the unnamed first phase. */
  readonly title: string;
  readonly total: number;
  /** Completed or skipped. */
  readonly closed: number;
  readonly failed: number;
  /** Milliseconds that its tasks took in this run; null where none of them ran. */
  readonly durationMs: number | null;
}

/** The task a run stopped at because its attempts are used up. */
export interface FailureSummary {
  readonly task: string;
  readonly title: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly outcome: Outcome;
  /** One sentence. */
  readonly reason: string;
  /** The gate that refused the last attempt, with the end of its output; null where no gate did. */
  readonly gate: GateResult | null;
  /** The end of the agent's own output, for a failure that no gate explains. */
  readonly tail: string;
  /** Open tasks that wait for it, directly or through others: skipping it lets them run. */
  readonly dependents: readonly string[];
  /** Paths that the last attempt left changed in the work tree. */
  readonly files: readonly string[];
}

/** A task that stands in the box's "next" line. */
interface NextTask {
  readonly id: string;
  readonly title: string;
  readonly phaseTitle: string;
}

/** One run, at its end or at a pause. Counts are of the plan where they say so, else of this run. */
export interface RunSummary {
  readonly plan: string;
  readonly title: string;
  readonly end: RunEnd;
  /** In document order, all of the plan. */
  readonly phases: readonly PhaseSummary[];
  /** Tasks of the plan. */
  readonly totalTasks: number;
  /** Tasks of the plan that are completed or skipped now. */
  readonly closedTasks: number;
  /** Tasks that this run completed. */
  readonly completedTasks: number;
  /** Attempts that this run began. */
  readonly attempts: number;
  /** Paths, each once, that this run's task commits changed; the plan file is not counted. */
  readonly filesChanged: number;
  /** What this run's commits did to the checks that they passed, summed; absent where nothing was found. */
  readonly flags?: readonly Flag[];
  /** Commits of this run, those of the plan file alone included. */
  readonly commits: number;
  /** Head before the run's first commit; null where the run made none. */
  readonly fromCommit: string | null;
  readonly toCommit: string | null;
  readonly branch: string | null;
  readonly durationMs: number;
  readonly tokens: number | null;
  /** Null means unknown, never zero. */
  readonly costUsd: number | null;
  /** What comes first when the plan goes on; null when nothing is open. */
  readonly next: NextTask | null;
  /** Set where the reason is `task_failed`. */
  readonly failure: FailureSummary | null;
}
