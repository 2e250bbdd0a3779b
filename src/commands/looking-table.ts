/** The part of the table that is about looking at plans and what became of them. */
import { ONE_PLAN, PLAN, type CommandSpec } from './specification.ts';

export const LOOKING: readonly CommandSpec[] = [
  {
    name: 'list',
    group: 'Look',
    summary: 'The plans, with their progress and problems',
    description: ['One line for each plan file. A plan with errors is listed with the first of them; the others work on.'],
    arguments: [],
    options: [
      {
        name: 'status',
        value: 'STATUS',
        summary: 'Only plans with this status; several times, or with commas; open: all that are not completed',
        many: true,
        choices: ['open', 'draft', 'ready', 'running', 'paused', 'completed', 'failed'],
      },
    ],
    examples: [
      { command: 'plans list', says: 'all' },
      { command: 'plans list --status open', says: 'what is not done yet' },
      { command: 'plans list --status ready --json', says: 'what may run, for a program' },
    ],
    exitCodes: [],
    load: async () => (await import('./list.ts')).list,
  },
  {
    name: 'show',
    group: 'Look',
    summary: 'One plan: its phases and tasks with their states',
    description: ['Phases, tasks, what each waits for, and the last error of what failed.'],
    arguments: [ONE_PLAN],
    options: [],
    examples: [{ command: 'plans show add-auth', says: 'the whole plan at a glance' }],
    exitCodes: [[1, 'the plan has errors']],
    load: async () => (await import('./show.ts')).show,
  },
  {
    name: 'status',
    group: 'Look',
    summary: 'What runs, what waits and why, what is uncommitted',
    description: [
      'The repository as Plans sees it: branch, what agents have cost today and for each plan, plans that run or wait for a person (at a rate limit until when), edits of plan files that no commit has yet.',
    ],
    arguments: [],
    options: [],
    examples: [{ command: 'plans status', says: 'where things stand' }],
    exitCodes: [],
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'next',
    group: 'Look',
    summary: 'What is ready to start, and why the rest is not',
    description: [
      'For each open task the reason it waits: a phase before it, a dependency, a person. The executor decides by the same function.',
      'Of all plans: what can start, then what only a person can move, and how much waits behind it; drafts and plans that were given up are counted.',
    ],
    arguments: [PLAN],
    options: [{ name: 'all', summary: 'Every plan and every waiting task' }],
    examples: [
      { command: 'plans next', says: 'in all plans' },
      { command: 'plans next add-auth --all', says: 'one plan, every task' },
    ],
    exitCodes: [],
    load: async () => (await import('./next.ts')).next,
  },
  {
    name: 'diff',
    group: 'Look',
    summary: 'What differs between two versions of the plans, in the plans’ terms',
    description: [
      'Tasks and phases that came, went, moved, got another name or other words, boxes that were ticked by hand, keys that changed, and what follows: what can start now, in which order, how long and at what cost. Commands, agents, gates, budgets, file scopes and approvals are marked with ⚠: read them as code.',
      'BASE is a revision, compared with the files as they are (with --staged: with the index); BASE..HEAD compares two, and BASE...HEAD what HEAD has done since they parted. Without either: HEAD and the files. A task is the same when its id is, else by its title, however it was reworded.',
    ],
    arguments: [
      { name: 'BASE[..HEAD]', summary: 'What to compare; HEAD with the files where nothing is named' },
      { ...PLAN, summary: 'This plan alone' },
    ],
    options: [
      { name: 'staged', summary: 'Compare with what is staged in place of the files' },
      { name: 'format', value: 'FORMAT', summary: 'How to print it', choices: ['terminal', 'markdown', 'json'], default: 'terminal' },
    ],
    examples: [
      { command: 'plans diff', says: 'what no commit has yet' },
      { command: 'plans diff HEAD~3 add-auth', says: 'one plan, the last three commits and the files' },
      { command: 'plans diff main...feature --format markdown', says: 'for a comment on a pull request' },
      { command: 'plans diff --staged --json', says: 'for a program, before a commit' },
    ],
    exitCodes: [[1, 'a plan has errors']],
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    name: 'log',
    group: 'Look',
    summary: 'The commits of tasks: attempt, duration, gates, cost',
    description: [
      'Read from the trailers of git log, so that a fresh clone says the same. A task that was taken back since names the commit that did it.',
    ],
    arguments: [PLAN],
    options: [{ name: 'limit', short: 'n', value: 'N', summary: 'At most so many commits', default: '50' }],
    examples: [
      { command: 'plans log', says: 'all plans, newest first' },
      { command: 'plans log add-auth --json', says: 'one plan, for a program' },
    ],
    exitCodes: [],
    load: async () => (await import('./log.ts')).log,
  },
  {
    name: 'logs',
    group: 'Look',
    summary: 'What an attempt at a task said and did, and what its gates printed',
    description: [
      'The last attempt, or another one: the agent’s transcript where it has one, else its output; of gates that failed the end of their logs. With --json nothing is left out. Kept on this machine alone, under .plans/logs, without secrets.',
    ],
    arguments: [
      { name: 'TASK', summary: 'A task’s id; PLAN/TASK and PLAN TASK do as well', required: true, completes: 'task' },
      { name: 'ID', summary: 'The task’s id, where the plan goes before it', completes: 'task' },
    ],
    options: [
      { name: 'plan', value: 'PLAN', summary: 'The plan, where several have such a task', completes: 'plan' },
      { name: 'attempt', short: 'a', value: 'N', summary: 'Another attempt than the last one' },
      { name: 'follow', short: 'f', summary: 'Print what comes until the attempt has ended' },
    ],
    examples: [
      { command: 'plans logs user-model', says: 'the last attempt' },
      { command: 'plans logs user-model --follow', says: 'the one that is under way' },
      { command: 'plans logs user-model --attempt 1 --json', says: 'an earlier one, whole, for a program' },
    ],
    exitCodes: [],
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'watch',
    group: 'Look',
    summary: 'What changes in the plans, as it changes',
    description: [
      'Keeps the cache equal to the files, and prints what each save, rename, deletion or branch switch changes, in the plan’s terms. A branch switch is one change. Ctrl-C ends it.',
      'The system says when to look; where it cannot, as on a network drive, the files are looked at every few seconds, and a line says so. With --json, one event a line (NDJSON) goes to standard output.',
    ],
    arguments: [],
    options: [{ name: 'poll', summary: 'Look at the files every few seconds, where the system tells of changes too late or never' }],
    examples: [
      { command: 'plans watch', says: 'beside an editor' },
      { command: 'plans watch --json | jq -c .event', says: 'for a program' },
    ],
    exitCodes: [],
    load: async () => (await import('./watch.ts')).watch,
  },
];
