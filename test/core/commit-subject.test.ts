import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { commitSubject, DEFAULT_SUBJECT, SUBJECT_STYLE } from '../../src/core/commit-subject.ts';

const STYLE = { subject: 'feat({plan}): {lowerText}', planSubject: 'chore({plan}): {text} [skip ci]' };

test.each([
  [{ subject: DEFAULT_SUBJECT }, 'Create the model', true, 'add-auth: Create the model'],
  [{ subject: DEFAULT_SUBJECT }, 'started', false, 'add-auth: started'],
  [STYLE, 'Create the User model', true, 'feat(add-auth): create the User model'],
  [STYLE, 'started', false, 'chore(add-auth): started [skip ci]'],
  [{ subject: 'JIRA-1 {text}' }, 'paused: requested', false, 'JIRA-1 paused: requested'],
  [{ subject: '{text}' }, 'Of {plan} and $1\n and $&', true, 'Of {plan} and $1 and $&'],
  [{ subject: '{lowerText}' }, '𝐀bc', true, '𝐀bc'],
  [{ subject: '{lowerText}' }, 'Übung', true, 'übung'],
])('%j, %j, lands a task: %j → %j', (style, text, lands, expected) => {
  expect(commitSubject(style, 'add-auth', text, lands)).toBe(expected);
});

test('what stands behind a long text stays, and the subject has 72 characters', () => {
  const subject = commitSubject(STYLE, 'add-auth', 'word '.repeat(40), false);
  expect(subject.length).toBeLessThanOrEqual(72);
  expect(subject).toMatch(/^chore\(add-auth\): word word .*… \[skip ci\]$/);
});

test('a subject is one line, and has some of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1, maxLength: 80 }), fc.boolean(), (text, plan, lands) => {
      const subject = commitSubject(STYLE, plan.replaceAll(/\s/g, '-'), text, lands);
      expect(subject).not.toContain('\n');
      expect(subject.isWellFormed() || !text.isWellFormed()).toBe(true);
      expect(subject.length).toBeLessThanOrEqual(Math.max(72, plan.length + 45));
    }),
  );
});

test.each([
  ['{plan}: {text}', true],
  ['{lowerText}', true],
  ['feat: {text} (#12)', true],
  ['🚀 {text} ~ é', true],
  ['', false],
  ['\u001B[31m{text}', false],
  ['feat({plan})', false],
  ['{text} {task}', false],
  ['{text}}', false],
  ['{text}\n', false],
])('%j is a style: %s', (style, expected) => {
  expect(SUBJECT_STYLE.test(style)).toBe(expected);
});
