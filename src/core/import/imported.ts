/** What every reader of a foreign task list makes of it: the outline that a plan is formatted from, and what did not get into it. */
import type { Span } from '../diagnostic.ts';
import type { FieldValues } from '../yaml-text.ts';

/** A file as it was read. */
export interface SourceFile {
  /** As people name it, `/`-separated: part of what tells the format. */
  readonly path: string;
  readonly text: string;
}

/** What a task's mark says. */
export type Mark = 'open' | 'done' | 'skipped';

export interface ImportedTask {
  /** Its id as the source has it, e.g. `T012`, `2.1` or `BACK-7`; null where it has none. */
  readonly ref: string | null;
  /** On one line, without the id and the marks. */
  readonly title: string;
  /** Markdown, sub-steps included. */
  readonly description: string;
  readonly mark: Mark;
  /** Ids as the source has them, of tasks or of groups of tasks. */
  readonly dependsOn: readonly string[];
  /** Marked as one that can run beside its neighbours. */
  readonly parallel: boolean;
  /** Further keys of the task's frontmatter. */
  readonly fields: FieldValues;
  /** Prose that stands between the task and the one before it. */
  readonly lead: string;
  /** Where it stands, for the report. */
  readonly at: Place;
  /** The character between its brackets, or the empty span between them; null where it has no box of its own. */
  readonly box: Span | null;
}

export interface ImportedPhase {
  /** Its id as the source has it: who depends on it depends on all of its tasks. */
  readonly ref: string | null;
  readonly title: string;
  readonly description: string;
  readonly tasks: readonly ImportedTask[];
  /** Prose after the last task. */
  readonly tail: string;
}

export interface Imported {
  /** The title that the source gives itself; null where it has none. */
  readonly title: string | null;
  readonly description: string;
  readonly phases: readonly ImportedPhase[];
  readonly losses: readonly Loss[];
}

/** Where something stands in the source: a 1-based line, or the path of a value where the format has no lines. */
export interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly path?: string;
}

/** One line (or value) that did not become what it was, and why. */
export interface Loss extends Place {
  /** What stands there. */
  readonly text: string;
  /** A clause for people, e.g. `is metadata of another tool`. */
  readonly why: string;
}
