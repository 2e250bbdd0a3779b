import { describe, expect, test } from 'vitest';
import { PlanDiff } from '../../src/core/diff-record.ts';
import { diffPlan, isUnchangedPlan, type ReadVersion, type Recorded } from '../../src/core/diff.ts';
import { checkPlan } from '../../src/core/lint.ts';

const BEFORE = `---
status: ready
---

# Greet

## Write

- [x] Write the greeting

  \`\`\`yaml
  id: hello
  \`\`\`

  Say hello, and say it loud.

- [ ] Write the farewell

- [ ] Wave with both hands

  \`\`\`yaml
  id: wave
  dependsOn: [hello]
  \`\`\`

## Look

- [ ] Read all of it aloud
- [ ] Print it on paper
`;

function version(text: string, id = 'greet'): ReadVersion {
  return { file: `plans/${id}.plan.md`, text, ...checkPlan(text, id) };
}

function diff(change: (text: string) => string, recorded?: Recorded): PlanDiff {
  const found = diffPlan(version(BEFORE), version(change(BEFORE)), recorded);
  // What is said to be printed is what the schema promises.
  return PlanDiff.parse(found);
}

/** The changes without words and titles: `type of id`. */
const names = ({ changes }: PlanDiff): string[] => changes.map(({ type, of, id }) => `${type} ${of} ${id}`);

const tick = (text: string) => text.replace('[ ] Wave', '[x] Wave');
const key = (yaml: string) => (text: string) => text.replace('id: wave', `id: wave\n  ${yaml}`);
const phase = (yaml: string) => (text: string) => text.replace('## Look\n', `## Look\n\n\`\`\`yaml\n${yaml}\n\`\`\`\n`);

