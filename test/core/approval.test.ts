import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalOf } from '../../src/core/approval.ts';
import { applyEdits, setTaskFields, setTaskStatus } from '../../src/core/edit.ts';
import { checkPlan } from '../../src/core/lint.ts';
import type { Plan } from '../../src/core/plan.ts';
import { findTask } from '../../src/core/progress.ts';
import { transition } from '../../src/core/run.ts';
import { newRun } from '../../src/core/run-state.ts';
import { readiness } from '../../src/core/schedule.ts';
import { sha256 } from '../../src/core/sha256.ts';
import { runs } from '../support/runs.ts';
import { untouched } from './limits.ts';

const TEXT =
  '---\nstatus: ready\n---\n\n## A\n\n```yaml\nexecutionMode: manual\n```\n\n- [ ] one\n\n  ```yaml\n  run: echo 1\n  ```\n\n  Do it.\n';

function approved(text: string) {
  const { plan } = checkPlan(text, 'p');
  const task = findTask(plan, 'one');
  if (task === undefined) throw new Error('no task');
  const edit = setTaskFields(text, plan, 'one', { approved: approvalOf(task) });
  if ('refused' in edit) throw new Error(edit.refused);
  return applyEdits(text, edit.edits);
}

const because = (text: string) => readiness(checkPlan(text, 'p').plan).map((entry) => entry.because.map(({ type }) => type));

describe('an approval', () => {
  it('is asked for in a manual phase, and lets the task start', () => {
    expect(because(TEXT)).toEqual([['needs-approval']]);
    expect(because(approved(TEXT))).toEqual([[]]);
    expect(checkPlan(approved(TEXT), 'p').diagnostics).toEqual([]);
  });

  it.each([
    ['- [ ] one', '- [ ] ONE'],
    ['Do it.', 'Do it well.'],
    ['echo 1', 'echo 2'],
    ['run: echo 1', 'run: echo 1\n  files: [a]'],
    ['run: echo 1', 'run: echo 1\n  gates: []'],
    ['run: echo 1', 'run: echo 1\n  agent: codex'],
    ['run: echo 1', 'run: echo 1\n  model: m'],
  ])('is void once %j is %j', (from, to) => {
    expect(because(approved(TEXT).replace(from, to))).toEqual([['approval-void']]);
  });

  it.each(['run: echo 1\n  timeout: 5m', 'run: echo 1\n  x-note: mine'])('stands when %j is added', (to) => {
    expect(because(approved(TEXT).replace('run: echo 1', to))).toEqual([[]]);
  });

  it.each([
    ['completed', false],
    ['failed', false],
    ['skipped', false],
    ['pending', true],
  ] as const)('is used up when the task is %s', (status, stays) => {
    const text = approved(TEXT);
    const edit = setTaskStatus(text, checkPlan(text, 'p').plan, 'one', { status, attempts: 1, error: '' });
    if ('refused' in edit) throw new Error(edit.refused);
    expect(applyEdits(text, edit.edits).includes('approved:')).toBe(stays);
  });

  it('by naming a task counts for what it said then', () => {
    const [before, other] = ['Do it.', 'Do it well.'].map((words) => checkPlan(TEXT.replace('Do it.', words), 'p').plan);
    if (before === undefined || other === undefined) throw new Error('no plan');
    const run = newRun(before, {
      ...untouched(),
      scope: null,
      approved: new Set(['one']),
      maxAttempts: 1,
      maxConcurrency: 1,
      estimate: () => 1,
    });
    const asked = (plan: Plan) => transition(run, { type: 'plan-read', plan })[1];
    expect(asked(before)).toMatchObject([{ type: 'start-attempt', task: 'one' }]);
    expect(asked(other)).toMatchObject([{ type: 'record-pause', reason: 'manual_approval_required', task: 'one' }]);
  });

  it('that looks like a number is still text', () => {
    const text = TEXT.replace('run: echo 1', 'run: echo 1\n  approved: "123456789012"');
    expect(checkPlan(text, 'p').diagnostics).toEqual([]);
  });
});

it('sha256 is SHA-256', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text.toWellFormed()).digest('hex'));
    }),
    runs(200),
  );
});
