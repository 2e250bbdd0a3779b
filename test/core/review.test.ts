import { describe, expect, test } from 'vitest';
import { addSuggestions, formatReview, removeSuggestions, renewSuggestions } from '../../src/core/review-text.ts';
import { parseReview } from '../../src/core/review.ts';
import { changeOf } from '../../src/core/suggest-change.ts';
import type { Suggestion } from '../../src/core/suggestion.ts';
import { AUTH, modify, suggested, versionOf } from './suggested.ts';

const auth = versionOf(AUTH);
const HEAD = { createdBy: 'claude', model: 'claude-sonnet-5-5' } as const;
const logout = suggested(auth, modify('logout', { description: 'Clear the cookie.' }), { id: 'say-how', reasoning: 'It says\n\nnothing.' });
const limits = suggested(
  auth,
  { type: 'add_task', phase: 'routes', beforeTask: 'logout', task: { title: 'Limit the rate' } },
  { id: 'limits' },
);
const REVIEW = formatReview(auth.plan, HEAD, [logout, limits]);

function read(text: string): { ids: string[]; rules: string[]; messages: string } {
  const { review, diagnostics } = parseReview(text);
  return {
    ids: review.suggestions.map(({ id }) => id),
    rules: diagnostics.map(({ rule, line }) => `${rule} ${line}`),
    messages: diagnostics.map(({ message }) => message).join('\n'),
  };
}

test('a review as people read it', () => {
  expect(REVIEW).toBe(`---
createdBy: claude
model: claude-sonnet-5-5
---

# Review of Add authentication

Suggestions for [auth.plan.md](auth.plan.md). Tick those you accept, then run \`plans apply auth --ticked\`; \`plans dismiss\` takes
one off the list. A line that begins with \`+\` may be changed first: what stands there is what is applied.

- [ ] Change description of "Logout"

  \`\`\`yaml
  id: say-how
  type: modify_task
  target: logout
  against: ${logout.against}
  \`\`\`

  > It says
  >
  > nothing.

  \`\`\`diff
   - [ ] Logout
  +
  +  Clear the cookie.
  \`\`\`

- [ ] Add "Limit the rate" to "Routes"

  \`\`\`yaml
  id: limits
  type: add_task
  target: routes
  beforeTask: logout
  against: ${limits.against}
  \`\`\`

  > Because.

  \`\`\`diff
  +- [ ] Limit the rate
  \`\`\`
`);
  const { review, diagnostics } = parseReview(REVIEW);
  expect(diagnostics).toEqual([]);
  expect(review.fields).toEqual(HEAD);
  expect(review.suggestions).toMatchObject([
    { ...logout, ticked: false },
    { ...limits, ticked: false },
  ]);
});

describe('what people do to a review', () => {
  test('ticks, comments, boxes of their own and other line endings are read over', () => {
    const text = REVIEW.replace('- [ ] Add', '- [X] Add')
      .replace('  ```diff\n  +-', '  Ada: not so fast.\n\n  ```\n  - [ ] no\n  ```\n\n  ```diff\n  +-')
      .concat('\n- [ ] Ask Bob\n\n## Later\n\n```yaml\nx: 1\n```\n')
      .replaceAll('\n', '\r\n');
    const { review, diagnostics } = parseReview(text);
    expect(diagnostics).toEqual([]);
    expect(review.suggestions.map(({ ticked }) => ticked)).toEqual([false, true]);
    expect(review.suggestions[1]).toMatchObject({ after: '- [ ] Limit the rate', reasoning: 'Because.' });
    expect(review.others).toBe(1);
  });

  test('what stands behind a "+" is what is suggested', () => {
    const text = REVIEW.replace('+  Clear the cookie.', '+  Clear the cookie,\n  +  and the session.');
    const [first] = parseReview(text).review.suggestions;
    expect(changeOf(auth, first as Suggestion)).toMatchObject({ description: 'Clear the cookie,\nand the session.' });
  });

  test('a blank line that an editor has trimmed still counts', () => {
    const block = suggested(auth, modify('migration', { description: 'Write `001.sql`.' }));
    const text = formatReview(auth.plan, HEAD, [block]).replace(/[ \t]+$/gm, '');
    expect(changeOf(auth, parseReview(text).review.suggestions[0] as Suggestion)).toMatchObject({
      description: 'Write `001.sql`.',
      title: undefined,
      fields: {},
    });
  });

  test.each<[string, (text: string) => string, string, string]>([
    ['a key that there is not', (t) => t.replace('target: logout', 'targt: logout'), 'unknown-key 16', 'did you mean "target"'],
    ['a type that there is not', (t) => t.replace('modify_task', 'rewrite'), 'wrong-type 15', '"modify_task"'],
    ['no id', (t) => t.replace('  id: say-how\n', ''), 'unusable-suggestion 13', '"id", "type" and "target"'],
    ['no diff', (t) => t.replace('```diff', '```text'), 'unusable-suggestion 11', 'no closed "```diff" block'],
    ['an open diff', (t) => t.replace('cookie.\n  ```', 'cookie.'), 'unusable-suggestion 11', 'no closed'],
    ['a diff with a line without a mark', (t) => t.replace('  +  Clear', '  Clear'), 'unusable-suggestion 27', 'begins with a blank'],
  ])('%s is a diagnostic, and the other suggestions are read', (_, change, rule, words) => {
    const { ids, rules, messages } = read(change(REVIEW));
    expect(rules).toEqual([rule]);
    expect(messages).toContain(words);
    expect(ids).toEqual(['limits']);
  });

  test('an id that stands twice is taken once', () => {
    expect(read(REVIEW.replace('id: limits', 'id: say-how'))).toMatchObject({ ids: ['say-how'], rules: ['duplicate-id 33'] });
  });

  test('a frontmatter that is wrong, or missing', () => {
    expect(read(REVIEW.replace('model:', 'modl:'))).toMatchObject({ ids: ['say-how', 'limits'], rules: ['unknown-key 3'] });
    expect(read(REVIEW.slice(REVIEW.indexOf('# Review')))).toMatchObject({ ids: ['say-how', 'limits'], rules: [] });
    expect(read('')).toEqual({ ids: [], rules: [], messages: '' });
  });
});

