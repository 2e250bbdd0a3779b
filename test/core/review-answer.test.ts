import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { MAX_SUGGESTIONS, reviewAnswer, suggestionsIn, type ReviewAnswer, type ReviewScope } from '../../src/core/review-answer.ts';
import { changeOf } from '../../src/core/suggest-change.ts';
import { REVIEW_TYPES, type ReviewType } from '../../src/core/review-types.ts';
import { AUTH, PRESENT, versionOf } from './suggested.ts';

const auth = versionOf(AUTH);
const PLAN: ReviewScope = { type: 'plan' };
type Given = ReviewAnswer['suggestions'][number];
type Task = Extract<Given, { type: 'add_task' }>['task'];

function task(id: string, more: Partial<Task> = {}): Task {
  const made = { description: `Write \`${id}\`.`, acceptanceCriteria: ['It is there.'], files: [], dependsOn: [] };
  return { title: `Write ${id}`, id, ...made, assignee: 'agent', ...more };
}

const ADD: Given = { type: 'add_task', reasoning: 'Brute force.', phase: 'routes', beforeTask: 'logout', task: task('limits') };
const REWORD: Given = {
  type: 'modify_task',
  reasoning: 'It names no file.',
  task: 'migration',
  title: null,
  description: 'Write `db/001.sql`.\n\n- [ ] `npm run migrate` ends with 0.',
  files: ['db/**'],
};
const ORDER: Given = { type: 'modify_task', reasoning: 'Both.', task: 'logout', dependsOn: ['login'] };
const MOVE: Given = { type: 'reorder', reasoning: 'First.', task: 'logout', phase: 'routes', beforeTask: 'login' };
const SPLIT: Given = { type: 'break_down_task', reasoning: 'Two.', task: 'migration', parts: [task('a'), task('b', { dependsOn: ['a'] })] };
const PHASE: Given = {
  type: 'add_phase',
  reasoning: 'Docs.',
  beforePhase: null,
  title: 'Docs',
  description: 'Say how.',
  executionMode: 'parallel',
  pauseAfter: false,
  tasks: [task('readme')],
};

function from(suggestions: readonly Given[], scope: ReviewScope = PLAN, made: readonly string[] = []) {
  return suggestionsIn({ assessment: '', suggestions }, auth, { scope, made: new Set(made), present: PRESENT });
}

test('each kind becomes a suggestion that says what it would do', () => {
  const { suggestions, problems } = from([ADD, REWORD, ORDER, MOVE, SPLIT, PHASE]);
  expect(problems).toEqual([]);
  expect(suggestions.map(({ title, reasoning }) => [title, reasoning])).toEqual([
    ['Add "Write limits" to "Routes"', 'Brute force.'],
    ['Change description, files of "Add the migration"', 'It names no file.'],
    ['Change dependsOn of "Logout"', 'Both.'],
    ['Move "Logout" before "Login"', 'First.'],
    ['Break "Add the migration" down into 2 tasks', 'Two.'],
    ['Add the phase "Docs" with 1 task', 'Docs.'],
  ]);
  expect(suggestions[0]?.after).toBe('- [ ] Write limits\n\n  ```yaml\n  id: limits\n  ```\n\n  Write `limits`.\n\n  - [ ] It is there.');
  expect(changeOf(auth, suggestions[1] as never)).toMatchObject({ title: undefined, fields: { files: ['db/**'] } });
  // What the parts inherit stands there for the person to see.
  expect(suggestions[4]?.after.match(/gates: \[types\]/g)).toHaveLength(2);
});

test('what has been suggested before is left out', () => {
  const [first] = from([ADD]).suggestions;
  expect(from([ADD, MOVE], PLAN, [first?.id ?? '']).suggestions).toHaveLength(1);
  expect(from([ADD, ADD]).suggestions).toHaveLength(1);
});

