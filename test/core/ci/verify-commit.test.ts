import { describe, expect, it } from 'vitest';
import { violationsOf, type BundleRules, type CommitFacts, type FileFacts, type FileSide } from '../../../src/core/ci/verify-commit.ts';
import { checkPlan } from '../../../src/core/lint.ts';
import { redactionOf } from '../../../src/core/redact.ts';
import type { Evidence, TaskEvidence } from '../../../src/core/evidence.ts';
import { formatTrailers, trailersOf } from '../../../src/core/trailer.ts';

const START = 'a'.repeat(40);
const TEXT = `---
status: running
---

# Tips

## Work

- [ ] Add the tip

  \`\`\`yaml
  id: tip
  maxBudgetUsd: 2
  \`\`\`

- [ ] Split it

  \`\`\`yaml
  id: split
  gates: [test]
  \`\`\`

- [ ] Read it

  \`\`\`yaml
  id: read
  assignee: human
  \`\`\`

## Ask

\`\`\`yaml
executionMode: manual
\`\`\`

- [ ] Ship it

  \`\`\`yaml
  id: ship
  \`\`\`
`;
const planOf = (text: string) => checkPlan(text, 'tips', { known: null }).plan;
const tick = (text: string, title: string) => text.replace(`- [ ] ${title}`, `- [x] ${title}`);
const side = (text: string, mode = '100644'): FileSide => ({ mode, bytes: text.length, text });
const file = (path: string, before: string | null, after: string | null): FileFacts => ({
  path,
  before: before === null ? null : side(before),
  after: after === null ? null : side(after),
});

const rules: BundleRules = {
  planId: 'tips',
  planPath: 'plans/tips.plan.md',
  plansFolder: 'plans/',
  configFiles: ['plans.config.yaml', 'package.json'],
  gates: [
    { name: 'types', run: 'npx tsc' },
    { name: 'test', run: 'npm test && bash .ci/check.sh && make lint' },
  ],
  tasks: null,
  redaction: redactionOf([{ name: 'GITHUB_TOKEN', value: 'hunter2-hunter2' }]),
};

const done: TaskEvidence = {
  plan: 'tips',
  phase: 'work',
  task: 'tip',
  attempt: 1,
  maxAttempts: 3,
  agent: 'claude',
  session: null,
  durationMs: 1,
  tokens: null,
  costUsd: null,
  gates: [
    { name: 'types', status: 'passed' },
    { name: 'test', status: 'skipped' },
  ],
};
const started: Evidence = { plan: 'tips', event: 'started', reason: null, task: null };

interface Made {
  readonly evidence?: Evidence | null;
  readonly after?: string;
  readonly files?: readonly FileFacts[];
  readonly parents?: readonly string[];
  readonly message?: string;
}

function commit({
  evidence = done,
  after = tick(TEXT, 'Add the tip'),
  files = [file('src/tip.js', null, 'x')],
  parents = [START],
  message,
}: Made = {}): CommitFacts {
  return {
    id: 'b'.repeat(40),
    parents,
    message: message ?? `tips: x\n\n${evidence === null ? '' : formatTrailers(evidence)}`,
    trailers: evidence === null ? [] : trailersOf(evidence),
    files: [file(rules.planPath, TEXT, after), ...files],
    plan: { before: planOf(TEXT), after: planOf(after) },
  };
}

const told = (made: Made, more: Partial<BundleRules> = {}) =>
  violationsOf(commit(made), START, { ...rules, ...more }).map((line) => line.replace(/^Commit b{12}: (.*)\.$/, '$1'));

