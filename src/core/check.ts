/** What the rules say of a plan's text. */
import type { Diagnostic } from './diagnostic.ts';
import type { Plan } from './plan.ts';

export interface Check {
  readonly plan: Plan;
  /** Sorted by place, each once. */
  readonly diagnostics: readonly Diagnostic[];
  /** Whether no diagnostic is an error: only then may the plan be executed or rewritten. */
  readonly valid: boolean;
}
