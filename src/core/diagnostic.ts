/**
 * A problem in a plan is a value, as in the Language Server Protocol: a rule, a message, a range in the
 * text and, where it is safe, the edits that mend it. Offsets and lengths are UTF-16 code units of the
 * whole file's text, a leading byte order mark included.
 */

/** A stretch of the text. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Replace `length` code units at `offset` by `text`. A length of 0 inserts. */
export interface TextEdit extends Span {
  readonly text: string;
}

export type Severity = 'error' | 'warning' | 'hint';

/** One finding. A plan with an `error` is never executed and never rewritten. */
export interface Diagnostic {
  /** Kebab-case name, e.g. `unknown-key`. Stable: users filter on it. */
  readonly rule: string;
  readonly severity: Severity;
  /** A sentence: what was found, what was expected, what to do. */
  readonly message: string;
  readonly span: Span;
  /** 1-based line and column (UTF-16) of the span's start, and of its end (exclusive). */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[] };
}