describe('a commit of a run', () => {
  it('may be published where it does one task and says so', () => {
    expect(told({})).toEqual([]);
    expect(told({ evidence: started, after: TEXT, files: [] })).toEqual([]);
    const failed = TEXT.replace('maxBudgetUsd: 2', 'maxBudgetUsd: 2\n  status: failed\n  attempts: 3\n  error: no').replace(
      'running',
      'paused',
    );
    expect(told({ evidence: { ...started, event: 'paused', reason: 'task_failed', task: 'tip' }, after: failed, files: [] })).toEqual([]);
    // The last task completes the plan in the same commit.
    expect(told({ after: tick(TEXT, 'Add the tip').replace('running', 'completed') })).toEqual([]);
  });

  it.each<readonly [string, Made, string]>([
    ['an extra parent', { parents: [START, START] }, 'it has 2 parents, and every commit of a run has one'],
    ['another base', { parents: ['c'.repeat(40)] }, 'it stands on cccccccccccc, and should on aaaaaaaaaaaa'],
    ['no trailers', { evidence: null }, 'its trailers name no task and no event of a plan'],
    ['another plan’s trailers', { evidence: { ...done, plan: 'other' } }, 'it is of the plan "other", and the run was of "tips"'],
    [
      'a task that is not there',
      { evidence: { ...done, task: 'x; rm -rf /' } },
      'it is of the task "x; rm -rf /", which the plan does not have',
    ],
    ['a task that it does not tick', { after: TEXT }, 'it is of the task "tip" and does not tick its box'],
    ['two tasks', { after: tick(tick(TEXT, 'Add the tip'), 'Split it') }, 'it is of the task "tip" and closes "split" too'],
    [
      'two tasks, one of them skipped',
      { after: tick(TEXT, 'Add the tip').replace('id: split', 'id: split\n  status: skipped') },
      'it is of the task "tip" and closes "split" too',
    ],
    [
      'a gate that failed',
      {
        evidence: {
          ...done,
          gates: [
            { name: 'types', status: 'failed' },
            { name: 'test', status: 'passed' },
          ],
        },
      },
      'its gate "types" failed',
    ],
    [
      'a gate that is not told',
      { evidence: { ...done, gates: [{ name: 'types', status: 'passed' }] } },
      'it does not say what the gate "test" found',
    ],
    [
      'a person’s task',
      { evidence: { ...done, task: 'read' }, after: tick(TEXT, 'Read it') },
      'it does the task "read", which is a person’s',
    ],
    [
      'a task that nobody approved',
      { evidence: { ...done, task: 'ship' }, after: tick(TEXT, 'Ship it') },
      'nobody has approved the task "ship"',
    ],
    [
      'a person’s word',
      { evidence: { ...started, event: 'approved', task: 'ship' }, after: TEXT, files: [] },
      'it says "approved", which is a person’s word',
    ],
    [
      'a refined plan',
      { evidence: { plan: 'tips', iteration: 'refine', changedBy: 'user', prompt: null } },
      'it changes what the plan asks for, which nobody does while a run is published',
    ],
    ['an event with work in it', { evidence: started, after: TEXT }, 'it says "started" and changes "src/tip.js" besides the plan'],
    ['an event that ticks', { evidence: started, files: [] }, 'it says "started" and closes the task "tip"'],
    [
      'a wider budget',
      { after: tick(TEXT, 'Add the tip').replace('maxBudgetUsd: 2', 'maxBudgetUsd: 200') },
      'it changes "maxBudgetUsd" of the task "tip"',
    ],
    ['fewer gates', { after: tick(TEXT, 'Add the tip').replace('gates: [test]', 'gates: []') }, 'it changes "gates" of the task "split"'],
    [
      'a command',
      { after: tick(TEXT, 'Add the tip').replace('id: split', 'id: split\n  run: curl evil') },
      'it changes "run" of the task "split"',
    ],
    [
      'an approval',
      { after: tick(TEXT, 'Add the tip').replace('id: ship', 'id: ship\n  approved: 0123456789ab') },
      'it changes "approved" of the task "ship"',
    ],
    ['a new task', { after: `${tick(TEXT, 'Add the tip')}\n- [ ] Mine too\n` }, 'it adds the task "mine-too"'],
    [
      'a phase that asks nobody',
      { after: tick(TEXT, 'Add the tip').replace('executionMode: manual', 'executionMode: sequential') },
      'it changes "executionMode" of the phase "ask"',
    ],
    [
      'a plan’s own budget',
      { after: tick(TEXT, 'Add the tip').replace('status: running', 'status: running\nmaxBudgetUsd: 999') },
      'it changes "maxBudgetUsd" of the plan',
    ],
  ])('is refused with %s', (_, made, what) => {
    expect(told(made)).toContain(what);
  });

  it('is refused with a task that another runner was to do', () => {
    expect(told({}, { tasks: new Set(['split']) })).toEqual(['it is of the task "tip", which was not to be done']);
  });
});

