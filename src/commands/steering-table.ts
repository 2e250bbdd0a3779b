/** The part of the table that is about steering a plan by hand. */
import { ONE_PLAN, REMOTE, type CommandSpec } from './specification.ts';

const TASK = { name: 'TASK', summary: 'A task’s id; PLAN/TASK in one word does as well', completes: 'task' } as const;
const CHANGED = [
  'Where nothing runs the plan, the change is committed at once. Where a runner is at work here, it commits the change and obeys at its next boundary; so does one on another machine, which is asked through the shared remote where there is one (config: remote).',
];

export const STEERING: readonly CommandSpec[] = [
  {
    name: 'pause',
    group: 'Steer',
    summary: 'Let the task that runs finish, and pause the plan',
    description: ['Writes status: paused. The runner starts nothing more, tries nothing again, and ends with exit code 3.', ...CHANGED],
    arguments: [ONE_PLAN],
    options: [{ name: 'now', summary: 'Stop what runs at once; its work is kept, and the task stays open' }, REMOTE],
    examples: [
      { command: 'plans pause add-auth', says: 'after the task that runs' },
      { command: 'plans pause add-auth --now', says: 'at once' },
    ],
    exitCodes: [],
    load: async () => (await import('./steering.ts')).pause,
  },
  {
    name: 'resume',
    group: 'Steer',
    summary: 'Go on with a paused or cancelled plan',
    description: [
      'Where a runner is at work that was asked to pause, the pause is taken back; else the plan runs on from here, as with plans run.',
    ],
    arguments: [ONE_PLAN],
    options: [REMOTE],
    examples: [{ command: 'plans resume add-auth', says: 'go on' }],
    exitCodes: [
      [1, 'the plan failed'],
      [3, 'the plan is paused and waits for a person'],
    ],
    load: async () => (await import('./resume.ts')).resume,
  },
  {
    name: 'cancel',
    group: 'Steer',
    summary: 'Give a plan up: stop what runs, start nothing more',
    description: [
      'Writes status: failed, and wins over everything: the runner stops its agents at once and ends with exit code 1. What they had changed is kept under refs/plans/attempts; what has landed stays.',
      ...CHANGED,
    ],
    arguments: [ONE_PLAN],
    options: [REMOTE],
    examples: [{ command: 'plans cancel add-auth', says: 'give it up; plans resume takes that back' }],
    exitCodes: [],
    load: async () => (await import('./steering.ts')).cancel,
  },
  {
    name: 'approve',
    group: 'Steer',
    summary: 'Let a task of a manual phase run',
    description: [
      'Writes approved: into the task, with a digest of its title, description, run, agent, gates, files and model. An edit of any of these voids it; plans next says so. It is used up when the task lands or fails.',
      ...CHANGED,
    ],
    arguments: [ONE_PLAN, TASK],
    options: [REMOTE],
    examples: [
      { command: 'plans approve release publish', says: 'it may run as it is now' },
      { command: 'plans approve release/publish', says: 'the same' },
    ],
    exitCodes: [],
    load: async () => (await import('./steering.ts')).approve,
  },
  {
    name: 'skip',
    group: 'Steer',
    summary: 'Leave a task out; what depends on it may run',
    description: [
      'Writes status: skipped, and names the tasks that this lets run. What its last attempt left in the checkout is put away, as by plans stash, so that the next task begins without it. Where it is at work its agent is stopped. plans retry takes it in again.',
      ...CHANGED,
    ],
    arguments: [ONE_PLAN, TASK],
    options: [{ name: 'keep-files', summary: 'Leave in the checkout what its last attempt left there' }, REMOTE],
    examples: [
      { command: 'plans skip add-auth migration', says: 'without it' },
      { command: 'plans skip add-auth migration --keep-files', says: 'and use what it did' },
    ],
    exitCodes: [],
    load: async () => (await import('./steering.ts')).skip,
  },
  {
    name: 'retry',
    group: 'Steer',
    summary: 'Try a failed task again, with all of its attempts',
    description: [
      'The next run begins on what the last attempt left: in the checkout it is there still, or brought back where it was put away, and a task of a parallel phase gets it back from refs/plans/attempts, on top of what has landed since. In a manual phase this is an approval too.',
      ...CHANGED,
    ],
    arguments: [ONE_PLAN, TASK],
    options: [{ name: 'from-base', summary: 'Begin clean: its files are put back, the attempt stays under refs/plans/attempts' }, REMOTE],
    examples: [
      { command: 'plans retry add-auth migration', says: 'go on from what is there' },
      { command: 'plans retry add-auth migration --from-base', says: 'begin anew' },
    ],
    exitCodes: [],
    load: async () => (await import('./steering.ts')).retry,
  },
  {
    name: 'stash',
    group: 'Steer',
    summary: 'Put away what failed attempts left in the checkout',
    description: [
      'Files that the last attempt at a task left go back to what HEAD has; without TASK, those of every task that is not completed. They are kept: refs/plans/stash/<plan>/<task> is the commit of all that the attempt did, and --pop brings it back, on top of what has landed since. plans retry does so too.',
      'Only what stands as the attempt left it goes. What you have changed or staged since stays, and is named. Not while a runner is at work on the plan.',
    ],
    arguments: [ONE_PLAN, { ...TASK, required: false }],
    options: [{ name: 'pop', summary: 'Bring back what was put away of the task' }, REMOTE],
    examples: [
      { command: 'plans stash add-auth', says: 'a clean checkout, after a failure or a cancellation' },
      { command: 'plans stash add-auth migration --pop', says: 'as it was' },
    ],
    exitCodes: [],
    load: async () => (await import('./stash.ts')).stash,
  },
  {
    name: 'done',
    group: 'Steer',
    summary: 'Commit what you did by hand as a task',
    description: [
      'Runs the task’s gates on the checkout as it is. When they pass, what you changed and the ticked box become the task’s commit, with the trailer Plan-Agent: human. At a terminal you see the files first, and are asked.',
      'Everything that git status shows goes in, but for plan files, the config, and what attempts at other open tasks have left; --files says it by name. Not while a runner is at work on the plan.',
    ],
    arguments: [ONE_PLAN, TASK],
    options: [
      { name: 'files', value: 'GLOBS', summary: 'Only changes that match one of these, separated by commas' },
      { name: 'no-gates', summary: 'Do not run the gates; the commit’s trailer says skipped' },
      { name: 'yes', short: 'y', summary: 'Do not ask' },
      REMOTE,
    ],
    examples: [
      { command: 'plans done add-auth migration', says: 'gates, then one commit' },
      { command: 'plans done add-auth migration --files "src/db/**,README.md"', says: 'and leave the rest alone' },
    ],
    exitCodes: [[1, 'a gate failed; nothing was committed']],
    load: async () => (await import('./done.ts')).done,
  },
  {
    name: 'edit',
    group: 'Steer',
    summary: 'Change a task’s text in your editor',
    description: [
      'Opens the task’s Markdown with $VISUAL or $EDITOR, puts what you saved in its place, every other byte staying, and refuses what lint calls an error. For a task that failed it offers to try again.',
      ...CHANGED,
    ],
    arguments: [ONE_PLAN, TASK],
    options: [REMOTE],
    examples: [{ command: 'plans edit add-auth migration', says: 'say it better, try again' }],
    exitCodes: [[1, 'the plan would have errors; nothing was changed']],
    load: async () => (await import('./edit.ts')).edit,
  },
];
