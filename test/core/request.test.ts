import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAnswer, formatRequest, readAnswer, readRequest, type Word } from '../../src/core/request.ts';
import { runs } from '../support/runs.ts';

const id = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
const word: fc.Arbitrary<Word> = fc.oneof(
  fc.record({ type: fc.constant('pause' as const), now: fc.boolean() }),
  fc.record({ type: fc.constantFrom('resume' as const, 'cancel' as const) }),
  fc.record({ type: fc.constantFrom('approve' as const, 'skip' as const), task: id }),
  fc.record({ type: fc.constant('skip' as const), task: id, keepFiles: fc.constant(true) }),
  fc.record({ type: fc.constant('retry' as const), task: id, fromBase: fc.boolean() }),
);

describe('a request', () => {
  it('reads as it was written', () => {
    const request = fc.record({ plan: id, run: id, by: fc.constant('12@host'), word });
    fc.assert(
      fc.property(request, (given) => {
        expect(readRequest(formatRequest(given))).toEqual(given);
      }),
      runs(200),
    );
  });

  it.each([
    '',
    'Plan: demo\nPlan-Request: cancel\n',
    'Plan: demo\nPlan-Request: rollback\nPlan-Request-Run: r\nPlan-Request-By: 1@h\n',
    'Plan: demo\nPlan-Request: skip\nPlan-Request-Run: r\nPlan-Request-By: 1@h\n',
    `${' '.repeat(10_000)}\nPlan: demo\nPlan-Request: cancel\nPlan-Request-Run: r\nPlan-Request-By: 1@h\n`,
  ])('is nothing that lacks a part of it, or is none: %j', (message) => expect(readRequest(message)).toBeNull());
});

describe('an answer', () => {
  it('reads as it was written, a reason on one line', () => {
    const given = { plan: 'demo', request: 'a'.repeat(40), refused: 'No such task.\nPlan-Answer: done', status: null };
    expect(readAnswer(formatAnswer(given))).toEqual({ ...given, refused: 'No such task. Plan-Answer: done' });
    const done = { ...given, refused: null, status: 'paused' as const };
    expect(readAnswer(formatAnswer(done))).toEqual(done);
    expect(readAnswer('Plan-Answer: done\n')).toBeNull();
  });
});