describe('text that could break the file', () => {
  const nasty = '```\n<!--\n---\n- [x] done\n````diff\n+ no\n</details>\n';
  test.each([
    ['in a reason', suggested(auth, modify('logout', { description: 'x' }), { id: 'a', reasoning: nasty })],
    ['in a description', suggested(auth, modify('logout', { description: nasty }), { id: 'a' })],
    ['in a title', suggested(auth, modify('logout', { title: '<!-- `[ ] "x"' }), { id: 'a' })],
    [
      'in a title of a phase',
      suggested(auth, { type: 'add_phase', beforePhase: undefined, phase: { title: '<!-- # `' }, tasks: [] }, { id: 'a' }),
    ],
  ])('%s', (_, one) => {
    const text = formatReview(auth.plan, HEAD, [one, limits]);
    const { review, diagnostics } = parseReview(text);
    expect(diagnostics).toEqual([]);
    expect(review.suggestions).toMatchObject([{ ...one, reasoning: one.reasoning.trim() }, limits]);
    expect(review.others).toBe(0);
  });
});

describe('writing into a review', () => {
  const ticked = REVIEW.replace('- [ ] Change', '- [x] Change').replace('  ```diff', '  Bob: yes!\n\n  ```diff');

  test('adds behind what is there, and leaves the rest', () => {
    const more = suggested(auth, modify('login', { title: 'Log in' }), { id: 'more' });
    const text = addSuggestions(ticked, { createdBy: 'claude', model: 'claude-opus-5-5' }, [more]);
    expect(text.startsWith(ticked.replace('sonnet', 'opus'))).toBe(true);
    expect(read(text)).toEqual({ ids: ['say-how', 'limits', 'more'], rules: [], messages: '' });
    expect(read(addSuggestions('', HEAD, [more]))).toMatchObject({ ids: ['more'] });
  });

  test('takes away what is settled; null when nothing is left', () => {
    expect(removeSuggestions(ticked, new Set(['limits']))).toBe(ticked.slice(0, ticked.indexOf('\n- [ ] Add')));
    expect(removeSuggestions(ticked, new Set(['limits', 'say-how']))).toBe(null);
    expect(removeSuggestions(`${ticked}\n- [ ] Ask Bob\n`, new Set(['limits', 'say-how']))).toContain('- [ ] Ask Bob\n');
  });

  test('says anew what a suggestion would change; tick and comment stay', () => {
    const now = { ...logout, against: '0123456789ab', before: '- [ ] Log out', after: '- [ ] Log out\n\n  ```\n  x\n  ```' };
    const text = renewSuggestions(ticked, [now]);
    expect(parseReview(text).review.suggestions).toMatchObject([{ ...now, ticked: true }, limits]);
    expect(text).toContain('Bob: yes!');
    const { against: _, ...without } = now;
    expect(parseReview(renewSuggestions(text, [{ ...without, against: undefined }])).review.suggestions[0]?.against).toBe(undefined);
  });
});