describe('what cannot be used is named, and the rest is', () => {
  test.each<[string, Given, string]>([
    ['a done task', { ...REWORD, task: 'user-model' }, 'is completed'],
    ['a task that there is not', { ...REWORD, task: 'nothing' }, 'no task "nothing"'],
    ['a phase that there is not', { ...ADD, phase: 'nothing' }, 'no phase "nothing"'],
    ['an id that is taken', { ...ADD, task: task('login') }, 'a task "login" in this plan already'],
    ['an id that is none', { ...ADD, task: task('Bad Id') }, 'expected a slug'],
    ['a dependency that there is not', { ...ADD, task: task('x', { dependsOn: ['migrations'] }) }, 'Did you mean "migration"?'],
    ['a cycle', { type: 'modify_task', reasoning: 'x', task: 'login', dependsOn: ['login'] }, 'depends on itself'],
    ['a later phase', { type: 'modify_task', reasoning: 'x', task: 'migration', dependsOn: ['login'] }, 'the later phase'],
    [
      'a place before what it waits for',
      { ...MOVE, task: 'migration', phase: 'database', beforeTask: 'user-model' },
      'would stand before "user-model", which it waits for',
    ],
    ['no change', { ...MOVE, beforeTask: null }, 'stands there already'],
    ['one part', { ...SPLIT, parts: [task('a')] }, '1 parts; 2 to 8'],
    ['a part with the id of the whole', { ...SPLIT, parts: [task('migration'), task('b')] }, 'a task "migration" in this plan already'],
    ['a phase without tasks', { ...PHASE, tasks: [] }, 'has no tasks'],
    ['an empty description', { ...REWORD, description: ' ' }, 'is empty'],
    ['an open fence in a new task', { ...ADD, task: task('x', { description: '```\nopen' }) }, 'leaves a code fence'],
    ['a tick', { ...REWORD, description: '- [x] done' }, 'has a ticked checkbox'],
    ['a hidden comment', { ...REWORD, description: 'a <!-- b -->' }, 'HTML comment'],
    ['a hidden character', { ...REWORD, description: 'a\u202Eb' }, 'U+202E'],
    ['a hidden character in the reason', { ...REWORD, reasoning: 'a\u200Bb' }, 'U+200B'],
    ['a title of two lines', { ...REWORD, title: 'a\nb' }, 'several lines'],
    ['a title that begins with a box', { ...REWORD, title: '[x] a' }, 'begins with a checkbox'],
    ['files outside', { ...REWORD, files: ['../x'] }, 'leads out of the repository'],
    ['a description of a phase with tasks', { ...PHASE, description: '- [ ] x' }, 'checkboxes, which would become tasks'],
    ['a reason without end', { ...ADD, reasoning: 'x'.repeat(9_999) }, 'Shorten it'],
  ])('%s', (_, given, words) => {
    const { suggestions, problems } = from([given, ORDER]);
    expect(problems.join('\n')).toContain(words);
    expect(problems[0]).toMatch(/^Suggestion 1 \(\w+\): /);
    expect(suggestions.map(({ target }) => target)).toEqual(['logout']);
  });

  test('too many: none is taken', () => {
    const all = Array.from({ length: MAX_SUGGESTIONS + 1 }, () => ADD);
    expect(from(all)).toMatchObject({ suggestions: [], problems: [expect.stringContaining(`at most ${MAX_SUGGESTIONS}`)] });
  });

  test('a tick that is there already is not held against a new text', () => {
    const ticked = versionOf(AUTH.replace('Write it.', '- [x] Begun.'));
    const given: Given = { ...REWORD, description: 'More.\n\n- [x] Begun.' };
    const about = { scope: PLAN, made: new Set<string>(), present: PRESENT };
    expect(suggestionsIn({ assessment: '', suggestions: [given] }, ticked, about).problems).toEqual([]);
  });
});

describe('a review of a part', () => {
  test.each<[ReviewScope, number[]]>([
    [{ type: 'phase', id: 'routes' }, [0, 2, 3]],
    [{ type: 'task', id: 'migration' }, [1, 4]],
    [{ type: 'task', id: 'logout' }, [0, 2, 3]],
  ])('%j takes what is about it', (scope, taken) => {
    const all = [ADD, REWORD, ORDER, MOVE, SPLIT, PHASE];
    const { suggestions, problems } = from(all, scope);
    expect(suggestions.map(({ type }) => type)).toEqual(taken.map((index) => all[index]?.type));
    expect(problems).toHaveLength(all.length - taken.length);
    expect(problems[0]).toContain(`Only the ${scope.type} "`);
  });
});

describe('the form of the answer', () => {
  test.each<[readonly ReviewType[], readonly Given[], readonly Given[]]>([
    [['refine_descriptions'], [{ ...REWORD }], [ADD, MOVE, SPLIT, PHASE, ORDER]],
    [['optimize_order'], [ORDER, MOVE], [ADD, SPLIT, REWORD]],
    [['add_missing'], [ADD, PHASE], [MOVE, REWORD]],
    [['break_down'], [SPLIT], [ADD, REWORD]],
    [REVIEW_TYPES, [ADD, MOVE, SPLIT, PHASE, { ...REWORD, dependsOn: null }], []],
  ])('%j holds what it can suggest, and nothing else', (types, fits, others) => {
    const form = reviewAnswer(types);
    expect(form.safeParse({ assessment: 'x', suggestions: fits }).error).toBe(undefined);
    expect(form.safeParse({ assessment: 'x', suggestions: [] }).success).toBe(true);
    for (const one of others) expect(form.safeParse({ assessment: 'x', suggestions: [one] }).success).toBe(false);
  });

  test('leaves nothing optional, as structured outputs want it', () => {
    const schema = JSON.stringify(z.toJSONSchema(reviewAnswer(REVIEW_TYPES)));
    const objects = [...schema.matchAll(/"type":"object","properties":/g)];
    expect(objects).toHaveLength([...schema.matchAll(/"required":\[/g)].length);
    expect(schema).not.toContain('"$ref"');
  });
});
