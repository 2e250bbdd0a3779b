import { describe, expect, test } from 'vitest';
import { applySuggestions, stateOf } from '../../src/core/apply.ts';
import { performChange, type Present, type Version } from '../../src/core/perform.ts';
import { findTask } from '../../src/core/progress.ts';
import { changeOf } from '../../src/core/suggest-change.ts';
import type { SuggestedChange, Suggestion } from '../../src/core/suggestion.ts';
import { AUTH, modify, PRESENT, suggested, versionOf } from './suggested.ts';

const auth = versionOf(AUTH);

/** What applying says of suggestions `0`, `1`, …, of which all are chosen but those in `left`. */
function apply(
  version: Version,
  changes: readonly SuggestedChange[],
  left: readonly number[] = [],
  now: Version = version,
  present: Present = PRESENT,
) {
  const suggestions = changes.map((change, index) => suggested(version, change, { id: String(index) }));
  const chosen = new Set(suggestions.map(({ id }) => id).filter((id) => !left.includes(Number(id))));
  return { ...applySuggestions(now, suggestions, chosen, present), suggestions };
}

/** The lines that only one of two texts has, with their marks. */
function changed(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

const split = {
  type: 'break_down_task' as const,
  task: 'migration',
  parts: [{ title: 'Write 001' }, { title: 'Seed it' }, { title: 'Test 001', fields: { dependsOn: ['write-001'] } }],
} satisfies SuggestedChange;

describe('each type of suggestion', () => {
  test('modify_task changes what it says, and every comment stays', () => {
    const { text, applied } = apply(auth, [
      modify('migration', { title: 'Write the migration', fields: { estimate: '20m', gates: null } }),
    ]);
    expect(applied).toEqual(['0']);
    expect(changed(AUTH, text)).toEqual([
      '-- [ ] Add the migration',
      '-  gates: [types]',
      '+- [ ] Write the migration',
      '+  estimate: 20m',
    ]);
    expect(text).toContain('dependsOn: [user-model] # the table');
  });

  test('add_task, before another or at the end', () => {
    const { text } = apply(auth, [
      { type: 'add_task', phase: 'routes', beforeTask: 'logout', task: { title: 'Limit', fields: { dependsOn: ['login'] } } },
      { type: 'add_task', phase: 'routes', beforeTask: undefined, task: { title: 'Expire' } },
    ]);
    expect(versionOf(text).plan.phases[1]?.tasks.map(({ id }) => id)).toEqual(['login', 'limit', 'logout', 'expire']);
  });

  test('add_phase with its tasks', () => {
    const { text } = apply(auth, [
      {
        type: 'add_phase',
        beforePhase: 'routes',
        phase: { title: 'Keys', description: 'Rotate them.', fields: { executionMode: 'parallel' } },
        tasks: [{ title: 'Make one' }, { title: 'Store it', fields: { dependsOn: ['make-one'] } }],
      },
    ]);
    const [, phase] = versionOf(text).plan.phases;
    expect(phase).toMatchObject({ id: 'keys', description: 'Rotate them.', executionMode: 'parallel' });
    expect(phase?.tasks.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ['make-one', []],
      ['store-it', ['make-one']],
    ]);
  });

  test('reorder moves a task within its phase or to another, and a phase', () => {
    const { text } = apply(auth, [
      { type: 'reorder', of: 'task', item: 'logout', phase: 'routes', before: 'login' },
      { type: 'reorder', of: 'task', item: 'login', phase: 'database', before: undefined },
    ]);
    expect(versionOf(text).plan.phases.map(({ tasks }) => tasks.map(({ id }) => id))).toEqual([
      ['user-model', 'migration', 'login'],
      ['logout'],
    ]);
    const free = versionOf('# P\n\n## A\n\n- [ ] a\n\n## B\n\n- [ ] b\n');
    const moved = apply(free, [{ type: 'reorder', of: 'phase', item: 'b', before: 'a' }]);
    expect(versionOf(moved.text).plan.phases.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('break_down_task hands dependencies on', () => {
    const { text, plan } = apply(auth, [split]);
    expect(plan.phases[0]?.tasks.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ['user-model', []],
      ['write-001', ['user-model']],
      ['seed-it', ['user-model']],
      ['test-001', ['write-001']],
    ]);
    expect(findTask(plan, 'login')?.dependsOn).toEqual(['seed-it', 'test-001']);
    expect(text).not.toContain('migration');
  });
});

describe('what is not applied', () => {
  const reword = modify('logout', { description: 'Clear the cookie.' });

  test('a suggestion whose target has changed since', () => {
    const now = versionOf(AUTH.replace('- [ ] Logout', '- [ ] Logout\n\n  By hand.'));
    const { text, refused, suggestions } = apply(auth, [reword], [], now);
    expect(text).toBe(now.text);
    expect(refused).toEqual([{ id: '0', reason: 'stale', message: 'The task "Logout" has been changed since.' }]);
    const one = suggestions[0] as Suggestion;
    expect(stateOf(now, one, PRESENT)).toMatchObject({ type: 'stale' });
    expect(stateOf(auth, one, PRESENT)).toEqual({ type: 'open' });
    // Who takes the digest away has looked at it.
    const looked = applySuggestions(now, [{ ...one, against: undefined }], new Set(['0']), PRESENT);
    expect(changed(now.text, looked.text)).toEqual(['-  By hand.', '+  Clear the cookie.']);
  });

  test.each<[string, string, SuggestedChange, string]>([
    ['a task that is gone', AUTH.slice(0, AUTH.indexOf('- [ ] Logout')), reword, 'not in the plan any more'],
    [
      'another task in the phase',
      `${AUTH}- [ ] Whoami\n`,
      { type: 'add_task', phase: 'routes', beforeTask: undefined, task: { title: 'x' } },
      'The phase "Routes"',
    ],
    [
      'another order',
      AUTH.replace('- [ ] Logout', '- [ ] Other\n- [ ] Logout'),
      { type: 'reorder', of: 'task', item: 'logout', phase: 'routes', before: 'login' },
      'The order around "Logout"',
    ],
    [
      'another phase',
      `${AUTH}\n## Docs\n\n- [ ] x\n`,
      { type: 'add_phase', beforePhase: undefined, phase: { title: 'New' }, tasks: [] },
      'The phases of the plan',
    ],
  ])('stale: %s', (_, text, change, words) => {
    const [refused] = apply(auth, [change], [], versionOf(text)).refused;
    expect(refused).toMatchObject({ reason: 'stale', message: expect.stringContaining(words) });
  });

  test('what a runner writes makes nothing stale', () => {
    const failed = AUTH.replace(
      '- [ ] Logout',
      '- [ ] Logout\n\n  ```yaml\n  id: logout\n  status: failed\n  attempts: 3\n  error: no\n  ```',
    );
    const { applied, text } = apply(auth, [reword], [], versionOf(failed));
    expect(applied).toEqual(['0']);
    expect(text).toContain('error: no');
  });

  test('done and running tasks, and those that would wait for their parts', () => {
    const done = versionOf(AUTH.replace('- [ ] Logout', '- [x] Logout'));
    expect(apply(auth, [reword], [], done).refused).toMatchObject([
      { reason: 'blocked', message: expect.stringContaining('is completed') },
    ]);
    const running = { ...PRESENT, running: new Set(['login']) };
    expect(apply(auth, [modify('login', { title: 'Log in' }), split], [], auth, running).refused).toMatchObject([
      { id: '0', message: 'The task "login" is being worked on.' },
      { id: '1', message: 'The task "login" is being worked on.' },
    ]);
  });

  test('what breaks a rule: with the rule, and the others are applied', () => {
    const cyclic = versionOf(AUTH.replace('- [ ] Logout', '- [ ] Logout\n\n  ```yaml\n  dependsOn: [login]\n  ```'));
    const one = suggested(cyclic, modify('login', { description: 'x' }), { id: '0' });
    const wrong = { ...one, after: one.after.replace('dependsOn: [migration]', 'dependsOn: [logout]') };
    const other = suggested(cyclic, modify('logout', { description: 'y' }), { id: '1' });
    const result = applySuggestions(cyclic, [wrong, other], new Set(['0', '1']), PRESENT);
    expect(result.applied).toEqual(['1']);
    expect(result.refused).toMatchObject([{ id: '0', reason: 'blocked', message: expect.stringContaining('wait for each other') }]);
  });

  test.each<[string, (after: string) => string, string]>([
    ['a tick', (after) => after.replace('[ ]', '[x]'), 'cannot do a task'],
    ['a status', (after) => after.replace('dependsOn', 'status: skipped\n  dependsOn'), '"status" of "login"'],
    ['an approval', (after) => after.replace('dependsOn', 'approved: 0123456789ab\n  dependsOn'), '"approved" of "login"'],
    ['another id', (after) => after.replace('dependsOn', 'id: x\n  dependsOn'), 'ids stay'],
    ['a key of one’s own', (after) => after.replace('dependsOn', 'x-a: 1\n  dependsOn'), '"x-a" of "login"'],
    ['a key that there is not', (after) => after.replace('dependsOn', 'dependOn'), 'did you mean "dependsOn"'],
    ['a second task', (after) => `${after}\n- [ ] more`, 'is 2 tasks'],
    ['a heading', (after) => `${after}\n\n## more`, 'has a heading'],
    ['nothing', (after) => after, 'says so already'],
  ])('a text that a person has changed to say more than a suggestion can: %s', (_, edit, words) => {
    const one = suggested(auth, modify('login', { description: 'x' }));
    const wrong = { ...one, after: edit(one.before) };
    const change = changeOf(auth, wrong);
    const made = 'refused' in change ? change : performChange(auth, change, PRESENT);
    expect(made).toMatchObject({ refused: expect.stringContaining(words) });
  });

  test.each([
    ['- [x] done', 'is ticked'],
    ['- [ ] a\n- [ ] b', 'is 2 tasks'],
    ['text', 'is 0 tasks'],
    ['- [ ] a\n\n  ```yaml\n  attempts: 2\n  ```', '"attempts" of "a"'],
    ['- [ ] a\n\n  ```yaml\n  x-b: 2\n  ```', '"x-b" of "a"'],
    ['- [ ] Login', 'There is a task "login" in this plan already'],
  ])('a new task that is none: %j', (after, words) => {
    const one = suggested(auth, { type: 'add_task', phase: 'routes', beforeTask: undefined, task: { title: 'x' } });
    expect(applySuggestions(auth, [{ ...one, after }], new Set([one.id]), PRESENT).refused).toMatchObject([
      { message: expect.stringContaining(words) },
    ]);
  });
});

describe('several at once', () => {
  test('one may need another, whatever their order', () => {
    const added: SuggestedChange = { type: 'add_task', phase: 'routes', beforeTask: 'login', task: { title: 'Session store' } };
    const store = suggested(auth, added, { id: 'store' });
    const after = suggested(auth, modify('logout', { fields: { dependsOn: ['login'] } }), { id: 'uses' });
    const uses = { ...after, after: after.after.replace('[login]', '[session-store]') };
    const result = applySuggestions(auth, [uses, store], new Set(['uses', 'store']), PRESENT);
    expect(result.applied).toEqual(['uses', 'store']);
    expect(findTask(result.plan, 'logout')?.dependsOn).toEqual(['session-store']);
    expect(applySuggestions(auth, [uses, store], new Set(['uses']), PRESENT).refused).toMatchObject([{ id: 'uses', reason: 'blocked' }]);
  });

  test('two that change different things of one task go together; the same thing only once', () => {
    const { text, applied, refused } = apply(auth, [
      modify('logout', { description: 'One.' }),
      modify('logout', { title: 'Log out' }),
      modify('logout', { description: 'Two.' }),
      { ...split, task: 'logout' },
    ]);
    expect(applied).toEqual(['0', '1']);
    expect(refused).toMatchObject([
      { id: '2', reason: 'conflict', message: expect.stringContaining('"0"') },
      { id: '3', reason: 'conflict', message: expect.stringContaining('"0"') },
    ]);
    expect(changed(AUTH, text)).toEqual(['-- [ ] Logout', '+- [ ] Log out', '+  id: logout', '+  One.']);
  });

  test('what was to go before a task that is broken down goes before its first part', () => {
    const added: SuggestedChange = { type: 'add_task', phase: 'database', beforeTask: 'migration', task: { title: 'Plan it' } };
    const { plan, applied } = apply(auth, [
      split,
      added,
      { type: 'reorder', of: 'task', item: 'migration', phase: 'database', before: 'user-model' },
    ]);
    expect(applied).toEqual(['0', '1', '2']);
    expect(plan.phases[0]?.tasks.map(({ id }) => id)).toEqual(['write-001', 'seed-it', 'test-001', 'user-model', 'plan-it']);
  });
});

describe('what is left', () => {
  test('is made against the plan as it is now', () => {
    const { text, renewed } = apply(auth, [split, modify('login', { title: 'Log in' }), modify('logout', { title: 'Log out' })], [1, 2]);
    const now = versionOf(text);
    // Only what waited for the broken-down task is about something else now.
    expect(renewed.map(({ id }) => id)).toEqual(['1']);
    expect(renewed[0]?.before).toContain('dependsOn: [seed-it, test-001]');
    expect(stateOf(now, renewed[0] as Suggestion, PRESENT)).toEqual({ type: 'open' });
    const done = applySuggestions(now, renewed, new Set(['1']), PRESENT);
    expect(changed(text, done.text)).toEqual(['-- [ ] Login', '+- [ ] Log in', '+  id: login']);
  });

  test('goes to the parts of a task that is broken down', () => {
    const before: SuggestedChange = {
      type: 'add_task',
      phase: 'database',
      beforeTask: 'migration',
      task: { title: 'A', fields: { dependsOn: ['user-model'] } },
    };
    const waits = modify('logout', { fields: { dependsOn: ['migration', 'login'] } });
    const { text, renewed } = apply(auth, [split, before, waits], [1, 2]);
    expect(renewed.map(({ place, after }) => [place, after.includes('dependsOn: [seed-it, test-001, login]')])).toEqual([
      [{ beforeTask: 'write-001' }, false],
      [{}, true],
    ]);
    expect(applySuggestions(versionOf(text), renewed, new Set(['1', '2']), PRESENT).applied).toEqual(['1', '2']);
  });

  test('stays stale where the same thing has been changed, or its target is gone', () => {
    const { renewed } = apply(auth, [modify('logout', { title: 'A' }), modify('logout', { title: 'B' })], [1]);
    expect(renewed).toEqual([]);
    expect(apply(auth, [split, modify('migration', { title: 'B' })], [1]).renewed).toEqual([]);
  });

  test('whose target has no digest gets none', () => {
    const one = { ...suggested(auth, modify('login', { title: 'Log in' }), { id: 'one' }), against: undefined };
    const { renewed } = applySuggestions(auth, [suggested(auth, split, { id: 'two' }), one], new Set(['two']), PRESENT);
    expect(renewed).toMatchObject([{ id: 'one', against: undefined }]);
  });
});
