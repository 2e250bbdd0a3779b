/** What a plan on a branch of its own gives more power to than it had where the branch began: more to run, less to check, more to spend. */
import type { Phase, Plan, Task } from '../plan.ts';
import { findPhase, findTask, phaseOf } from '../progress.ts';

type Narrows<T> = (before: T, after: T) => boolean;
type Rules<T> = { readonly [K in keyof T]?: Narrows<T[K]> };

const never = (): boolean => false;
const isSet = (_: unknown, after: unknown): boolean => after !== undefined;
const lower: Narrows<number | undefined> = (before, after) => after !== undefined && (before === undefined || after < before);
/** Where nothing is named all the gates of the config hold. */
const more: Narrows<readonly string[] | undefined> = (before, after) =>
  after === undefined || (before !== undefined && before.every((gate) => after.includes(gate)));
/** Within what was allowed, as far as the globs are the same. */
const fewer: Narrows<readonly string[] | undefined> = (before, after) =>
  after !== undefined && (before === undefined || after.every((glob) => before.includes(glob)));

const TASK: Rules<Task> = {
  run: never,
  agent: never,
  model: never,
  gates: more,
  files: fewer,
  allowNoChanges: (_, after) => !after,
  maxAttempts: lower,
  maxBudgetUsd: lower,
  timeout: lower,
  assignee: isSet,
};
const PHASE: Rules<Phase> = {
  agent: never,
  gates: more,
  executionMode: (before, after) => after === 'manual' || before !== 'manual',
  pauseAfter: (_, after) => after,
  maxConcurrency: lower,
};

/** One sentence for each thing that is wider; none where the plan says the same or less. */
export function wideningIn(before: Plan, after: Plan): readonly string[] {
  const found: string[] = [];
  const tell = (fields: readonly string[], of: string) => found.push(...fields.map((field) => `It changes "${field}" of ${of}.`));
  if (before.maxBudgetUsd !== after.maxBudgetUsd && !lower(before.maxBudgetUsd, after.maxBudgetUsd)) tell(['maxBudgetUsd'], 'the plan');
  for (const phase of after.phases) {
    tell(wider(PHASE, findPhase(before, phase.id) ?? PLAIN_PHASE, phase), `the phase "${phase.id}"`);
    for (const task of phase.tasks) {
      const was = findTask(before, task.id);
      tell(wider(TASK, was ?? PLAIN_TASK, task), `the task "${task.id}"`);
      // In another phase it is asked for, and checked, as that phase says.
      const from = was === undefined ? undefined : phaseOf(before, task.id);
      if (from !== undefined && from.id !== phase.id) tell(wider(PHASE, from, phase), `the phase of the task "${task.id}"`);
    }
  }
  return found;
}

function wider<T extends object>(rules: Rules<T>, before: Partial<T>, after: T): readonly string[] {
  return (Object.keys(rules) as (keyof T & string)[]).filter((key) => {
    const [was, now] = [before[key], after[key]];
    return JSON.stringify(was) !== JSON.stringify(now) && rules[key]?.(was as T[typeof key], now) !== true;
  });
}

/** What a new one is compared with: nothing is named. */
const PLAIN_TASK: Partial<Task> = { allowNoChanges: false };
const PLAIN_PHASE: Partial<Phase> = { executionMode: 'sequential', pauseAfter: false };
