/** The part of the table with which jobs execute plans, publish what came of it, and are steered by comments. */
import type { CommandSpec, OptionSpec } from './specification.ts';

export const ONE: OptionSpec = { name: 'plan', value: 'PLAN', summary: 'The plan’s slug', completes: 'plan' };
export const BASE: OptionSpec = { name: 'base', value: 'BRANCH', summary: 'The branch that work is merged into', default: 'the event’s' };
export const FOLDER: OptionSpec = {
  name: 'folder',
  value: 'DIR',
  summary: 'Where one job leaves what the next one reads',
  completes: 'file',
  default: 'plans in RUNNER_TEMP',
};

export const CI_RUN: readonly CommandSpec[] = [
  {
    name: 'ci reconcile',
    group: 'GitHub Actions',
    summary: 'Which plans jobs are to execute now, as a matrix',
    description: [
      'A plan that is ready on the base branch is executed once for what it says; one whose branch says ready or running goes on from there; one that has paused waits for a person, or for its rate limit to reset. What was executed is remembered under refs/plans/executed on the remote.',
      'Nothing of the repository is run: the config is read as data.',
    ],
    arguments: [],
    options: [{ ...ONE, summary: 'This plan, by your word: though it has paused, or was executed as it stands' }, BASE],
    examples: [
      { command: 'plans ci reconcile --json', says: 'every plan and what becomes of it' },
      { command: 'plans ci reconcile --plan add-auth', says: 'one, once more' },
    ],
    exitCodes: [],
    load: async () => (await import('./ci/reconcile.ts')).ciReconcile,
  },
  {
    name: 'ci execute',
    group: 'GitHub Actions',
    summary: 'Carry a plan out, and bundle its commits',
    description: [
      'Runs the plan from where HEAD stands on the branch plans/PLAN, as plans run does, and leaves plan.bundle and report.json for the job that publishes. The config and what gives a plan power count as the base branch has them.',
      'A pause is no failure here: the summary says how it goes on.',
    ],
    arguments: [],
    options: [
      ONE,
      BASE,
      FOLDER,
      { name: 'time-limit', value: 'TIME', summary: 'After this long nothing new begins', default: '5h' },
      { name: 'secrets-fd', value: 'N', summary: 'Read keys of agents from this file descriptor, a line each, NAME=VALUE' },
    ],
    examples: [{ command: 'plans ci execute --plan add-auth', says: 'one plan, in the checkout' }],
    exitCodes: [[1, 'the plan failed']],
    load: async () => (await import('./ci/execute.ts')).ciExecute,
  },
  {
    name: 'ci publish',
    group: 'GitHub Actions',
    summary: 'Check what was executed, push it, and tell of it',
    description: [
      'Looks at every commit of the bundle as data: one task each with its box and its gates, one parent, the plan’s text untouched; no workflow, action, config or gate command, no link, no submodule, no secret. Then pushes the branch where nobody else has pushed meanwhile, and opens or updates one pull request.',
      'Nothing of the repository is run or checked out, hooks and filters included.',
    ],
    arguments: [],
    options: [
      ONE,
      { name: 'commit', value: 'ID', summary: 'Where the execution began, as plans ci reconcile gave it' },
      BASE,
      FOLDER,
      { name: 'download', value: 'OUTCOME', summary: 'How the download of that folder went; after a failure nothing is taken for lost' },
    ],
    examples: [
      { command: 'plans ci publish --plan add-auth --commit 0123456789abcdef0123456789abcdef01234567', says: 'after plans ci execute' },
    ],
    exitCodes: [],
    load: async () => (await import('./ci/publish.ts')).ciPublish,
  },
  {
    name: 'ci command',
    group: 'GitHub Actions',
    summary: 'Obey a comment on a plan’s pull request',
    description: [
      'A new comment of one line: /plans run, pause, resume, cancel, review, estimate, retry TASK, skip TASK or approve TASK@COMMIT. Who may write to the repository may say so, which GitHub is asked; a comment that was edited, or on a pull request of another repository, changes nothing.',
      'It is one commit of the plan file on its branch, pushed where the branch is still at what was looked at. What is to go on is started: the workflow that executes plans.',
    ],
    arguments: [],
    options: [
      { name: 'workflow', value: 'FILE', summary: 'The workflow that executes plans', default: 'plans-run.yml or plans-matrix.yml' },
    ],
    examples: [{ command: 'plans ci command', says: 'in a workflow on issue_comment' }],
    exitCodes: [],
    load: async () => (await import('./ci/command.ts')).ciCommand,
  },
];
