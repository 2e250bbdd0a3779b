import type { Nodes } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { expect, test } from 'vitest';
import { markdownOf, MARKDOWN_MAX } from '../../src/core/diff-markdown.ts';
import type { PlansDiff } from '../../src/core/diff-record.ts';
import { diffPlan } from '../../src/core/diff.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { inlineText } from '../../src/core/markdown-text.ts';

const tick = (text: string) => text.replace('[ ] Write', '[x] Write');

const many = (word: string) => plan(...Array.from({ length: 1_000 }, (_, at) => `${word} number ${at} ${'long '.repeat(20)}`));

const wide = (word: string) =>
  plan(...Array.from({ length: 200 }, (_, at) => `${word} ${at}`)).replace('# Plan\n', `# Plan\n\n${`${word}\n\n`.repeat(3_000)}`);

function read(text: string) {
  return { file: 'plans/p.plan.md', text, ...checkPlan(text, 'p') };
}

function diffOf(before: string, after: string): PlansDiff {
  const base = { type: 'commit', revision: 'main', commit: '0123456789' } as const;
  const plans = [diffPlan(read(before), read(after))];
  return { version: 1, base, head: { type: 'worktree', revision: null, commit: null }, plans, problems: [] };
}

const plan = (...tasks: string[]) => `# Plan\n\n## Work\n\n${tasks.map((task) => `- [ ] ${task}\n`).join('')}`;

test('says what changed, and folds the raw diff', () => {
  expect(markdownOf(diffOf(plan('Write it', 'Read it'), tick(plan('Write it all', 'Read it')))).split('\n')).toEqual([
    '**1 plan** between main (0123456) and the working tree.',
    '',
    '### Plan',
    '',
    '`plans/p.plan.md` · draft · 0/2 → 1/2 done',
    '',
    '',
    '**Work**',
    '',
    '- ☑️ Write it <ins>all</ins> `write-it-all`',
    '  - **ticked by hand**',
    '',
    '<details><summary>plans/p.plan.md: raw diff</summary>',
    '',
    '```diff',
    '@@ -2,5 +2,5 @@',
    ' ',
    ' ## Work',
    ' ',
    '-- [ ] Write it',
    '+- [x] Write it all',
    ' - [ ] Read it',
    '```',
    '',
    '</details>',
  ]);
});

test.each([
  ['HTML', '<img src=x onerror=alert(1)> &amp;', '&lt;img src=x onerror=alert(1)&gt; &amp;amp;'],
  ['a mention', 'ask @octocat or a@b.org', 'ask @&#8203;octocat or a@&#8203;b.org'],
  ['references', 'fixes #12, o/r#3, GH-4', 'fixes \\#&#8203;12, o/r\\#&#8203;3, GH&#8203;-4'],
  ['links', '[x](https://evil.example) www.evil.example', '\\[x\\](https:&#8203;//evil.example) www&#8203;.evil.example'],
  ['code and marks', '`a` **b** ~~c~~ $x$ | _d_', '\\`a\\` \\*\\*b\\*\\* \\~\\~c\\~\\~ \\$x\\$ \\| \\_d\\_'],
  ['a turned direction', 'safe \u202Egnp.exe', 'safe ⟨U+202E⟩gnp.exe'],
  ['control characters', 'a\u001B[31mb\u0000c\rd', 'a⟨U+001B⟩\\[31mb⟨U+0000⟩c⟨U+000D⟩d'],
  ['the beginning of a list', '- x', '\\- x'],
  ['a numbered one', '1. x', '1\\. x'],
  ['joined characters', '👩‍💻 می‌خواهم', '👩‍💻 می‌خواهم'],
])('a title with %s does nothing', (_, title, expected) => expect(inlineText(title)).toBe(expected));

function* all(node: Nodes): Generator<Nodes> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* all(child);
}

test('what a plan says does nothing anywhere in the comment', () => {
  const evil = '@octocat <b>x</b> #1 \u202E ``` </details>';
  const text = (id: string) =>
    `---\ntitle: "@octocat <b>"\n---\n\n## ${evil}\n\n${evil}\n\n- [ ] ${evil} ${id}\n\n  \`\`\`yaml\n  id: a\n  run: "${evil} ${id}"\n  dependsOn: [gone]\n  \`\`\`\n\n  ${evil} ${id}\n`;
  const markdown = markdownOf(diffOf(text('one'), text('two')));
  const nodes = [...all(unified().use(remarkParse).parse(markdown))];
  expect(nodes.flatMap((node) => (node.type === 'text' && /@octocat|#1/.test(node.value) ? [node.value] : []))).toEqual([]);
  const tags = nodes.flatMap((node) => (node.type === 'html' ? (node.value.match(/<[^>]*>/g) ?? []) : []));
  expect(new Set(tags)).toEqual(new Set(['<del>', '</del>', '<ins>', '</ins>', '<details>', '<summary>', '</summary>', '</details>']));
  expect(nodes.some(({ type }) => type === 'link' || type === 'image')).toBe(false);
  expect(markdown).not.toContain('\u202E');
  expect(markdown.endsWith('</details>')).toBe(true);
});

test('is never longer than a comment may be, and says what was cut', () => {
  const markdown = markdownOf(diffOf(many('First'), many('Second')));
  expect(markdown.length).toBeLessThanOrEqual(MARKDOWN_MAX);
  expect(markdown.length).toBeGreaterThan(MARKDOWN_MAX - 1_000);
  expect(markdown).toMatch(/Cut here:\*\* \d+ lines of the comparison and the raw diff of 1 file had no room in 60,000 characters/);
  // Where the words fit and the raw diff does not, that alone is left out.
  expect(markdownOf(diffOf(wide('a'), wide('b'))).length).toBeLessThanOrEqual(MARKDOWN_MAX);
});
