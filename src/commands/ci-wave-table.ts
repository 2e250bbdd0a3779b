/** The part of the table with which many machines carry plans out: a wave of tasks, joined, and the next. */
import { BASE, FOLDER, ONE } from './ci-run-table.ts';
import type { CommandSpec } from './specification.ts';

export const CI_WAVE: readonly CommandSpec[] = [
  {
    name: 'ci plan',
    group: 'GitHub Actions',
    summary: 'Which tasks machines can do at once now, as a matrix',
    description: [
      'Of every plan that plans ci reconcile would execute, the tasks that can be done at the same time: 256 at most, which is what a workflow run takes. What is left of the budgets is shared out between them.',
      'Nothing of the repository is run: the config is read as data.',
    ],
    arguments: [],
    options: [{ ...ONE, summary: 'This plan, by your word: though it has paused, or was executed as it stands' }, BASE],
    examples: [{ command: 'plans ci plan --json', says: 'the wave: plans and tasks, each with its commit' }],
    exitCodes: [],
    load: async () => (await import('./ci/plan.ts')).ciPlan,
  },
  {
    name: 'ci task',
    group: 'GitHub Actions',
    summary: 'Do one task of a wave, and bundle its work',
    description: [
      'Does the task where HEAD stands, with its gates and its tries, and leaves work.bundle: one commit with the work alone. The box is ticked by plans ci join.',
    ],
    arguments: [],
    options: [
      ONE,
      { name: 'task', value: 'ID', summary: 'The task’s id', completes: 'task' },
      BASE,
      FOLDER,
      { name: 'secrets-fd', value: 'N', summary: 'Read keys of agents from this file descriptor, a line each, NAME=VALUE' },
    ],
    examples: [{ command: 'plans ci task --plan add-auth --task migration', says: 'one task, in the checkout' }],
    exitCodes: [[1, 'nothing was tried']],
    load: async () => (await import('./ci/task.ts')).ciTask,
  },
  {
    name: 'ci join',
    group: 'GitHub Actions',
    summary: 'Join what a wave has made, and bundle the new commits',
    description: [
      'Lands the work of each task on top of that before it, with the gates run on exactly what lands: one commit with its ticked box each, as plans run makes them. What does not go together, or fails there, is pending again with its try counted; a machine that was lost has left nothing, and its task is pending as it was.',
      'Leaves plan.bundle and report.json for plans ci publish, as plans ci execute does.',
    ],
    arguments: [],
    options: [
      ONE,
      { name: 'from', value: 'DIR', summary: 'Holds a folder for each task, as plans ci task left it', completes: 'file' },
      BASE,
      FOLDER,
    ],
    examples: [{ command: 'plans ci join --plan add-auth --from work', says: 'one plan’s wave' }],
    exitCodes: [],
    load: async () => (await import('./ci/join.ts')).ciJoin,
  },
  {
    name: 'ci next',
    group: 'GitHub Actions',
    summary: 'Begin the next wave, where the last has got anywhere',
    description: [
      'Starts the workflow again where a plan of the wave has new commits and goes on. A wave of which nothing has come is the last: nothing costs for ever.',
    ],
    arguments: [],
    options: [
      { name: 'workflow', value: 'FILE', summary: 'The workflow’s file name' },
      { name: 'wave', value: 'JSON', summary: 'The list of plans that plans ci plan has given' },
      BASE,
    ],
    examples: [{ command: 'plans ci next --workflow plans-matrix.yml --wave "$WAVE"', says: 'after plans ci publish' }],
    exitCodes: [],
    load: async () => (await import('./ci/next.ts')).ciNext,
  },
];
