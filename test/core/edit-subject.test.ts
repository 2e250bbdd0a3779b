import { describe, expect, it } from 'vitest';
import { editSubject } from '../../src/core/edit-subject.ts';
import { parsePlan } from '../../src/core/parse.ts';

const plan = (status: string, rest = '') => parsePlan(`---\nstatus: ${status}\n---\n\n# P\n\n## One\n\n- [ ] a\n${rest}`, 'p').plan;

describe('the subject of an edit', () => {
  it.each([
    ['draft', 'ready', 'marked as ready'],
    ['ready', 'draft', 'marked as a draft'],
    ['completed', 'ready', 'marked as ready'],
    ['failed', 'paused', 'status: failed → paused'],
    ['ready', 'ready', 'edit the plan'],
  ])('from %s to %s', (before, after, subject) => {
    expect(editSubject(plan(before), plan(after))).toBe(subject);
  });

  it('does not hide that more was changed', () => {
    for (const more of ['- [ ] b\n', '\nWhat it is about.\n'])
      expect(editSubject(plan('draft'), plan('ready', more))).toBe('edit the plan');
    const ticked = parsePlan('---\nstatus: ready\n---\n\n# P\n\n## One\n\n- [x] a\n', 'p').plan;
    expect(editSubject(plan('draft'), ticked)).toBe('edit the plan');
  });
});
