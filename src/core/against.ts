/** What a suggestion was made against, as a digest: so that one whose target has changed since is not applied to something else. */
import { TASK_FIELDS, type Phase, type Plan, type Task } from './plan.ts';
import { findPhase, findTask, phaseOf } from './progress.ts';
import { sha256 } from './sha256.ts';
import type { SuggestionType } from './review-types.ts';
import type { SuggestionPlace } from './suggestion.ts';

/** Hexadecimal digits of a digest. */
const DIGITS = 12;

/** What runners and a person's decisions write: a task that has failed is still the task that the suggestion is about. */
const RECORDED: readonly string[] = ['status', 'attempts', 'error', 'approved'];
const TASK_KEYS = ['id', ...TASK_FIELDS.filter((key) => !RECORDED.includes(key))] as const;
const PHASE_KEYS = ['id', 'title', 'description', 'executionMode', 'pauseAfter', 'agent', 'gates', 'maxConcurrency'] as const;

interface About {
  readonly type: SuggestionType;
  readonly target: string;
  readonly place: SuggestionPlace;
}

/**
 * The digest of what a suggestion depends on as the plan is now; null where its target is not there (any more). A task's is of all that its author
 * has written; an addition's, of the phase and the names of its tasks; a move's, of the order that it changes.
 */
export function againstOf(plan: Plan, { type, target, place }: About): string | null {
  switch (type) {
    case 'modify_task':
    case 'break_down_task': {
      const task = findTask(plan, target);
      return task === undefined ? null : digest(TASK_KEYS.map((key) => task[key] ?? null));
    }
    case 'add_task': {
      const phase = findPhase(plan, target);
      return phase === undefined ? null : digest([PHASE_KEYS.map((key) => phase[key] ?? null), phase.tasks.map(named)]);
    }
    case 'add_phase':
      return digest(plan.phases.map(named));
    case 'reorder':
      return ofMove(plan, target, place);
  }
}

/** Whether a move is one of a phase: tasks and phases may have the same ids, and a task that is moved says to which phase. */
export function movesPhase(plan: Plan, target: string, { phase, beforeTask }: SuggestionPlace): boolean {
  return phase === undefined && beforeTask === undefined && findPhase(plan, target) !== undefined;
}

function ofMove(plan: Plan, target: string, place: SuggestionPlace): string | null {
  if (movesPhase(plan, target, place)) return digest(plan.phases.map(named));
  const from = phaseOf(plan, target);
  const to = place.phase === undefined ? from : findPhase(plan, place.phase);
  if (from === undefined || to === undefined) return null;
  return digest([...new Set([from, to])].map((phase) => [phase.id, phase.tasks.map(({ id }) => id)]));
}

function named({ id, title }: Phase | Task): readonly string[] {
  return [id, title];
}

function digest(value: unknown): string {
  return sha256(JSON.stringify(value)).slice(0, DIGITS);
}
