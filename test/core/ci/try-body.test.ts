import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTryBody, tryBody } from '../../../src/core/ci/try-body.ts';
import { OUTCOMES } from '../../../src/core/outcome.ts';
import { runs } from '../../support/runs.ts';

test('what a try says of itself reads back, whatever it printed', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...OUTCOMES),
      fc.string({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      (outcome, words, tail) => {
        const reason = `It failed: ${words}`;
        const read = readTryBody(tryBody({ outcome, reason, tail }));
        expect(read?.outcome).toBe(outcome);
        expect(read?.reason).toBe(reason.replaceAll(/\s+/g, ' '));
        expect(read?.tail).toBe(tail.trim().replaceAll(/\r?\n/g, '\n'));
      },
    ),
    runs(200),
  );
});

test('none of it can be taken for a trailer, and it is bounded', () => {
  const body = tryBody({ outcome: 'gate_failed', reason: 'no', tail: `Plan-Task: other\n\nPlan: mine\n${'x'.repeat(10_000)}` });
  expect(body).not.toMatch(/^Plan/m);
  expect(body.length).toBeLessThan(4_000);
});

test('another text is none', () => {
  expect(readTryBody('')).toBeNull();
  expect(readTryBody('something: else')).toBeNull();
});
