/** Rows of the table of commands: what comes from other tools, and what goes to them. */
import { PLAN, type CommandSpec } from './specification.ts';

export const IMPORT: CommandSpec = {
  name: 'import',
  group: 'Begin',
  summary: 'Write a draft from another tool’s task list',
  description: [
    'Reads spec-kit, OpenSpec and Kiro tasks.md, Task Master tasks.json, Backlog.md folders, GSD plans, ralphex and superpowers plans, beads issues.jsonl, and any Markdown list. The format is told from the file. Ids, ticks, order, phases, parallel marks, dependencies and sub-steps are kept; every line that did not become part of the plan is named.',
    'The result is a draft for you to read. A file that exists is never overwritten, and a list that makes no valid plan is refused.',
  ],
  arguments: [{ name: 'FILE', summary: 'A list, or the folder that holds it', required: true, completes: 'file' }],
  options: [
    { name: 'as', value: 'PLAN', summary: 'The plan’s slug, where the list’s title does not serve' },
    {
      name: 'format',
      value: 'NAME',
      summary: 'What the file is, where that cannot be told',
      choices: ['beads', 'task-master', 'gsd', 'backlog', 'spec-kit', 'ralphex', 'kiro', 'openspec', 'markdown'],
    },
    { name: 'dry-run', summary: 'Print the plan, and write nothing' },
  ],
  examples: [
    { command: 'plans import specs/001-login/tasks.md', says: 'a plan from spec-kit’s list' },
    { command: 'plans import backlog --as backlog', says: 'a plan from a Backlog.md folder' },
    { command: 'plans import .kiro/specs/search --dry-run', says: 'look first' },
  ],
  exitCodes: [[1, 'the file exists, or the list makes no valid plan']],
  load: async () => (await import('./import.ts')).importList,
};

export const EXPORT: CommandSpec = {
  name: 'export',
  group: 'More',
  summary: 'Every plan as one JSON document, or one plan in another format',
  description: [
    'As JSON: plans, phases, tasks and iterations, versioned, built from the files and git’s history; of all plans, or of the one that is named.',
    'One plan can be exported as a plain Markdown list, as a Mermaid graph of phases and dependencies, as a shell script that makes a GitHub issue for each open task (it is printed, never run), and as spec-kit’s tasks.md: a list that was imported from there comes out with its ids, ticks and text.',
  ],
  arguments: [PLAN],
  options: [
    {
      name: 'format',
      value: 'NAME',
      summary: 'What to make of it',
      choices: ['json', 'markdown', 'mermaid', 'github', 'spec-kit'],
      default: 'json',
    },
    { name: 'out', short: 'o', value: 'FILE', summary: 'Write to FILE in place of standard output', completes: 'file' },
  ],
  examples: [
    { command: 'plans export --out plans.json', says: 'for a program or a report' },
    { command: 'plans export add-auth --format mermaid', says: 'a graph for a pull request' },
    { command: 'plans export add-auth --format github --out issues.sh', says: 'issues, once you have read the script' },
  ],
  exitCodes: [[1, 'the plan has errors']],
  load: async () => (await import('./export.ts')).exportAll,
};