describe('what asked a person and does so no more', () => {
  const asked = `---
status: ready
---

# Ask

## Look

\`\`\`yaml
executionMode: manual
pauseAfter: true
\`\`\`

- [ ] Look at it

## Write

- [ ] Read it

  \`\`\`yaml
  assignee: human
  \`\`\`

- [ ] Write it
`;
  const risks = (after: string, before = asked) =>
    diffPlan(version(before), version(after)).changes.flatMap((change) =>
      'fields' in change ? change.fields.flatMap(({ field, risk }) => (risk === null ? [] : [`${change.type} ${change.id} ${field}`])) : [],
    );
  const readIt = asked.slice(asked.indexOf('- [ ] Read it'), asked.indexOf('- [ ] Write it'));

  test('a task for a person that is gone', () => {
    expect(risks(asked.replace(readIt, ''))).toEqual(['removed read-it assignee']);
    // What was done asks nobody.
    expect(risks(asked.replace(readIt, ''), asked.replace('[ ] Read', '[x] Read'))).toEqual([]);
  });
  test('a phase that is gone, and one whose tasks went elsewhere', () => {
    expect(risks(asked.replace(/## Look.*(?=## Write)/s, ''))).toEqual(['removed look executionMode', 'removed look pauseAfter']);
    expect(risks(asked.replace(/## Look.*(?=## Write)/s, '').replace('- [ ] Write it', '- [ ] Look at it\n- [ ] Write it'))).toEqual([
      'changed look-at-it executionMode',
      'removed look executionMode',
      'removed look pauseAfter',
    ]);
  });
  test('is told once of a phase that got another name', () => {
    expect(risks(asked.replace('## Look', '## See').replace('executionMode: manual\n', ''))).toEqual(['changed see executionMode']);
  });
});

describe('what became of things', () => {
  test.each<[string, (text: string) => string, string[]]>([
    ['nothing', (text) => text, []],
    ['line endings', (text) => text.replaceAll('\n', '\r\n'), []],
    [
      'the plan’s own',
      (text) => text.replace('# Greet', '# Greet all').replace('ready', 'draft'),
      ['renamed plan greet', 'changed plan greet'],
    ],
    ['a new title, the id stays', (text) => text.replace('Write the greeting', 'Something else'), ['renamed task hello']],
    [
      'a new title, the id comes from it',
      (text) => text.replace('Write the farewell', 'Write a longer farewell'),
      ['renamed task write-a-longer-farewell'],
    ],
    [
      'another task in its place',
      (text) => text.replace('Write the farewell', 'Buy milk'),
      ['added task buy-milk', 'removed task write-the-farewell'],
    ],
    [
      'an id, given now',
      (text) => text.replace('- [ ] Write the farewell\n', '- [ ] Write the farewell\n\n  ```yaml\n  id: bye\n  ```\n'),
      ['renamed task bye'],
    ],
    ['other words', (text) => text.replace('say it loud', 'say it twice'), ['reworded task hello']],
    ['a tick', (text) => text.replace('[ ] Wave', '[x] Wave'), ['status task wave']],
    [
      'another phase',
      (text) => text.replace('- [ ] Print it on paper\n', '').replace('## Look', '- [ ] Print it on paper\n\n## Look'),
      ['moved task print-it-on-paper'],
    ],
    [
      'another order',
      (text) => text.replace('- [ ] Read all of it aloud\n', '').concat('- [ ] Read all of it aloud\n'),
      ['moved task print-it-on-paper'],
    ],
    ['a phase under another title', (text) => text.replace('## Look', '## Afterwards'), ['renamed phase afterwards']],
    [
      'a phase that is gone',
      (text) => text.slice(0, text.indexOf('## Look')),
      ['removed phase look', 'removed task read-all-of-it-aloud', 'removed task print-it-on-paper'],
    ],
    ['a mode', (text) => text.replace('## Look', '## Look\n\n```yaml\nexecutionMode: parallel\n```'), ['changed phase look']],
  ])('%s', (_, change, expected) => {
    const found = diff(change);
    expect(names(found)).toEqual(expected);
    expect(isUnchangedPlan(found)).toBe(expected.length === 0);
  });

  test('a rewording, word by word, of a task that was done', () => {
    const [change] = diff((text) => text.replace('say it loud', 'say it twice')).changes;
    expect(change).toMatchObject({
      finished: true,
      words: [
        { type: 'same', text: 'Say hello, and say it ' },
        { type: 'gone', text: 'loud' },
        { type: 'new', text: 'twice' },
        { type: 'same', text: '.' },
      ],
    });
  });

  test('a tick is by hand where no commit of the executor says otherwise', () => {
    expect(diff(tick).changes[0]).toMatchObject({ before: 'pending', after: 'completed', commit: null });
    expect(diff(tick, new Map([['wave', { commit: 'abc', status: 'completed' }]])).changes[0]).toMatchObject({ commit: 'abc' });
    expect(diff(tick, new Map([['wave', { commit: 'abc', status: 'pending' }]])).changes[0]).toMatchObject({ commit: null });
  });

  test('a plan that is new, gone, or has another name', () => {
    expect(diffPlan(null, version(BEFORE))).toMatchObject({ type: 'added', before: null, ready: ['write-the-farewell'] });
    expect(diffPlan(version(BEFORE), null)).toMatchObject({ type: 'removed', after: null, changes: [] });
    expect(diffPlan(version(BEFORE), version(BEFORE, 'hail'))).toMatchObject({ type: 'renamed', changes: [] });
  });

  test('an id that stands twice, and a file that makes no sense, are compared all the same', () => {
    const twice = diff((text) => text.replace('id: wave', 'id: hello'));
    expect(twice.after).toMatchObject({
      valid: false,
      order: [],
      diagnostics: expect.arrayContaining([expect.objectContaining({ rule: 'duplicate-id' })]),
    });
    expect(diff(() => '---\n: [').after?.valid).toBe(false);
  });
});

describe('what is code', () => {
  test.each([
    ['run: rm -rf build', 'command'],
    ['agent: aider', 'agent'],
    ['model: big', 'agent'],
    ['gates: []', 'gates'],
    ['allowNoChanges: true', 'gates'],
    ['files: ["**"]', 'files'],
    ['maxAttempts: 50', 'budget'],
    ['maxBudgetUsd: 99', 'budget'],
    ['assignee: human', 'approval'],
    ['timeout: 90m', null],
    ['estimate: 2h', null],
    ['canRunInParallel: false', null],
  ])('%s', (yaml, risk) => {
    const [change] = diff(key(yaml)).changes;
    const [field = '', value = ''] = yaml.split(/: (.*)/s);
    expect(change).toMatchObject({ type: 'changed', fields: [{ field, before: null, risk }] });
    expect(value.replaceAll('"', '')).toBe(
      change?.type === 'changed' ? change.fields[0]?.after?.replaceAll('"', '').replace('1h30m', '90m') : '',
    );
  });

  test('of a new task, and of phases and the plan', () => {
    expect(diff((text) => `${text}- [ ] Ship it\n\n  \`\`\`yaml\n  run: make ship\n  \`\`\`\n`).changes).toMatchObject([
      { type: 'added', id: 'ship-it', fields: [{ field: 'run', after: 'make ship', risk: 'command' }] },
    ]);
    expect(diff(phase('executionMode: manual')).changes).toMatchObject([
      { fields: [{ before: 'sequential', after: 'manual', risk: 'approval' }] },
    ]);
    expect(diff(phase('executionMode: parallel')).changes).toMatchObject([{ fields: [{ risk: null }] }]);
    expect(diff((text) => text.replace('status: ready', 'status: ready\nmaxBudgetUsd: 9')).changes).toMatchObject([
      { of: 'plan', fields: [{ field: 'maxBudgetUsd', risk: 'budget' }] },
    ]);
  });
});

describe('what follows', () => {
  test('what can start, and in which order', () => {
    const swapped = diff((text) =>
      text.replace('- [ ] Write the farewell\n', '').replace('## Look', '- [ ] Write the farewell\n\n## Look'),
    );
    expect(swapped).toMatchObject({ ready: ['wave'], reordered: ['wave'] });
    expect(swapped.before?.order).toEqual(['write-the-farewell', 'wave', 'read-all-of-it-aloud', 'print-it-on-paper']);
    expect(swapped.after?.order).toEqual(['wave', 'write-the-farewell', 'read-all-of-it-aloud', 'print-it-on-paper']);
    // Another title is no other task.
    expect(diff((text) => text.replace('the farewell', 'a farewell'))).toMatchObject({ ready: [], reordered: [] });
  });

  test('what depends on something that is gone', () => {
    expect(diff((text) => text.replace('id: hello', 'id: greeting')).orphaned).toEqual([
      { task: 'wave', missing: 'hello', now: 'greeting' },
    ]);
    expect(diff((text) => text.replace(/- \[x\].*?(?=- \[ \] Write)/s, '')).orphaned).toEqual([
      { task: 'wave', missing: 'hello', now: null },
    ]);
  });

  test('the raw diff has three lines around each change', () => {
    expect(diff((text) => text.replace('# Greet', '# Hail').replace('Print it', 'Put it')).patch).toBe(
      [
        '@@ -2,7 +2,7 @@',
        ' status: ready',
        ' ---',
        ' ',
        '-# Greet',
        '+# Hail',
        ' ',
        ' ## Write',
        ' ',
        '@@ -26,4 +26,4 @@',
        ' ## Look',
        ' ',
        ' - [ ] Read all of it aloud',
        '-- [ ] Print it on paper',
        '+- [ ] Put it on paper',
      ].join('\n'),
    );
  });
});
