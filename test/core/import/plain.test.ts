import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { assemble } from '../../../src/core/import/assemble.ts';
import { readMarkdown } from '../../../src/core/import/plain.ts';
import { checkPlan } from '../../../src/core/lint.ts';
import { templatePlan } from '../../../src/core/template.ts';
import { documentText, garbage } from '../documents.ts';
import { runs } from '../../support/runs.ts';

/** The plan that a list becomes; null where it holds no task. */
function adopt(text: string, title: string): string | null {
  const imported = readMarkdown({ path: 'todo.md', text });
  if (imported.phases.length === 0) return null;
  const plan = assemble(imported, { id: 'x', title, known: null });
  if ('refused' in plan) throw new Error(plan.refused);
  return plan.text;
}

const tasks = (text: string) =>
  checkPlan(text, 'x').plan.phases.map((phase) => [
    phase.title,
    phase.tasks.map((task) => `${task.status === 'completed' ? 'x' : ' '} ${task.title}`),
  ]);

describe('a list made into a plan', () => {
  it('makes bullets tasks and headings phases', () => {
    const text = adopt('# Todo\n\nIntro.\n## Code\n- write a\n  with care\n  - detail\n- write b\n## Check\n1. look at it\n', 'Tidy up');
    expect(text).toMatchInlineSnapshot(`
      "---
      status: draft
      createdBy: user
      ---

      # Tidy up

      Intro.

      ## Code

      - [ ] write a with care

        - [ ] detail

      - [ ] write b

      ## Check

      - [ ] look at it
      "
    `);
    expect(tasks(text ?? '')).toEqual([
      ['Code', ['  write a with care', '  write b']],
      ['Check', ['  look at it']],
    ]);
    expect(checkPlan(text ?? '', 'x').valid).toBe(true);
  });

  it('leaves plain bullets alone where there are boxes, and keeps what is done', () => {
    const text = adopt('- [x] done\n- [ ] open\n\n- a remark\n', 'T') ?? '';
    expect(tasks(text)).toEqual([['', ['x done', '  open']]]);
    expect(text).toContain('\n- a remark\n');
  });

  it('takes the headings that hold the lists as phases, however deep they are', () => {
    const text = adopt('### One\n- a\n#### Part\n- b\n### Two\n- c\n', 'T') ?? '';
    expect(text).toContain('\n## One\n');
    expect(text).toContain('\n### Part\n');
    expect(tasks(text).map(([title]) => title)).toEqual(['One', 'Two']);
  });

  it('touches nothing in a fence, and drops a frontmatter of another kind', () => {
    const text = adopt('---\nlayout: page\n---\n- a\n\n```\n- b\n## c\n```\n', 'T') ?? '';
    expect(text).toContain('```\n- b\n## c\n```');
    expect(text).not.toContain('layout');
  });

  it.each(['\n', '\r\n', '\r'])('reads every line ending (%j) and a byte order mark, and writes \\n', (eol) => {
    const text = adopt(['\uFEFF---', 'layout: page', '---', '# T', 'Words.', '## A', '- a', '- b', ''].join(eol), 'T');
    expect(text).toBe('---\nstatus: draft\ncreatedBy: user\n---\n\n# T\n\nWords.\n\n## A\n\n- [ ] a\n\n- [ ] b\n');
  });

  it('leaves a line between rules that is no frontmatter', () => {
    expect(adopt('Words.\n\n---\n\n- a\n\n---\n', 'T')).toContain('Words.\n\n- [ ] a\n');
  });

  it('gives items within items a box too, at any depth, and tasks are those at the margin', () => {
    const text = adopt('1. a\n   - b\n     * c\n10) d\n    1. e\n', 'T') ?? '';
    expect(text).toContain('- [ ] a\n\n  - [ ] b\n    * [ ] c\n\n- [ ] d\n\n  1. [ ] e\n');
    expect(tasks(text)).toEqual([['', ['  a', '  d']]]);
  });

  it('makes a task of an item whose parts alone have boxes, and leaves those as they are', () => {
    const text = adopt('- a\n  - [x] b\n  - c\n', 'T') ?? '';
    expect(text).toContain('- [ ] a\n\n  - [x] b\n  - [ ] c\n');
    expect(tasks(text)).toEqual([['', ['  a']]]);
  });

  it('touches no code: fences with boxes, in an item and at the margin', () => {
    const code = '- a\n\n  ```md\n  - [ ] b\n  # c\n  ```\n\n~~~~\n- [ ] d\n~~~\n# e\n~~~~\n';
    const text = adopt(code, 'T') ?? '';
    expect(text.endsWith(`# T\n\n${code.replace('- a', '- [ ] a')}`)).toBe(true);
    expect(tasks(text)).toEqual([['', ['  a']]]);
  });

  it('makes no task of indented code, and reports it', () => {
    const imported = readMarkdown({ path: 'x.md', text: '- a\n\nText.\n\n    - [ ] f\n    # g\n' });
    expect(imported.phases.flatMap((phase) => phase.tasks.map(({ title }) => title))).toEqual(['a']);
    expect(imported.losses.map(({ line }) => line)).toEqual([5]);
  });

  it('touches nothing in quotes, comments and headings of an item', () => {
    const rest = '> - b\n> # c\n\n<!--\n- d\n# e\n-->\n\n- # f\n-     g\n';
    expect(adopt(`- a\n\n${rest}`, 'T')).toContain(`- [ ] a\n\n${rest}`);
  });

  it.each([1, 2, 3, 4, 5, 6])('headings: level %i', (level) => {
    const text = adopt(`${'#'.repeat(level)} A ##\n- a\n${'#'.repeat(Math.min(6, level + 1))} B\n- b\n`, 'T') ?? '';
    const [a, b] = [level === 1 ? '' : '## A\n\n', level === 1 || level === 6 ? '## B' : '### B'];
    expect(text.endsWith(`# T\n\n${a}- [ ] a\n\n${b}\n\n- [ ] b\n`)).toBe(true);
  });

  it('reads underlined headings, and drops empty ones', () => {
    const text = adopt('T\n===\nWords.\n#\nMore.\n\nA\nb\n---\n- a\n', 'T') ?? '';
    expect(text.endsWith('# T\n\nWords.\n\nMore.\n\n## A b\n\n- [ ] a\n')).toBe(true);
  });

  it('gives what has the title of something before it an id of its own, and takes no frontmatter from a text of others', () => {
    const long = 'x'.repeat(90);
    const text =
      adopt(
        `## A\n- Commit\n- Commit\n  all\n- commit 2\n- commit\n\n  \`\`\`yaml\n  agent: c\n  \`\`\`\n## A\n- commit\n- ${long}\n- ${long}y\n`,
        'T',
      ) ?? '';
    const { plan, diagnostics } = checkPlan(text, 'x', { known: { gates: new Set(), agents: new Set(['c']) } });
    expect(diagnostics).toEqual([]);
    expect(plan.phases.map(({ id }) => id)).toEqual(['a', 'a-2']);
    expect(plan.phases.flatMap((phase) => phase.tasks.map(({ id }) => id))).toEqual([
      'commit',
      'commit-all',
      'commit-2',
      'commit-3',
      'commit-4',
      'x'.repeat(80),
      `${'x'.repeat(78)}-2`,
    ]);
    expect(plan.phases[0]?.tasks[3]).toMatchObject({ agent: undefined, description: expect.stringContaining('agent: c') as string });
  });

  it('takes two rules around a list for no frontmatter, and one without an end neither', () => {
    expect(adopt('---\n- a\n---\n', 'T')).toContain('- [ ] a');
    expect(adopt('---\n## A\n- a\n', 'T')).toContain('- [ ] a');
  });

  it('finds nothing where there is no list', () => {
    expect(adopt('Just words.\n\n```\n- [ ] x\n```\n', 'T')).toBeNull();
  });

  it('makes a draft of any text, or says that it holds no task', () => {
    fc.assert(
      fc.property(fc.oneof(documentText, garbage), (source) => {
        const text = adopt(source, 'T');
        if (text !== null) expect(checkPlan(text, 'x').plan).toMatchObject({ title: 'T', status: 'draft' });
      }),
      runs(100),
    );
  });

  it('reads back as many tasks as there were items', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('- ', '* ', '1. ', '- [ ] '),
        fc.constantFrom('\n', '\r\n'),
        (words, marker, eol) => {
          const text = adopt(words.map((each) => marker + each).join(eol), 'T') ?? '';
          expect(checkPlan(text, 'x').plan.phases.flatMap((phase) => phase.tasks.map((task) => task.title))).toEqual(words);
        },
      ),
      runs(100),
    );
  });
});

it('a new draft has nothing to complain about', () => {
  expect(checkPlan(templatePlan('Add user authentication'), 'x').diagnostics).toEqual([]);
});
