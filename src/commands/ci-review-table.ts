/** Rows of the table of commands: the workflows, and reviews of pull requests. */
import type { CommandSpec } from './specification.ts';

export const CI_REVIEW: readonly CommandSpec[] = [
  {
    name: 'ci init',
    group: 'GitHub Actions',
    summary: 'Write the workflows, and say what is left to set',
    description: [
      'Writes plans-review.yml, plans-run.yml (with --many plans-matrix.yml) and plans-command.yml into .github/workflows, for this repository’s default branch and folder of plans. What exists is kept.',
      'Then lists, in their order, what only a person can do: the key, a setting of the repository, what gates need on GitHub’s machine.',
    ],
    arguments: [],
    options: [{ name: 'many', summary: 'A machine for each task: plans-matrix.yml in place of plans-run.yml' }],
    examples: [
      { command: 'plans ci init', says: 'one machine carries a plan out' },
      { command: 'plans ci init --many', says: 'as many as there are tasks that can be done at once' },
    ],
    exitCodes: [],
    load: async () => (await import('./ci/init.ts')).ciInit,
  },
  {
    name: 'ci review',
    group: 'GitHub Actions',
    summary: 'What a pull request does to the plans, read as data',
    description: [
      'Compares the plans of --head with those where it parted from --base, from git’s objects: nothing is checked out and nothing of either version is run, a config that is code included.',
      'With --folder, and always in a workflow, writes comment.md (what is code first, then what is wrong, what will happen after the merge, what changed, graphs, the raw diff; at most 60,000 characters), review.json for plans ci comment and for programs, and plans.sarif for code scanning. In a workflow it prints annotations and writes the step’s summary; elsewhere it prints the comment.',
    ],
    arguments: [],
    options: [
      { name: 'base', value: 'REV', summary: 'What the change goes into; in a workflow the pull request’s own base' },
      { name: 'head', value: 'REV', summary: 'The change; in a workflow the pull request’s head, elsewhere HEAD' },
      { name: 'folder', value: 'DIR', summary: 'Write the files there; in a workflow into plans-review', completes: 'file' },
      { name: 'plans', value: 'DIR', summary: 'The folder of the plans, where a config that is code says it', completes: 'file' },
    ],
    examples: [
      { command: 'plans ci review', says: 'in a workflow on pull_request_target' },
      { command: 'plans ci review --base main --folder /tmp/review', says: 'your branch, before you push it' },
    ],
    exitCodes: [[1, 'a plan or the config has an error']],
    load: async () => (await import('./ci/review.ts')).ciReview,
  },
  {
    name: 'ci comment',
    group: 'GitHub Actions',
    summary: 'Post a review as the one comment of its pull request',
    description: [
      'Reads review.json as data, makes the comment from it, and writes it on the pull request of the workflow’s event, or updates the one that this token’s user wrote before. Needs GITHUB_TOKEN with pull-requests: write, and no checkout.',
      'A review of another commit is refused; where the pull request has moved on since, nothing is written.',
    ],
    arguments: [],
    options: [{ name: 'folder', value: 'DIR', summary: 'What plans ci review wrote', completes: 'file', default: 'plans-review' }],
    examples: [{ command: 'plans ci comment', says: 'in a job of its own, after the review’s' }],
    exitCodes: [],
    load: async () => (await import('./ci/comment.ts')).ciComment,
  },
];
