import { describe, expect, it } from 'vitest';
import { pauseWords, pullBody, pullTitle, type PlanCommit } from '../../../src/core/ci/pull-text.ts';
import { checkPlan } from '../../../src/core/lint.ts';
import { PAUSE_REASONS } from '../../../src/core/outcome.ts';
import type { PlanEvidence, TaskEvidence } from '../../../src/core/evidence.ts';

const planOf = (status: string, tasks: string, title = 'Tips') =>
  checkPlan(`---\nstatus: ${status}\n---\n\n# ${title}\n\n## Work\n\n${tasks}`, 'tips').plan;
const commit = (evidence: Partial<TaskEvidence>, id = 'b'.repeat(40)): PlanCommit => ({
  id,
  evidence: {
    plan: 'tips',
    phase: 'work',
    task: 'one',
    attempt: 1,
    maxAttempts: 3,
    agent: 'claude',
    session: null,
    durationMs: 61_000,
    tokens: 1000,
    costUsd: 0.5,
    gates: [],
    ...evidence,
  },
});
const paused = (evidence: Partial<PlanEvidence>): PlanCommit => ({
  id: 'c'.repeat(40),
  evidence: { plan: 'tips', event: 'paused', reason: null, task: null, ...evidence },
});
const body = (plan: ReturnType<typeof planOf>, commits: readonly PlanCommit[]) =>
  pullBody({ plan, commits, head: 'd'.repeat(40), runUrl: 'https://x' });

describe('the body of a plan’s pull request', () => {
  it('tells what was done, what it cost, and what is left', () => {
    const text = body(planOf('paused', '- [x] One\n- [ ] Two\n- [ ] Three\n\n  ```yaml\n  assignee: human\n  ```\n'), [
      commit({
        gates: [
          { name: 'types', status: 'passed' },
          { name: 'e2e', status: 'skipped' },
        ],
        flags: [{ name: 'tests-removed', count: 2 }],
      }),
      paused({ reason: 'human_task', task: 'three', tokens: 500, costUsd: 0.25 }),
    ]);
    expect(text).toContain('**paused** · `███████░░░░░░░░░░░░░` 1 of 3 tasks');
    expect(text).toContain('| One | ✅ | 1 | 1m1s | $0.50 | ✓ types, – e2e | bbbbbbbbbbbb |');
    expect(text).toContain('| Three | 👤 yours |');
    expect(text).toContain('2 commits · 1m1s · $0.75 · 1,500 tokens');
    expect(text).toContain('⚠️ bbbbbbbbbbbb weakens what is checked: 2 tests removed. Look at it.');
    expect(text).toContain('The task `three` is for a person.');
  });

  it('does not make zero of what is not known', () => {
    expect(body(planOf('running', '- [x] One\n'), [commit({ costUsd: null })])).toContain('≥ $0.00 · 1,000 tokens');
  });

  it('binds an approval to the commit that is looked at', () => {
    const text = body(planOf('paused', '- [ ] One\n'), [paused({ reason: 'manual_approval_required', task: 'one' })]);
    expect(text).toContain('`/plans approve one@dddddddddddd`');
  });

  it('fits into what GitHub takes, and says what it leaves out', () => {
    const tasks = Array.from({ length: 500 }, (_, index) => `- [ ] ${'<&@#`'.repeat(60)} ${index}\n`).join('');
    const flags = Array.from({ length: 500 }, () => commit({ flags: [{ name: 'checks-silenced', count: 1 }] }));
    const text = body(planOf('running', tasks), flags);
    expect(text.length).toBeLessThan(60_000);
    expect(text).toMatch(/\| … and 4\d\d more \|/);
    expect(text).toContain('⚠️ … and 470 more do.');
  });
});

it('says for every pause how it goes on', () => {
  for (const reason of PAUSE_REASONS)
    expect(pauseWords(reason, { task: 'one', head: 'abc', resetsAt: null })).toMatch(/\/plans|by itself|plans lint/);
});

it('has a title of one line, in which everything is seen', () => {
  expect(pullTitle(planOf('ready', '- [ ] x\n', `A \u202Eb ${'x'.repeat(300)}`))).toMatch(/^plan tips: A ⟨U\+202E⟩b x+…$/);
});
