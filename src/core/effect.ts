/** What goes into the run's machine and what comes out of it: facts are past tense, effects imperative. */
import type { Amount } from './budget.ts';
import type { RunEvent, Usage } from './event.ts';
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
  /** Set where another try cannot help before a person has done something. */
  readonly waits?: PauseReason;
  /** When a rate limit resets, ISO 8601; null or not there where nobody said. */
  readonly resetsAt?: string | null;
}

/** What a pause waits for. */
export interface Waiting {
  readonly reason: PauseReason;
  /** The task it waits at, where there is one. */
  readonly task: string | null;
  /** A sentence, without its capital and its stop. */
  readonly detail: string;
  /** The plan file asks for it: it ends where the file no longer does. */
  readonly byFile?: boolean;
  /** When what it waits for is over by itself, ISO 8601. */
  readonly resetsAt?: string | null;
}

/** What has happened and only the machine needs to know. */
export type Fact =
  | RunEvent
  /** `withdrawn`: the file does not ask for the pause any more that it asked for. */
  | { readonly type: 'plan-read'; readonly plan: Plan; readonly withdrawn?: boolean }
  /** Gone, unreadable or with errors. */
  | { readonly type: 'plan-unusable'; readonly detail: string }
  /** A person leaves out a task that is at work. */
  | { readonly type: 'task-skipped'; readonly task: string }
  /** It was about to be recorded as failed, and was not. */
  | { readonly type: 'failure-withdrawn'; readonly task: string }
  /** HEAD is not where the run stands, and what is there is not its to follow. */
  | { readonly type: 'head-moved'; readonly detail: string }
  /** The remote from which the plan runs is lost; `now`: to another runner. */
  | { readonly type: 'remote-lost'; readonly detail: string; readonly now: boolean }
  /** The agent goes on printing, and nothing comes of it. `reason` is a sentence. */
  | { readonly type: 'agent-stalled'; readonly task: string; readonly attempt: number; readonly reason: string }
  | { readonly type: 'work-checked'; readonly task: string; readonly attempt: number; readonly failure: Failure | null }
  | { readonly type: 'gates-finished'; readonly task: string; readonly attempt: number; readonly failure: Failure | null }
  | { readonly type: 'commit-refused'; readonly task: string; readonly attempt: number; readonly failure: Failure };

/** How an attempt ends whose agent is stopped alone. */
export type StopOutcome = Extract<Outcome, 'budget' | 'timeout_idle' | 'cancelled'>;

export type Effect =
  | { readonly type: 'read-plan' }
  | {
      readonly type: 'start-attempt';
      readonly task: string;
      readonly attempt: number;
      readonly maxAttempts: number;
      /** In a worktree of its own. */
      readonly apart: boolean;
      readonly failure: Failure | null;
      /** What it may cost; null where it costs nothing. */
      readonly ceiling: Amount | null;
    }
  /** What an attempt has cost so far is written where a crash leaves it. */
  | { readonly type: 'journal-usage'; readonly task: string; readonly attempt: number; readonly usage: Usage }
  /** One agent is stopped; its attempt ends with this outcome. */
  | {
      readonly type: 'stop-agent';
      readonly task: string;
      readonly attempt: number;
      readonly outcome: StopOutcome;
      readonly reason: string;
    }
  | { readonly type: 'check-work'; readonly task: string; readonly attempt: number }
  | { readonly type: 'run-gates'; readonly task: string; readonly attempt: number }
  | {
      readonly type: 'commit-task';
      readonly task: string;
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly apart: boolean;
      /** Why the run stops, where it does. */
      readonly stop: Waiting | null;
      /** Nothing else is active: the commit may say that the plan pauses. */
      readonly alone: boolean;
    }
  | {
      readonly type: 'finish-attempt';
      readonly task: string;
      readonly attempt: number;
      readonly failure: Failure;
      readonly willRetry: boolean;
    }
  /** `alone`: nothing else is active, so that the plan pauses in the same commit. */
  | {
      readonly type: 'record-failure';
      readonly task: string;
      readonly attempts: number;
      readonly failure: Failure;
      readonly alone: boolean;
    }
  /** A try that another machine has made does not land: the task stays pending, and others may try it again. */
  | { readonly type: 'record-try'; readonly task: string; readonly attempts: number; readonly failure: Failure }
  | {
      readonly type: 'record-pause';
      readonly reason: PauseReason;
      readonly task: string | null;
      readonly detail: string;
      readonly resetsAt: string | null;
      readonly attempts: ReadonlyMap<string, number>;
      readonly byFile: boolean;
    }
  | { readonly type: 'record-cancellation' }
  /** `open` counts the tasks that are left because the run was not asked to do them; `goesOn`: others do them, and the plan is not paused. */
  | { readonly type: 'record-completion'; readonly open: number; readonly goesOn: boolean }
  | { readonly type: 'stop-agents' };
