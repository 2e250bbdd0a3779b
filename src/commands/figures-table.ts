/** The part of the table that is about figures: what was done and what it cost, and what is still to come. */
import type { Grouping } from '../core/statistics.ts';
import { ONE_PLAN, PLAN, type CommandSpec } from './specification.ts';

export const FIGURES: readonly CommandSpec[] = [
  {
    name: 'stats',
    group: 'Look',
    summary: 'What was done: time, attempts, failures and cost',
    description: [
      'Added up by plan, phase, task, agent or model, with the slowest tasks and the gates that failed most. Read from the trailers of git log, so that a fresh clone says the same; attempts that no commit speaks of yet are not in it.',
      'Sums are exact. What agents did not say is not guessed: ≥ stands before a cost of which a part is unknown.',
    ],
    arguments: [PLAN],
    options: [
      {
        name: 'by',
        value: 'WHAT',
        summary: 'What the rows are',
        choices: ['plan', 'phase', 'task', 'agent', 'model'] satisfies Grouping[],
        default: 'plan; phase for one plan',
      },
      { name: 'since', value: 'WHEN', summary: 'Only what was committed since a day (2026-11-01) or in the last 12h, 30d, 2w' },
    ],
    examples: [
      { command: 'plans stats', says: 'all plans' },
      { command: 'plans stats add-auth --by task', says: 'one plan, task by task' },
      { command: 'plans stats --by model --since 30d', says: 'which model was worth it' },
    ],
    exitCodes: [],
    load: async () => (await import('./stats.ts')).stats,
  },
  {
    name: 'estimate',
    group: 'Look',
    summary: 'What is left of a plan: time, tokens and money',
    description: [
      'From what past tasks of the same agent and model took in this repository (three at least), else by a rule of thumb from the length of the prompts. It says which, and gives a range. What is not known stays unknown.',
      'A task’s own estimate counts for its time. Nothing is asked of anybody, and nothing is spent.',
    ],
    arguments: [ONE_PLAN],
    options: [],
    examples: [
      { command: 'plans estimate add-auth', says: 'before the start' },
      { command: 'plans estimate add-auth --json', says: 'for a program' },
    ],
    exitCodes: [[1, 'the plan has errors']],
    load: async () => (await import('./estimate.ts')).estimate,
  },
];
