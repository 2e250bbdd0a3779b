import { describe, expect, it } from 'vitest';
import { checkPlan } from '../../src/core/lint.ts';
import { decisionsOf, reclaim } from '../../src/core/reclaim.ts';
import { steeringOf } from '../../src/core/steering.ts';

const BEFORE =
  '---\nstatus: running\n---\n\n# P\n\n## A\n\n```yaml\ngates: [a]\n```\n\n- [ ] one\n\n  ```yaml\n  run: echo 1\n  ```\n\n- [ ] two\n';
const parse = (text: string) => checkPlan(text, 'p').plan;

const changes = [
  ['status: running', 'status: failed', 'status of the plan'],
  ['gates: [a]', 'gates: []', 'gates of phase "a"'],
  ['- [ ] two', '- [x] two', 'status of "two"'],
  ['run: echo 1', 'run: echo 2', 'run of "one"'],
  ['run: echo 1', 'run: echo 1\n  approved: "0123456789ab"', 'approved of "one"'],
  ['run: echo 1', 'run: echo 1\n  status: skipped', 'status of "one"'],
  ['run: echo 1', 'run: echo 1\n  attempts: 1', 'attempts of "one"'],
] as const;

describe('a change during an attempt', () => {
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
