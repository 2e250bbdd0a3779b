/** What the API answers, as far as the dashboard looks at it. A test holds these against the server's own shapes. */
import type { PlannerEvent, RunEvent } from '../../core/event.ts';
import type {
  DiagnosticRecord,
  IterationRecord,
  LiveRecord,
  PhaseRecord,
  PlanRecord,
  SuggestionRecord,
  TaskRecord,
} from '../../core/record.ts';
import type { PlanDiff } from '../../core/diff-record.ts';
import type { GateResult, Outcome } from '../../core/outcome.ts';
import type { TranscriptEntry } from '../../core/transcript.ts';
import type { WatchEvent } from '../../core/watch-event.ts';

export interface Plan extends PlanRecord {
  readonly slug: string;
  readonly repositoryId: string;
  /** Of the file as it is: what `If-Match` compares. */
  readonly revision: string;
  readonly executionId: string | null;
  readonly resetsAt: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

export type Diagnostic = DiagnosticRecord;
export type PlanStatus = PlanRecord['status'];

export interface Phase extends PhaseRecord {
  readonly slug: string;
  readonly agent: string | null;
  readonly gates: readonly string[] | null;
  readonly maxConcurrency: number | null;
}

export interface Task extends TaskRecord {
  readonly slug: string;
  /** Of the attempt that is under way. */
  readonly attempt: number | null;
  readonly agent: string | null;
  readonly run: string | null;
  readonly gates: readonly string[] | null;
  readonly files: readonly string[] | null;
  readonly allowNoChanges: boolean;
  readonly maxAttempts: number | null;
  readonly maxBudgetUsd: number | null;
  readonly model: string | null;
  readonly assignee: 'human' | null;
  readonly approval: 'valid' | 'void' | null;
}

export interface PlanDetail {
  readonly plan: Plan;
  readonly phases: readonly Phase[];
  readonly tasks: readonly Task[];
  /** Oldest first. */
  readonly iterations: readonly IterationRecord[];
}

export type Iteration = IterationRecord;

export interface PlanPage {
  readonly plans: readonly Plan[];
  readonly total: number;
  readonly next: string | null;
}

export interface PlanSource {
  readonly planId: string;
  readonly text: string;
  readonly revision: string;
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Repository {
  readonly id: string;
  readonly name: string;
  readonly root: string;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly operation: string | null;
  readonly plansFolder: string;
  readonly plans: number;
  readonly spentTodayUsd: number | null;
  readonly dayBudgetUsd: number;
}

export interface Execution {
  readonly id: string;
  readonly planId: string;
  readonly repositoryId: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: string | null;
  readonly live: boolean;
  readonly tasks: LiveRecord['tasks'];
}

export interface Attempt {
  readonly id: string;
  readonly taskId: string;
  readonly executionId: string;
  readonly attempt: number;
  readonly agent: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly outcome: Outcome | null;
  readonly reason: string | null;
  readonly sessionId: string | null;
  readonly durationMs: number | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly commitSha: string | null;
  readonly live: boolean;
  readonly gates: readonly GateResult[];
  readonly logs: { readonly output: boolean; readonly transcript: boolean; readonly gates: readonly string[] };
}

export interface TranscriptPiece {
  readonly from: number;
  readonly next: number;
  readonly size: number;
  readonly live: boolean;
  readonly entries: readonly TranscriptEntry[];
}

export interface LogPiece {
  readonly from: number;
  readonly next: number;
  readonly size: number;
  readonly live: boolean;
  readonly text: string;
}

export interface FilePatch {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted';
  readonly additions: number;
  readonly deletions: number;
  /** A unified diff; null where `reason` says why there is none. */
  readonly patch: string | null;
  readonly reason: 'binary' | 'too-long' | null;
}

export interface Patch {
  readonly files: readonly FilePatch[];
  /** Files beyond the most that are answered. */
  readonly left: number;
}

export type Suggestion = SuggestionRecord;

interface Totals {
  readonly tasks: number;
  readonly first: number;
  readonly attempts: number;
  /** By what was done in them. */
  readonly failed: number;
  readonly durationMs: number;
  readonly costUsd: number | null;
  readonly knownCostUsd: number;
}

export interface Statistics {
  readonly totals: Totals;
  readonly groups: readonly (Totals & { readonly planId: string | null; readonly name: string | null })[];
  readonly days: readonly (Totals & { readonly day: string })[];
  readonly slowest: readonly {
    readonly planId: string;
    readonly task: string;
    /** Null where the plan has no such task any more. */
    readonly title: string | null;
    readonly attempts: number;
    readonly durationMs: number;
    readonly costUsd: number | null;
  }[];
  readonly gates: readonly { readonly gate: string; readonly runs: number; readonly failed: number }[];
  readonly outcomes: readonly { readonly outcome: string; readonly count: number }[];
}

/** A conversation with Claude. */
export interface Job {
  readonly id: string;
  readonly kind: 'generate' | 'review' | 'complete';
  /** Of the plan. */
  readonly title: string;
  readonly planId: string | null;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly result:
    | { readonly planId: string }
    | { readonly assessment: string; readonly suggestions: readonly Suggestion[] }
    | { readonly taskId: string; readonly commit: string }
    | null;
  readonly problem: ProblemDetails | null;
}

export interface PlanHistory {
  /** Newest first. */
  readonly iterations: readonly IterationRecord[];
  readonly uncommitted: IterationRecord['changes'] | null;
}

export interface IterationDetail {
  readonly iteration: IterationRecord;
  readonly diff: PlanDiff | null;
  readonly suggestions: { readonly added: readonly SuggestionName[]; readonly removed: readonly SuggestionName[] };
}

interface SuggestionName {
  readonly id: string;
  readonly title: string;
}

/** RFC 9457. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly diagnostics?: readonly Diagnostic[] | undefined;
  readonly revision?: string | undefined;
}

type ServerEvent =
  | { readonly type: 'stream-started'; readonly resumed: boolean; readonly moment: string | null }
  | { readonly type: 'server-started'; readonly version: string }
  | { readonly type: 'job-finished'; readonly job: string; readonly status: 'completed' | 'failed' | 'cancelled' };

interface Frame {
  readonly at: string;
  readonly repositoryId: string | null;
  readonly planId: string | null;
}

/** The `data` of one server-sent event. */
export type StreamEvent =
  | (Frame & {
      readonly kind: 'run';
      readonly executionId: string;
      readonly seq: number | null;
      readonly offset: number | null;
      readonly event: RunEvent;
    })
  | (Frame & { readonly kind: 'planner'; readonly job: string | null; readonly seq: number; readonly event: PlannerEvent })
  | (Frame & { readonly kind: 'watch'; readonly event: WatchEvent })
  | (Frame & { readonly kind: 'server'; readonly event: ServerEvent });

/** What a job has said so far. */
export interface JobEvents {
  readonly events: readonly { readonly seq: number; readonly event: PlannerEvent }[];
  /** Of the last. */
  readonly seq: number;
}

/** What attempts at tasks that are not completed have left in the checkout. */
export interface Leftovers {
  readonly tasks: readonly { readonly taskId: string; readonly files: readonly string[]; readonly changed: readonly string[] }[];
}

/** What has gone from there, and what has stayed. */
export interface PutAway {
  readonly taskId: string;
  readonly ref: string | null;
  readonly files: readonly string[];
  readonly stays: readonly string[];
}
