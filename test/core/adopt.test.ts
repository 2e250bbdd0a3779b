import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { adoptMarkdown, templatePlan } from '../../src/core/adopt.ts';
import { checkPlan } from '../../src/core/lint.ts';

const tasks = (text: string) =>
  checkPlan(text, 'x').plan.phases.map((phase) => [
    phase.title,
    phase.tasks.map((task) => `${task.status === 'completed' ? 'x' : ' '} ${task.title}`),
  ]);

describe('a list made into a plan', () => {
  it('makes bullets tasks and headings phases', () => {
    const text = adoptMarkdown(
      '# Todo\n\nIntro.\n## Code\n- write a\n  with care\n  - detail\n- write b\n## Check\n1. look at it\n',
      'Tidy up',
    );
    expect(text).toMatchInlineSnapshot(`
      "---
      status: draft
      createdBy: user
      ---

      # Tidy up

      Intro.

      ## Code

      - [ ] write a
        with care
        - [ ] detail
      - [ ] write b

      ## Check

      1. [ ] look at it
      "
    `);
    expect(tasks(text ?? '')).toEqual([
      ['Code', ['  write a with care', '  write b']],
      ['Check', ['  look at it']],
    ]);
    expect(checkPlan(text ?? '', 'x').valid).toBe(true);
  });

  it('leaves plain bullets alone where there are boxes, and keeps what is done', () => {
    const text = adoptMarkdown('- [x] done\n- [ ] open\n\n- a remark\n', 'T') ?? '';
    expect(tasks(text)).toEqual([['', ['x done', '  open']]]);
    expect(text).toContain('\n- a remark\n');
  });

  it('takes the headings that hold the lists as phases, however deep they are', () => {
    const text = adoptMarkdown('### One\n- a\n#### Part\n- b\n### Two\n- c\n', 'T') ?? '';
    expect(text).toContain('\n## One\n');
    expect(text).toContain('\n### Part\n');
    expect(tasks(text).map(([title]) => title)).toEqual(['One', 'Two']);
  });

  it('touches nothing in a fence, and drops a frontmatter of another kind', () => {
    const text = adoptMarkdown('---\nlayout: page\n---\n- a\n\n```\n- b\n## c\n```\n', 'T') ?? '';
    expect(text).toContain('```\n- b\n## c\n```');
    expect(text).not.toContain('layout');
  });

  it('finds nothing where there is no list', () => {
    expect(adoptMarkdown('Just words.\n\n```\n- [ ] x\n```\n', 'T')).toBeNull();
  });

  it('reads back as many tasks as there were items', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('- ', '* ', '1. ', '- [ ] '),
        fc.constantFrom('\n', '\r\n'),
        (words, marker, eol) => {
          const text = adoptMarkdown(words.map((each) => marker + each).join(eol), 'T') ?? '';
          expect(checkPlan(text, 'x').plan.phases.flatMap((phase) => phase.tasks.map((task) => task.title))).toEqual(words);
        },
      ),
    );
  });
});

it('a new draft has nothing to complain about', () => {
  expect(checkPlan(templatePlan('Add user authentication'), 'x').diagnostics).toEqual([]);
});
