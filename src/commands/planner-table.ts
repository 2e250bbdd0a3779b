/** The part of the table that is about plans that Claude writes. */
import type { CommandSpec } from './specification.ts';

export const PLANNER: readonly CommandSpec[] = [
  {
    name: 'generate',
    group: 'Begin',
    summary: 'Have Claude read the repository and write a draft plan',
    description: [
      'Claude looks at the repository through tools that only read, then writes the plan. It is checked as any plan is; what is wrong goes back to Claude, twice at most. It lands as a draft in one commit, with what was asked and what it cost. Until then nothing is written.',
      'What you want can be said at length: with --description, in a file, or through a pipe. Needs a key to Claude’s API in ANTHROPIC_API_KEY, or a command that prints it (config: claude.keyCommand).',
      'With --json, one event a line (NDJSON) goes to standard output.',
    ],
    arguments: [{ name: 'TITLE', summary: 'What is to be done; the plan’s title, from which its slug is made', required: true }],
    options: [
      { name: 'description', short: 'd', value: 'TEXT', summary: 'What you want, in your own words' },
      { name: 'file', short: 'f', value: 'FILE', summary: 'The same from a file, or - for standard input', completes: 'file' },
      { name: 'interactive', short: 'i', summary: 'See the plan first; say what to change, accept it, or give it up' },
      { name: 'model', value: 'MODEL', summary: 'In place of the config’s claude.model' },
      { name: 'slug', value: 'SLUG', summary: 'The file’s name, where the title’s does not serve' },
      { name: 'dry-run', summary: 'Print what Claude would be told; ask and spend nothing' },
    ],
    examples: [
      { command: 'plans generate "Add rate limiting to the API"', says: 'a draft, from the title alone' },
      {
        command: 'plans generate "Add rate limiting" --file docs/rate-limits.md --interactive',
        says: 'from a text, and look before it lands',
      },
      { command: 'gh issue view 12 --json body -q .body | plans generate "Issue 12"', says: 'from an issue' },
    ],
    exitCodes: [[1, 'no plan came of it, or the plan is there already']],
    load: async () => (await import('./generate.ts')).generate,
  },
];
