/**
 * What attempts at a task have come to that no commit of the branch says yet: what they cost, how they ended, how long they took. The next
 * commit that lands the task, or records why it does not go on, says it.
 */
import { add, NOTHING, toCost, type Spending } from './budget.ts';
import type { AttemptEvidence, PlanEvidence } from './evidence.ts';
import type { AttemptOutcome } from './trailer-value.ts';

export interface Unrecorded {
  /** Null where no agent said what it costs. */
  readonly spending: Spending | null;
  /** Of the attempts that did not land. */
  readonly outcomes: readonly AttemptOutcome[];
  readonly durationMs: number;
  /** Of the last one. */
  readonly agent: string | undefined;
  readonly model: string | undefined;
}

const NONE: Unrecorded = { spending: null, outcomes: [], durationMs: 0, agent: undefined, model: undefined };

/** With what an agent has cost. */
export function withCost(before: Unrecorded | undefined, spending: Spending): Unrecorded {
  const { spending: known, ...rest } = before ?? NONE;
  return { ...rest, spending: add(known ?? NOTHING, spending) };
}

/** With an attempt that did not land. */
export function withAttempt(
  before: Unrecorded | undefined,
  attempt: Pick<AttemptEvidence, 'outcome' | 'gates' | 'durationMs' | 'agent' | 'model'>,
): Unrecorded {
  const { spending, outcomes, durationMs } = before ?? NONE;
  const gates = attempt.gates.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return {
    spending,
    outcomes: [...outcomes, { outcome: attempt.outcome, gates }],
    durationMs: durationMs + (attempt.durationMs ?? 0),
    agent: attempt.agent,
    model: attempt.model,
  };
}

/** What a commit of the plan file alone says of it: no cost where none is known. */
export function recordOf(of: Unrecorded | undefined): Partial<PlanEvidence> {
  const { tokens, costUsd } = toCost(of?.spending);
  return {
    ...(tokens !== null ? { tokens } : {}),
    ...(costUsd !== null ? { costUsd } : {}),
    ...triedOf(of),
    ...(of === undefined || of.durationMs === 0 ? {} : { durationMs: of.durationMs }),
    ...(of?.agent === undefined ? {} : { agent: of.agent }),
    ...(of?.model === undefined ? {} : { model: of.model }),
  };
}

/** The attempts before the one that landed. */
export function triedOf(of: Unrecorded | undefined): Pick<PlanEvidence, 'outcomes'> {
  return of === undefined || of.outcomes.length === 0 ? {} : { outcomes: of.outcomes };
}
