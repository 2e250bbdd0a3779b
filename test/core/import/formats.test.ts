import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../src/core/import/assemble.ts';
import { FORMATS } from '../../../src/core/import/formats.ts';
import { titleFromPath } from '../../../src/core/import/naming.ts';
import { scan } from '../../../src/core/import/scan.ts';
import { runs } from '../../support/runs.ts';
import { documentText, garbage } from '../documents.ts';

it.each([
  ['specs/001-user-auth/tasks.md', 'User auth'],
  ['openspec/changes/archive/2026-02-11-settings-font-picker/tasks.md', 'Settings font picker'],
  ['.beads/issues.jsonl', 'Issues'],
  ['todo.md', 'Todo'],
  ['.', 'Tasks'],
  ['docs/2026-01-02-greet.md', 'Greet'],
])('%s is called %j', (path, title) => {
  expect(titleFromPath(path)).toBe(title);
});

describe('whatever stands in a file', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '- [ ] T001 a',
      '  - [x] T002 [P] b',
      '- [-] 1.1 c',
      '- [ ]* 2.1 d',
      '* [X] e',
      '1. [ ] f',
      '- [~] g',
      '- [x]h',
      '    - [ ] 1.2 i',
      '\t- [ ] j',

      '- [ ]',
      '- [x](link)',
      '> - [ ] quoted',
      '## Phase 1: A',
      '### Task 1: B',
      '# T',
      '```',
      '~~~',
      '<!--',
      '-->',
      '---',
      '<details>',
      '- k',
      '',

      '<task type="auto">',
      '</task>',
      '<name>N</name>',
      'Depends on T001, T002',
      '_Depends: 1.1_',
      '<<<<<<< ours',
      '  text',
      'text',
      '| a |',
      '---\nid: x\n---',
    ),
    documentText,
  );
  const source = fc.oneof(
    fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n')),
    documentText,
    garbage,
  );

  it.each(FORMATS.map((format) => [format.name, format] as const))(
    '%s: every box becomes a task, a step, a phase or a line of the report',
    (name, format) => {
      fc.assert(
        fc.property(source, (text) => {
          const imported = format.read([{ path: 'x.md', text }]);
          if (imported.phases.every(({ tasks }) => tasks.length === 0)) return;
          const plan = assemble(imported, { id: 'x', title: 'T', known: null });
          if ('refused' in plan || name === 'beads' || name === 'task-master') return;
          const told = new Set(imported.losses.map((loss) => loss.line));
          const kept = plan.text.split('\n').map((each) => each.replaceAll(/\s+/g, ''));
          for (const { number, box, kind } of scan(text)) {
            if (box === null || kind !== 'box' || told.has(number)) continue;
            const words = box.rest.replace(/^(?:\*\*|~~)?(?:T\d+|\d+(?:\.\d+)*)[.:]?/, '').replaceAll(/\[P\]|\s+/g, '');
            expect(
              kept.some((each) => each.includes(words)),
              `line ${number} ${box.rest}`,
            ).toBe(true);
          }
        }),
        runs(40),
      );
    },
  );
});
