/** The commands. Parsing, help, shell completion and the README's reference are made from this table. */
import { CI } from './ci-table.ts';
import { EXPORT, IMPORT } from './exchange-table.ts';
import { FIGURES } from './figures-table.ts';
import { PLANNER } from './planner-table.ts';
import { ONE_PLAN, PLAN, REMOTE, type CommandSpec } from './specification.ts';
import { LOOKING } from './looking-table.ts';
import { REVIEW } from './review-table.ts';
import { SERVING } from './serving-table.ts';
import { STEERING } from './steering-table.ts';

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    group: 'Begin',
    summary: 'Set up this repository: gates, a config and a first plan',
    description: [
      'Looks for package.json scripts, a Makefile, Cargo, Go and Python projects, and proposes their checks as gates. Each is run once on the work tree as it is: a gate that already fails cannot judge a task, so it is written down with a warning.',
      'What exists is kept: a second call changes nothing.',
    ],
    arguments: [],
    options: [{ name: 'yes', short: 'y', summary: 'Take every proposal without asking' }],
    examples: [
      { command: 'plans init', says: 'look, ask, write' },
      { command: 'plans init --yes', says: 'take what was detected' },
    ],
    exitCodes: [],
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'new',
    group: 'Begin',
    summary: 'Write a new draft plan',
    description: [
      'Writes plans/<slug>.plan.md with the status draft. With --from, the tasks come from a Markdown file with headings and a list (checkboxes or plain bullets), or from any list that plans import reads; - reads standard input. A file that exists is never overwritten.',
    ],
    arguments: [{ name: 'TITLE', summary: 'The plan’s title; the slug is made from it', required: true }],
    options: [
      { name: 'from', value: 'FILE', summary: 'Take the tasks from this Markdown file, or - for standard input', completes: 'file' },
      { name: 'slug', value: 'SLUG', summary: 'The file’s name, where the title’s does not serve' },
    ],
    examples: [
      { command: 'plans new "Add user authentication"', says: 'a draft with one example task' },
      { command: 'plans new "Tidy up" --from TODO.md', says: 'a plan from a list' },
      { command: 'gh issue view 12 --json body -q .body | plans new "Issue 12" --from -', says: 'a plan from an issue' },
    ],
    exitCodes: [[1, 'the file exists, or the text makes no valid plan']],
    load: async () => (await import('./new.ts')).newPlan,
  },
  IMPORT,
  ...PLANNER,
  ...REVIEW,
  {
    name: 'lint',
    group: 'Begin',
    summary: 'Check plans, and mend what is safe to mend',
    description: ['Checks every plan, or those named. Each finding has a rule, a place and, where it is safe, a fix that --fix applies.'],
    arguments: [{ ...PLAN, name: 'PLAN', summary: 'Slugs or files; all plans where none is named', many: true }],
    options: [{ name: 'fix', summary: 'Apply the safe fixes; every other byte stays' }],
    examples: [
      { command: 'plans lint', says: 'all plans' },
      { command: 'plans lint add-auth --fix', says: 'mend one' },
      { command: 'plans lint docs/idea.plan.md', says: 'a file that stands elsewhere' },
    ],
    exitCodes: [[1, 'a plan has an error']],
    load: async () => (await import('./lint.ts')).lint,
  },
  {
    name: 'ready',
    group: 'Begin',
    summary: 'Mark a plan as ready to run',
    description: ['Writes status: ready into the plan’s frontmatter. The author’s word that the plan may be executed.'],
    arguments: [ONE_PLAN],
    options: [],
    examples: [{ command: 'plans ready add-auth', says: 'the next plans run may take it' }],
    exitCodes: [[1, 'the plan has errors']],
    load: async () => (await import('./mark.ts')).ready,
  },
  {
    name: 'draft',
    group: 'Begin',
    summary: 'Mark a plan as a draft: nothing runs it',
    description: ['Writes status: draft into the plan’s frontmatter.'],
    arguments: [ONE_PLAN],
    options: [],
    examples: [{ command: 'plans draft add-auth', says: 'take it back' }],
    exitCodes: [[1, 'the plan has errors']],
    load: async () => (await import('./mark.ts')).draft,
  },
  ...LOOKING,
  ...FIGURES,
  {
    name: 'run',
    group: 'Run',
    summary: 'Carry out a plan: one task, its gates, one commit, then the next',
    description: [
      'Runs the plan’s open tasks in order. A task’s work is committed with its ticked box only when every gate passes; a task that fails is tried again with what failed, then the plan pauses. Without PLAN, runs the only plan that is ready.',
      'Ctrl-C once lets the task that runs finish and pauses; twice stops now. Nothing is lost either way: the next run goes on where this one ended.',
      'With --json, one event a line (NDJSON) goes to standard output.',
    ],
    arguments: [PLAN],
    options: [
      { name: 'task', value: 'ID', summary: 'Run this task alone', completes: 'task' },
      {
        name: 'from',
        value: 'WHERE',
        summary: 'Begin at a phase or task (an id, “phase ID” or “task ID”), what is open before it stays open; or at the “beginning”',
        secondWord: ['phase', 'task'],
        completes: 'task',
        default: 'current',
      },
      { name: 'in-place', summary: 'PLAN is a tasks.md of spec-kit, OpenSpec or Kiro: carry it out where it is, and tick its own boxes' },
      { name: 'remote', summary: 'Run it from the shared remote, as the only runner anywhere (config: remote)' },
      { name: 'dry-run', summary: 'Print what would happen, in order, and change nothing' },
      { name: 'yes', short: 'y', summary: 'Do not ask before the start; a pauseAfter pauses all the same' },
      { name: 'wait', summary: 'Where a rate limit pauses the plan and says when it resets, wait for that and go on' },
    ],
    examples: [
      { command: 'plans run add-auth', says: 'run it' },
      { command: 'plans run add-auth --dry-run', says: 'look first' },
      { command: 'plans run add-auth --task migration', says: 'one task alone' },
      { command: 'plans run add-auth --from phase routes', says: 'leave out what comes before' },
      { command: 'plans run --in-place specs/001-login/tasks.md', says: 'a list of spec-kit’s, without converting it' },
      { command: 'plans run --yes --json | jq .event.type', says: 'for a program' },
    ],
    exitCodes: [
      [1, 'the plan failed'],
      [3, 'the plan is paused and waits for a person'],
    ],
    load: async () => (await import('./run.ts')).run,
  },
  ...STEERING,
  {
    name: 'rollback',
    group: 'Run',
    summary: 'Take completed tasks back by commits, boxes included',
    description: [
      'Reverts the commits of the plan’s completed tasks, or of one phase or task, newest first. Each revert is a commit of its own that clears the box too, so that the task is pending again; the plan pauses.',
      'All of them land together or none: where a later commit is in the way it says which files, and nothing has changed. Your uncommitted changes stay.',
    ],
    arguments: [ONE_PLAN],
    options: [
      { name: 'task', value: 'ID', summary: 'Take this task back alone', completes: 'task' },
      { name: 'phase', value: 'ID', summary: 'Take the tasks of this phase back', completes: 'task' },
      { name: 'dry-run', summary: 'Say what would be taken back, and change nothing' },
      REMOTE,
    ],
    examples: [
      { command: 'plans rollback add-auth --dry-run', says: 'what the whole plan’s would be' },
      { command: 'plans rollback add-auth --task migration', says: 'one task' },
    ],
    exitCodes: [[1, 'a later commit is in the way']],
    load: async () => (await import('./rollback.ts')).rollback,
  },
  {
    name: 'doctor',
    group: 'More',
    summary: 'What is in order here, what is not, and what to do',
    description: [
      'Looks at git, Node and the agents, the config, what runs have left (locks, worktrees, kept refs), the cache against the files, the boxes against the commits that ticked them, and says what protects you from an agent and what does not.',
      '--fix mends what is safe: locks of runners that are gone, worktrees whose folders are gone, a cache that cannot be read. Nothing that somebody might miss is ever taken away.',
    ],
    arguments: [],
    options: [
      { name: 'fix', summary: 'Mend what is safe to mend' },
      { name: 'gates', summary: 'Run each gate once on the tree as it is' },
    ],
    examples: [
      { command: 'plans doctor', says: 'look' },
      { command: 'plans doctor --gates', says: 'before a long run' },
      { command: 'plans doctor --fix', says: 'look and mend' },
    ],
    exitCodes: [[1, 'something is wrong']],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  EXPORT,
  ...CI,
  ...SERVING,
  {
    name: 'completion',
    group: 'More',
    summary: 'Print a completion script for your shell',
    description: ['Completes commands, options, plan slugs and task ids.'],
    arguments: [{ name: 'SHELL', summary: 'Your shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
    options: [],
    examples: [
      { command: 'eval "$(plans completion bash)"', says: 'in ~/.bashrc' },
      { command: 'eval "$(plans completion zsh)"', says: 'in ~/.zshrc, after compinit' },
      { command: 'plans completion fish | source', says: 'in ~/.config/fish/config.fish' },
    ],
    exitCodes: [],
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'help',
    group: 'More',
    summary: 'Help for a command',
    description: ['Without a command, the list of commands.'],
    arguments: [{ name: 'COMMAND', summary: 'A command’s name, of one word or two', completes: 'command', many: true }],
    options: [],
    examples: [{ command: 'plans help run', says: 'all about plans run' }],
    exitCodes: [],
    load: async () => (await import('./help.ts')).help,
  },
  {
    name: 'version',
    group: 'More',
    summary: 'The version',
    description: ['The same as plans --version.'],
    arguments: [],
    options: [],
    examples: [{ command: 'plans version --json', says: 'with those of Node and the platform' }],
    exitCodes: [],
    load: async () => (await import('./version.ts')).version,
  },
];

/** What a command line can begin with, in order. */
export function firstWords(): readonly string[] {
  return [...new Set(COMMANDS.map(({ name }) => name.replace(/ .*/, '')))];
}

/** What can follow a first word that several commands share; none where it is a command, or nothing, by itself. */
export function secondWords(first: string): readonly string[] {
  return COMMANDS.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name.slice(first.length + 1));
}

/** The command of that name, if there is one. */
export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name);
}
