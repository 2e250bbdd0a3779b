/** The part of the table that is about suggestions for a plan. */
import { REVIEW_TYPES } from '../core/review-types.ts';
import { ONE_PLAN, REMOTE, type CommandSpec } from './specification.ts';

const IDS = {
  name: 'ID',
  summary: 'Suggestions by their ids, or as much of one as is unique',
  many: true,
  completes: 'suggestion',
} as const;

export const REVIEW: readonly CommandSpec[] = [
  {
    name: 'review',
    group: 'Begin',
    summary: 'Have Claude suggest changes of a plan; or see what is suggested',
    description: [
      'Claude reads the plan and the repository through tools that only read, and suggests few changes: other words (refine_descriptions), what is missing (add_missing), another order (optimize_order), smaller tasks (break_down). They land in plans/<slug>.review.md as checkboxes, each with its reason and a diff, in one commit that says what was asked and what it cost. The plan stays as it is.',
      'Without --type and --all, shows the suggestions that wait for your word. What you have ticked and written in the file stays when more are added.',
      'With --json, a review prints one event a line (NDJSON), the last with the suggestions; without one, a document.',
    ],
    arguments: [ONE_PLAN],
    options: [
      { name: 'type', value: 'KIND', summary: 'What to look for; several times, or with commas', many: true, choices: REVIEW_TYPES },
      { name: 'all', summary: 'Look for all of it' },
      { name: 'phase', value: 'ID', summary: 'Only this phase' },
      { name: 'task', value: 'ID', summary: 'Only this task', completes: 'task' },
      { name: 'model', value: 'MODEL', summary: 'In place of the config’s claude.model' },
      { name: 'dry-run', summary: 'Print what Claude would be told; ask and spend nothing' },
      REMOTE,
    ],
    examples: [
      { command: 'plans review add-auth --all', says: 'before it is marked ready' },
      { command: 'plans review add-auth --type break_down --task api', says: 'one task that is too large' },
      { command: 'plans review add-auth', says: 'what is suggested, and what of it is stale' },
    ],
    exitCodes: [[1, 'nothing came of it or was committed, or a suggestion is unreadable']],
    load: async () => (await import('./review.ts')).review,
  },
  {
    name: 'apply',
    group: 'Begin',
    summary: 'Write suggestions of a review into the plan',
    description: [
      'One commit: the plan as suggested, every other byte as it was, and the review without what was applied. A + line that you have edited in the review is applied as you wrote it.',
      'A suggestion whose target has been changed since is stale and is not applied; tasks that are done are not touched; what would make an error is refused. What is refused stays in the review, with the reason here.',
    ],
    arguments: [ONE_PLAN, IDS],
    options: [{ name: 'ticked', summary: 'Those whose box is ticked in the review file' }, { name: 'all', summary: 'All of them' }, REMOTE],
    examples: [
      { command: 'plans apply add-auth --ticked', says: 'what you have ticked in plans/add-auth.review.md' },
      { command: 'plans apply add-auth split-api', says: 'one, by the beginning of its id' },
    ],
    exitCodes: [[1, 'a suggestion was refused']],
    load: async () => (await import('./review.ts')).apply,
  },
  {
    name: 'dismiss',
    group: 'Begin',
    summary: 'Take suggestions off the list',
    description: ['One commit of the review file; the plan stays as it is. What they said stays in git.'],
    arguments: [ONE_PLAN, IDS],
    options: [{ name: 'all', summary: 'All of them' }, REMOTE],
    examples: [
      { command: 'plans dismiss add-auth move-logout', says: 'one' },
      { command: 'plans dismiss add-auth --all', says: 'the whole review' },
    ],
    exitCodes: [],
    load: async () => (await import('./review.ts')).dismiss,
  },
  {
    name: 'history',
    group: 'Look',
    summary: 'Who changed what in a plan: generated, reviewed, refined, edited',
    description: [
      'The iterations of a plan, newest first, from git alone: who changed what it asks for, when, why, and at what cost. Edits by hand are among them, those that no commit has yet first. A plan keeps its history when its file gets another name.',
      'With ITERATION, what that commit changed in full: each key before and after, descriptions as a diff, the suggestions that came and went.',
    ],
    arguments: [ONE_PLAN, { name: 'ITERATION', summary: 'A commit of the time line, or the beginning of its id' }],
    options: [],
    examples: [
      { command: 'plans history add-auth', says: 'the time line' },
      { command: 'plans history add-auth 3f2a9c', says: 'what one iteration changed' },
    ],
    exitCodes: [],
    load: async () => (await import('./history.ts')).history,
  },
];
