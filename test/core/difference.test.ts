import { describe, expect, test } from 'vitest';
import { differencesBetween } from '../../src/core/difference.ts';
import { durationMs, durationText } from '../../src/core/frontmatter.ts';
import { parsePlan } from '../../src/core/parse.ts';

const BEFORE = `---
status: draft
---

# Greet

## Write

- [ ] Hello

  \`\`\`yaml
  id: hello
  estimate: 90m
  files: [src/**]
  \`\`\`

  One.

- [ ] Bye

- [ ] Wave

## Look

- [ ] Read
`;

const read = (text: string) => parsePlan(text, 'greet').plan;

function differences(change: (text: string) => string) {
  return differencesBetween(read(BEFORE), read(change(BEFORE)));
}

test.each<[string, (text: string) => string, unknown[]]>([
  ['nothing', (text) => text.replaceAll('\n', '\r\n'), []],
  [
    'the plan’s own',
    (text) => text.replace('status: draft', 'status: ready').replace('# Greet', '# Greet all'),
    [
      {
        type: 'modified',
        of: 'plan',
        id: 'greet',
        title: 'Greet all',
        phase: null,
        fields: [
          { field: 'title', before: 'Greet', after: 'Greet all' },
          { field: 'status', before: 'draft', after: 'ready' },
        ],
      },
    ],
  ],
  [
    'keys of a task: as they would stand in the file',
    (text) =>
      text
        .replace('90m', '2h')
        .replace('files: [src/**]', 'dependsOn: [bye]')
        .replace('One.', 'Two.\n\n  Three.')
        .replace('[ ] Hello', '[x] Hello'),
    [
      {
        type: 'modified',
        of: 'task',
        id: 'hello',
        title: 'Hello',
        phase: 'write',
        fields: [
          { field: 'description', before: 'One.', after: 'Two.\n\nThree.' },
          { field: 'status', before: null, after: 'completed' },
          { field: 'dependsOn', before: null, after: '[bye]' },
          { field: 'files', before: '[src/**]', after: null },
          { field: 'estimate', before: '1h30m', after: '2h' },
        ],
      },
    ],
  ],
  [
    'another id',
    (text) => text.replace('id: hello', 'id: hi'),
    [{ type: 'modified', of: 'task', id: 'hi', title: 'Hello', phase: 'write', fields: [{ field: 'id', before: 'hello', after: 'hi' }] }],
  ],
  [
    'what came, went and moved',
    (text) =>
      text.replace('- [ ] Bye\n\n- [ ] Wave', '- [ ] Wave\n\n- [ ] Bow').replace('- [ ] Read', '- [ ] Read\n- [ ] Bye') +
      '\n## New\n\n```yaml\npauseAfter: true\n```\n',
    [
      { type: 'added', of: 'phase', id: 'new', title: 'New', phase: null, fields: [{ field: 'pauseAfter', before: null, after: 'true' }] },
      { type: 'added', of: 'task', id: 'bow', title: 'Bow', phase: 'write', fields: [] },
      { type: 'moved', of: 'task', id: 'bye', title: 'Bye', phase: 'look', fields: [] },
    ],
  ],
  [
    'a phase that is gone',
    (text) => text.slice(0, text.indexOf('## Look')),
    [
      { type: 'removed', of: 'phase', id: 'look', title: 'Look', phase: null, fields: [] },
      { type: 'removed', of: 'task', id: 'read', title: 'Read', phase: 'look', fields: [] },
    ],
  ],
])('%s', (_, change, expected) => {
  expect(differences(change)).toEqual(expected);
});

describe('a version that is not there', () => {
  const plan = parsePlan(BEFORE, 'greet').plan;

  test('makes all of it new, or gone', () => {
    expect(differencesBetween(null, plan).map(({ type, of, id }) => `${type} ${of} ${id}`)).toEqual([
      'added phase write',
      'added phase look',
      'added task hello',
      'added task bye',
      'added task wave',
      'added task read',
    ]);
    expect(differencesBetween(plan, null).every(({ type }) => type === 'removed')).toBe(true);
    expect(differencesBetween(null, null)).toEqual([]);
  });
});

test.each(['1s', '90m', '1h30m', '2d', '1d1h1m1s'])('%s as milliseconds and back says the same', (text) => {
  expect(durationMs(durationText(durationMs(text)))).toBe(durationMs(text));
});
