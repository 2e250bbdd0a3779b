import { expect, test } from 'vitest';
import { linesOf } from '../../src/core/lines.ts';
import { applyFixes, checkPlan } from '../../src/core/lint.ts';
import { parseReview } from '../../src/core/review.ts';
import { RULES } from '../../src/core/rules.ts';

const fence = (...lines: string[]): string => ['  ```yaml', ...lines.map((line) => `  ${line}`), '  ```'].join('\n');
const task = (title: string, ...lines: string[]): string => `- [ ] ${title}\n\n${fence(...lines)}\n\n`;

const known = { gates: new Set(['test', 'lint']), agents: new Set(['claude']) };

interface Case {
  readonly rule: string;
  readonly text: string;
  /** The source that the diagnostic points at, and the line where it begins. */
  readonly at: string;
  readonly line: number;
  readonly message: string;
  /** The text after the fix. */
  readonly fixed?: string;
}

const bad = (rule: string, text: string, at: string, line: number, message: string, fixed?: string): Case =>
  fixed === undefined ? { rule, text, at, line, message } : { rule, text, at, line, message, fixed };

const CASES: readonly Case[] = [
  bad('unterminated-frontmatter', '---\nstatus: ready\n\n# T\n\n- [ ] a\n', '---', 1, 'not closed'),
  bad('unterminated-frontmatter', '- [ ] a\n\n  ```yaml\n  id: b\n', '```', 3, 'not closed'),
  bad('thematic-break-first', '---\n\n## A\n\n- [ ] a\n\n---\n', '---', 1, '"***"', '***\n\n## A\n\n- [ ] a\n\n---\n'),
  bad(
    'dashed-frontmatter',
    '## A\n---\nid: p1\n---\n\n- [ ] a\n',
    '---',
    2,
    'heading to GitHub',
    '## A\n```yaml\nid: p1\n```\n\n- [ ] a\n',
  ),
  bad('dashed-frontmatter', '- [ ] a\n\n  ---\n  id: b\n  ---\n', '---', 3, 'under a task', '- [ ] a\n\n  ```yaml\n  id: b\n  ```\n'),
  bad(
    'dashed-frontmatter',
    '- [ ] c\n- [ ] a\n  ---\n  id: b\n  ---\n',
    '---',
    3,
    'under a task',
    '- [ ] c\n- [ ] a\n  ```yaml\n  id: b\n  ```\n',
  ),
  bad('frontmatter-too-large', task('a', `id: ${'['.repeat(40)}`), fence(`id: ${'['.repeat(40)}`).trim(), 3, '32 levels'),
  bad('invalid-yaml', task('a', 'files: [a'), '', 5, 'not valid YAML'),
  bad('invalid-yaml', task('a', '- id'), '- id', 4, '"key: value"'),
  bad('yaml-reference', task('a', 'id: &x b'), 'b', 4, 'Anchors'),
  bad('duplicate-key', task('a', 'id: b', 'id: c'), 'id', 5, 'second time'),
  bad('unknown-key', task('a', 'dependOn: []'), 'dependOn', 4, 'did you mean "dependsOn"?', task('a', 'dependsOn: []')),
  bad('unknown-key', task('a', 'depends_on: []'), 'depends_on', 4, 'did you mean "dependsOn"?', task('a', 'dependsOn: []')),
  bad('wrong-type', task('a', 'maxAttempts: many'), 'many', 4, 'expected'),
  bad('wrong-type', task('a', 'status: done'), 'done', 4, '"failed" or "skipped"'),
  bad('wrong-type', task('a', 'model: 4.5'), '4.5', 4, 'Quote it', task('a', 'model: "4.5"')),
  bad('unquoted-id', task('a', 'id: 1.10'), '1.10', 4, '(1.1)', task('a', 'id: "1.10"')),
  bad('duplicate-id', '- [ ] a\n- [ ] A\n', 'A', 2, 'another "id:"'),
  bad('duplicate-id', '## A\n\n- [ ] x\n\n## a\n\n- [ ] y\n', 'a', 5, 'The phase'),
  bad('unknown-dependency', `- [ ] build\n${task('a', 'dependsOn: [biuld]')}`, '[biuld]', 5, 'Did you mean "build"?'),
  bad('self-dependency', task('a', 'dependsOn: [a]'), '[a]', 4, 'itself'),
  bad('later-dependency', `## One\n\n${task('a', 'dependsOn: [b]')}## Two\n\n- [ ] b\n`, '[b]', 6, 'later phase "Two"'),
  bad(
    'dependency-cycle',
    task('a', 'dependsOn: [b]') + task('b', 'dependsOn: [c]') + task('c', 'dependsOn: [a]'),
    '[b]',
    4,
    'a → b → c → a',
  ),
  bad('unknown-gate', task('a', 'gates: [tset]'), '[tset]', 4, 'Did you mean "test"?'),
  bad('unknown-agent', task('a', 'agent: gpt'), 'gpt', 4, 'Known: claude'),
  bad('conflict-marker', '<<<<<<< HEAD\n- [ ] a\n=======\n- [ ] b\n', '<<<<<<< HEAD', 1, 'merge conflict'),
  bad('unread-box', '- [ ] b\n- [ ]* a\n', '[ ]', 2, 'GitHub does not read', '- [ ] b\n- [ ] * a\n'),
  bad('unread-box', '- [ ] b\n- [x]a\n', '[x]', 2, 'GitHub does not read', '- [ ] b\n- [x] a\n'),
  bad('unread-box', '- [ ] b\n- [] a\n', '[]', 2, 'GitHub does not read', '- [ ] b\n- [ ] a\n'),
  bad('unread-box', '- [ ] b\n- [ ]\u3000a\n', '[ ]', 2, 'GitHub does not read', '- [ ] b\n- [ ] a\n'),
  bad('unread-box', '- [ ] b\n- [ ] a\n  ---\n', '[ ]', 2, 'underlined'),
  bad('split-box', '- [\n  ] a\n', '[\n  ]', 1, 'two lines'),
  bad('unclosed-block', '- [ ] b\n\n```sh\necho\n\n- [ ] c\n', '```sh\n', 3, 'Write "```" on'),
  bad('unclosed-block', '- [ ] b\n\n~~~~\n```\n', '~~~~\n', 3, 'Write "~~~~" on'),
  bad('unclosed-block', '- [ ] b\n\n<!-- later\n\n- [ ] c\n', '<!-- later\n', 3, 'Write "-->" on'),
  bad('unclosed-block', '- [ ] b\n\n<pre>\n\n- [ ] c\n', '<pre>\n', 3, 'Write "</pre>" on'),
  bad('linked-box', '- [ ] b\n- [x](y)\n', '[x]', 2, 'is a link'),
  bad('box-without-title', '- [ ] b\n- [ ]\n', '[ ]', 2, 'no text'),
  bad(
    'contradictory-status',
    `- [x] a\n\n${fence('id: a', 'status: failed', 'attempts: 2')}\n`,
    'failed',
    5,
    'box counts',
    `- [x] a\n\n${fence('id: a')}\n`,
  ),
  bad('plan-without-tasks', '# T\n', 'T', 1, 'no tasks'),
  bad('phase-without-tasks', '## A\n\n## B\n\n- [ ] b\n', '## A', 1, 'no tasks'),
  bad('byte-order-mark', '\uFEFF- [ ] a\n', '\uFEFF', 1, 'byte order mark', '- [ ] a\n'),
  bad('skipped-mark', '- [-] a\n', '[-]', 1, 'skipped'),
  bad('started-mark', '- [~] a\n', '[~]', 1, 'not done', '- [ ] a\n'),
];

