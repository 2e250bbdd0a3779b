/** What a task's frontmatter says, in words. */
import type { Task } from '../api/shapes.ts';
import { countOf } from './words.ts';

/** Name and value of what is set, in the order in which people ask. `after`: the titles of what it waits for. */
export function taskFacts(task: Task, after: string): readonly (readonly [string, string])[] {
  const facts: (readonly [string, string | null])[] = [
    ['Id', task.slug],
    ['After', after === '' ? null : after],
    ['Runs', task.run],
    ['Agent', task.agent],
    ['Model', task.model],
    ['Done by', task.assignee === 'human' ? 'a person' : null],
    ['Gates', task.gates === null ? null : task.gates.length === 0 ? 'none' : task.gates.join(', ')],
    ['May change', task.files === null ? null : task.files.join(', ')],
    [
      'Attempts',
      task.attempts === 0 ? null : `${countOf(task.attempts, 'attempt')}${task.maxAttempts === null ? '' : ` of ${task.maxAttempts}`}`,
    ],
    ['Budget', task.maxBudgetUsd === null ? null : `$${task.maxBudgetUsd}`],
    ['Commit', task.commitSha?.slice(0, 10) ?? null],
  ];
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
}
