/** What the outcome of an attempt means for the next: whether another may mend it, would only cost, or has to wait. */
import type { Failure } from './effect.ts';
import type { Outcome, PauseReason } from './outcome.ts';

/** Outcomes that another try may mend. */
const MENDABLE: ReadonlySet<Outcome> = new Set<Outcome>([
  'gate_failed',
  'no_changes',
  'files_violation',
  'agent_failed',
  'refused',
  'denied',
  'timeout_idle',
  'timeout_wall',
  'hook_failed',
]);

/** Outcomes that say nothing of the task: the plan waits, the task stays pending. */
export const WAITS: Readonly<Partial<Record<Outcome, PauseReason>>> = {
  cancelled: 'requested',
  interrupted: 'plan_invalid',
  conflict: 'conflict',
  rate_limited: 'rate_limited',
  budget: 'budget',
};

/** Whether an attempt failed by what was done in it, for statistics; where nobody wrote down how, it did. */
export function isAgentsFault(outcome: string): boolean {
  return outcome === '' || MENDABLE.has(outcome as Outcome);
}

/** What landed meanwhile is something to build on for a task that works apart; in the checkout a conflict is with a person. */
export function mendable({ outcome, waits }: Failure, { apart }: { readonly apart: boolean }): boolean {
  return waits === undefined && (MENDABLE.has(outcome) || (apart && outcome === 'conflict'));
}

/** Two attempts in a row that fail in the same way, on the same work: a third would only cost. */
export function stuck(failures: readonly Failure[]): boolean {
  const [last, before] = [failures.at(-1), failures.at(-2)];
  return last !== undefined && before !== undefined && last.fingerprint === before.fingerprint;
}