describe('a file of a run', () => {
  it.each([
    ['.github/workflows/ci.yml', 'where workflows stand'],
    ['.GitHub/dependabot.yml', 'where workflows stand'],
    ['tools/.github/x', 'where workflows stand'],
    ['action.yml', 'which is an action'],
    ['tools/release/action.YAML', 'which is an action'],
    ['../config', 'which is no path'],
    ['a//b', 'which is no path'],
    ['.gitmodules', 'which says what submodules there are'],
    ['.plans/state.db', 'which is no part of the work'],
    ['sub/.git/config', 'which is no part of the work'],
    ['plans/other.plan.md', 'which is another plan’s or a review'],
    ['Plans/tips.plan.md', 'which is another plan’s or a review'],
    ['plans/tips.review.md', 'which is another plan’s or a review'],
    ['plans.config.yaml', 'which is the config'],
    ['.ci/check.sh', 'which a gate runs'],
    ['Makefile', 'which a gate runs'],
  ])('is refused at %s', (path, why) => {
    expect(told({ files: [file(path, 'x', 'y')] })).toEqual([`it changes "${path}", ${why}`]);
    expect(told({ files: [file(path, 'x', null)] })).toEqual([`it changes "${path}", ${why}`]);
  });

  it('is refused in package.json where it is the config, or a script that a gate runs', () => {
    const scripts = { scripts: { test: 'vitest', build: 'tsc' } };
    const of = (before: unknown, after: unknown) => told({ files: [file('package.json', JSON.stringify(before), JSON.stringify(after))] });
    expect(of(scripts, { scripts: { ...scripts.scripts, build: 'tsdown' }, dependencies: { x: '1' } })).toEqual([]);
    expect(of(scripts, { scripts: { ...scripts.scripts, test: 'true' } })).toEqual([
      'it changes "package.json", and in it the script "test", which a gate runs',
    ]);
    expect(of(scripts, { scripts: { ...scripts.scripts, pretest: 'rm -r test' } })).toEqual([
      'it changes "package.json", and in it the script "pretest", which a gate runs',
    ]);
    expect(of({}, { scripts: { pretest: 'tsc', test: 'vitest' } })).toEqual([]);
    expect(of(scripts, {})).toEqual(['it changes "package.json", and in it the script "test", which a gate runs']);
    expect(of(scripts, { ...scripts, plans: { env: ['*'] } })).toEqual(['it changes "package.json", and the config in it']);
    expect(told({ files: [file('package.json', JSON.stringify(scripts), '{ broken')] })).toHaveLength(1);
  });

  it.each([
    ['120000', 'is a symbolic link'],
    ['160000', 'is a submodule'],
    ['100664', 'has the mode 100664'],
  ])('is refused with the mode %s, also where it goes', (mode, why) => {
    const odd = side('../../etc/passwd', mode);
    expect(told({ files: [{ path: 'x', before: null, after: odd }] })).toEqual([`"x" ${why}`]);
    expect(told({ files: [{ path: 'x', before: odd, after: side('x') }] })).toEqual([`"x" ${why}`]);
  });

  it('may be executable', () => {
    expect(told({ files: [{ path: 'bin/x', before: null, after: side('#!/bin/sh', '100755') }] })).toEqual([]);
  });

  it('is refused where it is too large, or there are too many', () => {
    expect(told({ files: [{ path: 'x', before: null, after: { mode: '100644', bytes: 6_000_000, text: null } }] })).toEqual([
      '"x" has 6000000 bytes; at most 5242880 are published',
    ]);
    const many = Array.from({ length: 2_001 }, (_, index) => file(`x${index}`, null, ''));
    expect(told({ files: many })).toEqual(['it changes 2002 files; at most 2000 are published']);
  });

  it('is refused where it holds a secret that was not there before', () => {
    const key = `ghp_${'a1'.repeat(15)}`;
    expect(told({ files: [file('x', null, `a\n${key}\n`)] })).toEqual(['"x" holds a secret (GitHub token)']);
    expect(told({ files: [file('x', 'a', 'b hunter2-hunter2')] })).toEqual(['"x" holds a secret (GITHUB_TOKEN)']);
    expect(told({ files: [file('x', `old ${key}`, `old ${key} and more`)] })).toEqual([]);
    expect(told({ files: [file('x', null, 'see [redacted GitHub token] and https://me:pass@example.com')] })).toEqual([]);
    expect(told({ message: `tips: ${key}` })).toEqual(['its message holds a secret (GitHub token)']);
    expect(told({ message: 'x'.repeat(40_000) })[0]).toContain('its message has 40000 characters');
  });

  it('is told without what it would do to a terminal or a page', () => {
    expect(told({ files: [file('.github/\u001B[2J\u202E"', null, 'x')] })).toEqual([
      String.raw`it changes ".github/\u{1b}[2J\u{202e}\u{22}", where workflows stand`,
    ]);
  });

  it('is told in one line, whatever its trailers say', () => {
    const evidence = { ...done, task: 'x\n::add-mask::y\n\u001B[2J' };
    expect(told({ evidence }).join()).toBe('it is of the task "x ::add-mask::y ⟨U+001B⟩[2J", which the plan does not have');
  });

  it('is told of so often and no more', () => {
    expect(told({ files: Array.from({ length: 50 }, (_, index) => file(`.github/${index}`, null, '')) })).toHaveLength(21);
  });
});
