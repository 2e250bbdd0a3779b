import { describe, expect, it } from 'vitest';
import { checkPlan } from '../../src/core/lint.ts';
import { decisionsOf, lostTasks, reclaim } from '../../src/core/reclaim.ts';
import { steeringOf } from '../../src/core/steering.ts';

const BEFORE = [
  '---\nstatus: running\nmaxBudgetUsd: 5\n---\n\n# P\n\n## A\n\n```yaml\ngates: [a]\n```\n\n- [ ] one\n\n  ```yaml\n  run: echo 1\n  ```\n\n- [ ] two\n',
  '## B\n\n```yaml\nexecutionMode: manual\npauseAfter: true\n```\n\n- [ ] three\n\n  ```yaml\n  maxBudgetUsd: 1\n  ```\n',
  '- [ ] four\n\n  ```yaml\n  assignee: human\n  ```\n',
].join('\n');
const parse = (text: string) => checkPlan(text, 'p').plan;

const changes = [
  ['status: running', 'status: failed', 'status of the plan'],
  ['gates: [a]', 'gates: []', 'gates of phase "a"'],
  ['- [ ] two', '- [x] two', 'status of "two"'],
  ['run: echo 1', 'run: echo 2', 'run of "one"'],
  ['run: echo 1', 'run: echo 1\n  approved: "0123456789ab"', 'approved of "one"'],
  ['run: echo 1', 'run: echo 1\n  status: skipped', 'status of "one"'],
  ['run: echo 1', 'run: echo 1\n  attempts: 1', 'attempts of "one"'],
  ['executionMode: manual', 'executionMode: parallel', 'executionMode of phase "b"'],
  ['executionMode: manual\n', '', 'executionMode of phase "b"'],
  ['pauseAfter: true', 'pauseAfter: false', 'pauseAfter of phase "b"'],
  ['maxBudgetUsd: 5', 'maxBudgetUsd: 50', 'maxBudgetUsd of the plan'],
  ['maxBudgetUsd: 5\n', '', 'maxBudgetUsd of the plan'],
  ['maxBudgetUsd: 1\n', 'maxBudgetUsd: 2\n', 'maxBudgetUsd of "three"'],
  ['  assignee: human\n', '', 'assignee of "four"'],
] as const;

const BINDS = [
  ['status: running', 'status: paused'],
  ['gates: [a]', 'gates: [a]\nexecutionMode: manual'],
  ['gates: [a]', 'gates: [a]\npauseAfter: true'],
  ['maxBudgetUsd: 5', 'maxBudgetUsd: 4'],
  ['maxBudgetUsd: 1\n', 'maxBudgetUsd: 0.5\n'],
  ['run: echo 1', 'run: echo 1\n  assignee: human\n  files: [a]\n  maxBudgetUsd: 1'],
  ['## B', '- [ ] Deploy\n\n  ```yaml\n  assignee: human\n  files: [b]\n  maxBudgetUsd: 3\n  ```\n\n## B'],
  ['## B', '## B, renamed'],
] as const;

describe('a change during an attempt', () => {
  it.each(BINDS)('%j → %j is taken, as it binds more', (from, to) => {
    const after = BEFORE.replace(from, to);
    expect(after).not.toBe(BEFORE);
    expect(reclaim(parse(BEFORE), after, parse)).toEqual({ text: after, putBack: [] });
  });

  it('of a phase that has another name by now is told all the same', () => {
    const after = BEFORE.replace('## B', '## C').replace('executionMode: manual', 'executionMode: sequential');
    expect(reclaim(parse(BEFORE), after, parse)).toEqual({
      text: after.replace('executionMode: sequential', 'executionMode: manual'),
      putBack: ['executionMode of phase "c"'],
    });
  });

  it('that moves a task to where less is asked is put back, unless a person has decided just that', () => {
    const before = parse(BEFORE);
    const four = BEFORE.slice(BEFORE.indexOf('- [ ] four'));
    const after = BEFORE.replace(four, '').replace('## B', `${four}\n## B`);
    const { text, putBack } = reclaim(before, after, parse);
    expect(putBack).toEqual(['phase of "four"']);
    expect(parse(text).phases.map(({ tasks }) => tasks.map(({ id }) => id))).toEqual([
      ['one', 'two'],
      ['three', 'four'],
    ]);
    expect(reclaim(before, after, parse, new Set(decisionsOf(before, parse(after))))).toEqual({ text: after, putBack: [] });
  });

  it('that takes the heading of a manual phase away leaves its tasks to be asked for', () => {
    const after = BEFORE.replace(/## B\n\n```yaml[^`]*```\n\n/, '');
    const { text, putBack } = reclaim(parse(BEFORE), after, parse);
    expect(putBack).toEqual(['executionMode of phase "a"']);
    expect(parse(text).phases.map(({ executionMode }) => executionMode)).toEqual(['manual']);
  });

  it.each(changes)('%j → %j is put back, unless a person has decided just that', (from, to, what) => {
    const after = BEFORE.replace(from, to);
    expect(reclaim(parse(BEFORE), after, parse).putBack).toEqual([what]);
    const decided = new Set(decisionsOf(parse(BEFORE), parse(after)));
    expect(decided.size).toBe(1);
    expect(reclaim(parse(BEFORE), after, parse, decided)).toEqual({ text: after, putBack: [] });
    for (const [otherFrom, otherTo, other] of changes) {
      if (otherTo === to) continue;
      expect(reclaim(parse(BEFORE), BEFORE.replace(otherFrom, otherTo), parse, decided).putBack).toEqual([other]);
    }
  });
});

it('tasks that are there no more are told, unless a person has decided just that', () => {
  const [before, after] = [parse(BEFORE), parse(BEFORE.replace('- [ ] two', '- [ ] Another'))];
  expect(lostTasks(before, after, new Set())).toEqual(['two']);
  expect(lostTasks(before, after, new Set(decisionsOf(before, after)))).toEqual([]);
  expect(lostTasks(before, before, new Set())).toEqual([]);
});

it.each([
  ['status: running', 'status: paused', 'paused', null],
  ['status: running', 'status: failed', 'failed', null],
  ['run: echo 1', 'run: echo 1\n  status: skipped', 'skipped', 'one'],
  ['run: echo 1', 'run: echo 2', undefined, undefined],
  ['- [ ] two', '- [ ] three', undefined, undefined],
  ['status: running\n---\n\n# P', 'status: paused\n---\n\n# Q', undefined, undefined],
])('%j → %j is the event %s', (from, to, event, of) => {
  const steering = steeringOf(parse(BEFORE), parse(BEFORE.replace(from, to)));
  expect([steering?.event, steering?.task]).toEqual([event, of]);
});
