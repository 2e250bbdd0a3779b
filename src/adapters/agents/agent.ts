/** Who does a task. An agent works in a folder; it never commits and never ticks. */

import type { Usage as ReportedUsage } from '../../core/event.ts';
import type { Redaction, Secret } from '../../core/redact.ts';
import type { Sandbox } from '../sandbox.ts';

/** What a session cost so far. A price of null means unknown, never zero. */
export type Usage = Readonly<ReportedUsage>;

/** One attempt at a task, as its agent is asked to make it. */
export interface AgentJob {
  readonly runId: string;
  readonly planId: string;
  readonly taskId: string;
  readonly taskTitle: string;
  readonly phaseId: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Absolute folder the agent works in. */
  readonly cwd: string;
  readonly prompt: string;
  /** What a bare model is told before its prompt, what changes least first; see {@link Agent.bare}. */
  readonly frame?: readonly string[] | undefined;
  /** Globs of the files that the task may change; undefined where it may change any. */
  readonly files?: readonly string[] | undefined;
  /** Absolute paths of files and folders that are not the task's to change, whatever its globs say. */
  readonly readOnly?: readonly string[] | undefined;
  /** The task's `run:` command, where it has one. */
  readonly run: string | undefined;
  readonly model: string | undefined;
  /** The commands of the gates that the work will be judged by: whatever they do is done anyway. */
  readonly gates?: readonly string[];
  /** The environment of the child, already filtered. A profile's own variables are added by its agent. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds; both clocks are always on. */
  readonly wallTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** What it may cost at most; an agent that can stop itself there does so, any other is stopped when it says that it has. */
  readonly maxBudgetUsd: number | undefined;
  readonly maxTokens?: number | undefined;
  /** Absolute path of the log that keeps the output, bounded. */
  readonly logFile: string;
  /** Absolute path of the transcript, for an agent that has one; see `core/transcript.ts`. */
  readonly transcriptFile?: string | undefined;
  /** Takes secrets out of what the agent prints. */
  readonly redaction?: Redaction | undefined;
  readonly sandbox?: Sandbox | null | undefined;
}

/** What a session says while it works. Posted, never acted on in the callback. */
export type AgentEvent =
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'session'; readonly id: string }
  | { readonly type: 'usage'; readonly usage: Usage };

/** How an attempt ended. */
export interface AgentResult {
  readonly outcome:
    | 'finished'
    | 'agent_failed'
    | 'denied'
    | 'refused'
    | 'timeout_idle'
    | 'timeout_wall'
    | 'rate_limited'
    | 'budget'
    | 'auth'
    | 'cancelled';
  /** One sentence for people; empty when finished. */
  readonly reason: string;
  readonly exitCode: number | null;
  /** Last output, bounded, for the retry's context. */
  readonly tail: string;
  readonly durationMs: number;
  readonly sessionId: string | null;
  readonly usage: Usage | null;
  /** The model that worked, where the agent says it. */
  readonly model?: string | null;
  /** When a rate limit resets, ISO 8601. */
  readonly resetsAt: string | null;
}

/** An attempt that is under way. */
export interface AgentSession {
  /** The process (and process group) that works on it, for the journal; absent where there is none. */
  readonly pid?: number;
  /** Settles when the whole process group is gone. Never rejects: a failure is an outcome. */
  readonly done: Promise<AgentResult>;
  /** INT → TERM → KILL, then `done` settles with `cancelled`. */
  abort(): void;
}

/** Whoever does tasks. */
export interface Agent {
  readonly name: string;
  /** A model without a program around it: its prompt is the task alone, and the job's `frame` says what a program would find out. */
  readonly bare?: boolean;
  /** Null when it can run here; else a sentence that says what is missing and what to do. */
  unavailable(): Promise<string | null>;
  /** What it works with and nothing may show, where that is more than the environment tells. Asked once it is available. */
  secrets?(): Promise<readonly Secret[]>;
  start(job: AgentJob, emit: (event: AgentEvent) => void): AgentSession;
}
