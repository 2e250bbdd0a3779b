/** What goes into the run's machine and what comes out of it: facts are past tense, effects imperative. */
import type { RunEvent } from './event.ts';
import type { GateResult, Outcome, PauseReason } from './outcome.ts';
import type { Plan } from './plan.ts';

/** Why an attempt did not pass; the next attempt's context. */
export interface Failure {
  readonly outcome: Outcome;
  /** One sentence. */
  readonly reason: string;
  /** The end of the output that shows it, bounded. */
  readonly tail: string;
  /** Same failure, same work ⇒ same fingerprint. */
  readonly fingerprint: string;
  readonly gates: readonly GateResult[];
}

/** What has happened and only the machine needs to know. */
export type Fact =
  | RunEvent
  | { readonly type: 'plan-read'; readonly plan: Plan }
  | { readonly type: 'work-checked'; readonly task: string; readonly attempt: number; readonly failure: Failure | null }
  | { readonly type: 'gates-finished'; readonly task: string; readonly attempt: number; readonly failure: Failure | null }
  | { readonly type: 'commit-refused'; readonly task: string; readonly attempt: number; readonly failure: Failure };

export type Effect =
  | { readonly type: 'read-plan' }
  | {
      readonly type: 'start-attempt';
      readonly task: string;
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly failure: Failure | null;
    }
  | { readonly type: 'check-work'; readonly task: string; readonly attempt: number }
  | { readonly type: 'run-gates'; readonly task: string; readonly attempt: number }
  | {
      readonly type: 'commit-task';
      readonly task: string;
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly stopping: boolean;
    }
  | {
      readonly type: 'finish-attempt';
      readonly task: string;
      readonly attempt: number;
      readonly failure: Failure;
      readonly willRetry: boolean;
    }
  | { readonly type: 'record-failure'; readonly task: string; readonly attempts: number; readonly failure: Failure }
  | {
      readonly type: 'record-pause';
      readonly reason: PauseReason;
      readonly task: string | null;
      readonly detail: string;
      readonly attempts: ReadonlyMap<string, number>;
    }
  /** `open` counts the tasks that are left because the run was not asked to do them. */
  | { readonly type: 'record-completion'; readonly open: number }
  | { readonly type: 'stop-agents' };