for (const [index, { rule, text, at, line, message, fixed }] of CASES.entries()) {
  test(`${rule} (${index})`, () => {
    for (const [eol, shown] of [
      ['\n', 'LF'],
      ['\r\n', 'CRLF'],
      ['\r', 'CR'],
    ] as const) {
      const source = text.replaceAll('\n', eol);
      const { diagnostics, valid } = checkPlan(source, 'p', { known });
      const found = diagnostics.filter((diagnostic) => diagnostic.rule === rule);
      expect(found, `${shown}: ${diagnostics.map((diagnostic) => diagnostic.rule).join()}`).toHaveLength(1);
      const [diagnostic] = found;
      if (diagnostic === undefined) return;
      if (rule !== 'split-box' && at !== '') expect(source.slice(diagnostic.span.offset).startsWith(at.replaceAll('\n', eol))).toBe(true);
      if (rule !== 'invalid-yaml') expect(diagnostic.line).toBe(line);
      expect(diagnostic.message).toContain(message);
      expect(diagnostic.severity).toBe(RULES.find(({ name }) => name === rule)?.severity);
      expect(valid).toBe(diagnostics.every(({ severity }) => severity !== 'error'));
      const after = applyFixes(source, found);
      expect(after.text).toBe((fixed ?? text).replaceAll('\n', eol));
      if (fixed !== undefined) expect(checkPlan(after.text, 'p', { known }).diagnostics.filter((other) => other.rule === rule)).toEqual([]);
    }
  });
}

test('every rule has a case', () => {
  const others = [checkPlan('- [ ] a\n', 'my plan'), parseReview('- [ ] a\n\n  ```yaml\n  id: a\n  ```\n')];
  const found = new Set([...CASES, ...others.flatMap(({ diagnostics }) => diagnostics)].map(({ rule }) => rule));
  expect(RULES.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
});

test('keys that begin with x- are kept and ignored', () => {
  expect(checkPlan(task('a', 'x-own: 1'), 'p', { known }).diagnostics).toEqual([]);
});

test('of ever so many wrong dependencies each is named, and the first are compared with what there is', () => {
  const many = Array.from({ length: 60 }, (_, index) => task(`a${index}`, 'dependsOn: [biuld]')).join('\n');
  const { diagnostics } = checkPlan(`- [ ] build\n${many}`, 'p', { known });
  const found = diagnostics.filter(({ rule }) => rule === 'unknown-dependency');
  expect(found).toHaveLength(60);
  expect(found.filter(({ message }) => message.includes('Did you mean "build"?'))).toHaveLength(50);
  expect(found.at(-1)?.message).toContain('Name the id of a task');
});

test('lines are collected no further than they are asked for', () => {
  expect(linesOf('a\nb\r\nc\n', 0, 8, 2).map(({ start, next }) => [start, next])).toEqual([
    [0, 2],
    [2, 5],
  ]);
});
