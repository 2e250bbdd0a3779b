/** The document: what a plan file says, with the place of everything that can be edited. */
import type { Span } from './diagnostic.ts';

export type PlanStatus = 'draft' | 'ready' | 'running' | 'paused' | 'completed' | 'failed';
export type CreatedBy = 'user' | 'claude' | 'api';
export type ExecutionMode = 'sequential' | 'parallel' | 'manual';
/** What the file can say of a task. `running` is live state and never stands in a file. */
export type TaskStatus = 'pending' | 'completed' | 'failed' | 'skipped';
/** Derived from a phase's tasks. */
export type PhaseStatus = 'pending' | 'running' | 'completed' | 'failed' | 'paused';

/** Where one `key: value` of a frontmatter stands, for splices. */
export interface FieldPlace {
  readonly key: Span;
  /** The value's source; length 0 where the value is empty. */
  readonly value: Span;
  /** The whole entry, from the first column of its line (indentation included) to the end of its last line, line ending included. */
  readonly entry: Span;
}

/** A frontmatter block: `---` at the top of the file, or a fenced `yaml` block first in a phase or task. */
export interface Frontmatter {
  /** The whole block, fences included. */
  readonly block: Span;
  /** The YAML lines between the fences, line endings included; length 0 in an empty block. */
  readonly content: Span;
  /** What stands before each YAML line: the container's indentation. */
  readonly indent: string;
  /** `flow` for `{ id: x }`. */
  readonly style: 'block' | 'flow';
  readonly fields: ReadonlyMap<string, FieldPlace>;
}

/** A plan as its file says it, with the places of all that can be edited. */
export interface Plan {
  /** The file's name without `.plan.md`. It is the plan's id. */
  readonly id: string;
  /** Frontmatter `title`, else the first H1, else the id. */
  readonly title: string;
  /** Markdown between the H1 (or the frontmatter) and the first phase or task, trimmed. Lines of all descriptions end with `\n`. */
  readonly description: string;
  readonly status: PlanStatus;
  readonly createdBy: CreatedBy;
  readonly maxBudgetUsd: number | undefined;
  readonly phases: readonly Phase[];
  readonly place: {
    readonly frontmatter: Frontmatter | null;
    /** The H1's lines without the last line ending. */
    readonly headingLine: Span | null;
    /** The H1's text. */
    readonly heading: Span | null;
    readonly description: Span;
    /** `\n`, `\r\n` or `\r`: the first line ending of the file. */
    readonly eol: string;
  };
}

/** A section of a plan. */
export interface Phase {
  readonly id: string;
  /** The heading's text; empty for the unnamed first phase. */
  readonly title: string;
  /** Prose of the section that belongs to no task, trimmed. */
  readonly description: string;
  readonly executionMode: ExecutionMode;
  readonly pauseAfter: boolean;
  readonly agent: string | undefined;
  readonly gates: readonly string[] | undefined;
  readonly maxConcurrency: number | undefined;
  readonly tasks: readonly Task[];
  readonly place: {
    /** The whole section: heading to the character before the next phase (or the end). */
    readonly section: Span;
    /** The heading's line without its line ending; null for the unnamed first phase. */
    readonly headingLine: Span | null;
    /** The heading's text. */
    readonly heading: Span | null;
    readonly frontmatter: Frontmatter | null;
    /** The stretches of prose, blank lines around them left out. The first is what precedes the tasks; length 0 where there is none. */
    readonly prose: readonly Span[];
  };
}

/** An item of a phase: what one attempt does, and one commit holds. */
export interface Task {
  readonly id: string;
  /** Whether `id:` stands in the file; else it is derived from the title. */
  readonly pinned: boolean;
  /** First paragraph as written (inline Markdown), line breaks folded to a space. */
  readonly title: string;
  /** The rest of the item, dedented, without the frontmatter, trimmed. */
  readonly description: string;
  readonly status: TaskStatus;
  readonly dependsOn: readonly string[];
  /** As written; undefined means the phase's default. */
  readonly canRunInParallel: boolean | undefined;
  readonly agent: string | undefined;
  readonly run: string | undefined;
  readonly gates: readonly string[] | undefined;
  readonly files: readonly string[] | undefined;
  readonly allowNoChanges: boolean;
  /** Milliseconds. */
  readonly estimate: number | undefined;
  readonly maxAttempts: number | undefined;
  /** Milliseconds, for one attempt. */
  readonly timeout: number | undefined;
  readonly maxBudgetUsd: number | undefined;
  readonly model: string | undefined;
  readonly assignee: 'human' | undefined;
  /** As written: what a person approved. */
  readonly approved: string | undefined;
  /** Derived: whether what was approved is what the task says now. */
  readonly approval: 'valid' | 'void' | undefined;
  /** Written by the executor. */
  readonly attempts: number;
  readonly error: string | undefined;
  readonly place: {
    /** The whole list item, marker included, to the end of its last non-blank line (line ending included). */
    readonly item: Span;
    /** The one character between the box's brackets. */
    readonly box: Span;
    /** The title's source. */
    readonly title: Span;
    /** The column where the item's content begins, as a string of that many spaces. */
    readonly indent: string;
    readonly frontmatter: Frontmatter | null;
    /** The source of the description (with its indentation); length 0 where there is none. */
    readonly description: Span;
  };
}

/** What each part of a document says, its id apart; the rest is where it says it. */
export const PLAN_FIELDS = ['title', 'description', 'status', 'createdBy', 'maxBudgetUsd'] as const satisfies readonly (keyof Plan)[];
export const PHASE_FIELDS = [
  'title',
  'description',
  'executionMode',
  'pauseAfter',
  'agent',
  'gates',
  'maxConcurrency',
] as const satisfies readonly (keyof Phase)[];
export const TASK_FIELDS = [
  'title',
  'description',
  'status',
  'dependsOn',
  'canRunInParallel',
  'agent',
  'run',
  'gates',
  'files',
  'allowNoChanges',
  'estimate',
  'maxAttempts',
  'timeout',
  'maxBudgetUsd',
  'model',
  'assignee',
  'approved',
  'attempts',
  'error',
] as const satisfies readonly (keyof Task)[];

/** Nothing is left to do for it. What is not done is open: a failed task too. */
export function isDone(task: { readonly status: TaskStatus }): boolean {
  return task.status === 'completed' || task.status === 'skipped';
}

export function isOpen(task: { readonly status: TaskStatus }): boolean {
  return !isDone(task);
}
