import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { PAUSE_REASONS } from '../../../src/core/outcome.ts';
import type { RunSummary } from '../../../src/core/summary.ts';
import { renderBox } from '../../../src/commands/terminal/box.ts';
import { lineColumns, paint } from '../../../src/commands/terminal/line.ts';
import { runs } from '../../support/runs.ts';

const summary: RunSummary = {
  plan: 'add-auth',
  title: 'Add user authentication',
  end: { type: 'paused', reason: 'phase_complete', task: null, phase: 'db', detail: '' },
  phases: [
    { id: 'db', title: 'Database and models', total: 2, closed: 2, failed: 0, durationMs: 63_000 },
    { id: 'routes', title: 'Routes', total: 3, closed: 1, failed: 0, durationMs: 5_000 },
    { id: 'hardening', title: 'Hardening', total: 2, closed: 0, failed: 0, durationMs: null },
  ],
  totalTasks: 7,
  closedTasks: 3,
  completedTasks: 3,
  attempts: 4,
  filesChanged: 6,
  commits: 4,
  fromCommit: 'a1b2c3d4e5f6a7',
  toCommit: 'b2c3d4e5f6a7b8',
  branch: 'main',
  durationMs: 68_000,
  tokens: null,
  costUsd: 0.42,
  next: { id: 'logout', title: 'Logout route', phaseTitle: 'Routes' },
  failure: null,
};
const text = (subject: RunSummary, columns = 72) =>
  renderBox(subject, columns)
    .map((line) => paint(line, false))
    .join('\n');

it('says where a price is unknown, and when a limit resets', () => {
  const end = {
    type: 'paused',
    reason: 'rate_limited',
    task: null,
    phase: null,
    detail: '',
    resetsAt: '2031-05-06T07:08:09.000Z',
  } as const;
  const shown = text({ ...summary, end, tokens: 12_345, costUsd: null });
  expect(shown).toContain('12,345 tokens, cost unknown');
  expect(shown).toContain('It resets at 2031-05-06T07:08:09.000Z.');
  expect(shown).toContain('plans run add-auth --wait');
});

const failed: RunSummary = {
  ...summary,
  end: { type: 'paused', reason: 'task_failed', task: 'logout', phase: 'routes', detail: 'the failure says it' },
  failure: {
    task: 'logout',
    title: 'Logout route',
    attempts: 3,
    maxAttempts: 3,
    outcome: 'gate_failed',
    reason: 'Gate test failed: it exited with code 1.',
    gate: {
      name: 'test',
      status: 'failed',
      durationMs: 1,
      exitCode: 1,
      reason: '',
      tail: 'ok 1\nnot ok 2 \u001B[31mexpected 401\u001B[0m',
    },
    tail: '',
    dependents: ['session'],
    files: ['src/routes.ts'],
  },
};

describe('the box', () => {
  it('says at a pause where the plan stands and how to go on', () => {
    expect(text(summary)).toMatchInlineSnapshot(`
      "╭─ Add user authentication ─────────────────────────────────── paused ─╮
      │ “Database and models” is complete, and the plan pauses after it for  │
      │ a look.                                                              │
      │                                                                      │
      │ ✔ Database and models                                1m 03s      2/2 │
      │ ◐ Routes                                               5.0s      1/3 │
      │ ○ Hardening                                                      0/2 │
      │                                                                      │
      │ 3 of 7 tasks done · 6 files changed · 4 commits · 4 attempts         │
      │ 1m 08s · $0.42                                                       │
      │ Next: Logout route  (Routes)                                         │
      │                                                                      │
      │ Review     git diff a1b2c3d4e5..b2c3d4e5f6                           │
      │            plans log add-auth                                        │
      │ Continue   plans resume add-auth                                     │
      │ Give up    plans cancel add-auth                                     │
      ╰──────────────────────────────────────────────────────────────────────╯"
    `);
  });

  it('shows what failed, the end of its output and the ways on', () => {
    expect(text(failed)).toMatchInlineSnapshot(`
      "╭─ Add user authentication ─────────────────────────────────── paused ─╮
      │ It stops at task logout: its attempts are used up.                   │
      │                                                                      │
      │ ✘ Logout route                                            3 attempts │
      │   Gate test failed: it exited with code 1.                           │
      │   │ ok 1                                                             │
      │   │ not ok 2 expected 401                                            │
      │   What it left in the work tree: src/routes.ts                       │
      │                                                                      │
      │ ✔ Database and models                                1m 03s      2/2 │
      │ ◐ Routes                                               5.0s      1/3 │
      │ ○ Hardening                                                      0/2 │
      │                                                                      │
      │ 3 of 7 tasks done · 6 files changed · 4 commits · 4 attempts         │
      │ 1m 08s · $0.42                                                       │
      │                                                                      │
      │ Review     git diff a1b2c3d4e5..b2c3d4e5f6                           │
      │            plans log add-auth                                        │
      │ Its log    plans logs add-auth logout                                │
      │ By hand    mend it, then: plans done add-auth logout                 │
      │ Try again  plans retry add-auth logout                               │
      │            plans edit add-auth logout                                │
      │ Skip it    plans skip add-auth logout                                │
      │            lets run: session                                         │
      │ Give up    plans cancel add-auth                                     │
      ╰──────────────────────────────────────────────────────────────────────╯"
    `);
  });

  it('offers nothing to continue when all is done', () => {
    const done = text({ ...summary, end: { type: 'completed' }, next: null });
    expect(done).toContain(' completed ─╮');
    expect(done).not.toContain('Continue');
    expect(done).toContain('git diff a1b2c3d4e5..b2c3d4e5f6');
  });

  it('names no commits where there are none', () => {
    expect(text({ ...summary, fromCommit: null, toCommit: null })).not.toContain('git log');
  });

  it('shows the phases around where it stands, of a plan with many', () => {
    const phases = Array.from({ length: 40 }, (_, index) => ({
      id: `p${index}`,
      title: `Phase ${index}`,
      total: 1,
      closed: index < 20 ? 1 : 0,
      failed: 0,
      durationMs: null,
    }));
    const shown = text({ ...summary, phases });
    expect(shown).toContain('… 14 phases before');
    expect(shown).toContain('○ Phase 20');
    expect(shown).toContain('… 14 phases after');
  });

  it('has straight sides in any width, for any reason and any text', () => {
    const said = fc.string({
      unit: fc.oneof(fc.constantFrom('日', '👩‍👩‍👧', '\u001B[2J', '\n', '\t', ' '), fc.string({ minLength: 1, maxLength: 1 })),
      maxLength: 120,
    });
    fc.assert(
      fc.property(said, fc.constantFrom(...PAUSE_REASONS), fc.integer({ min: 24, max: 120 }), (words, reason, columns) => {
        const subject: RunSummary = {
          ...failed,
          title: words,
          end: { type: 'paused', reason, task: 'logout', phase: 'db', detail: words },
          failure:
            failed.failure === null ? null : { ...failed.failure, title: words, reason: words, tail: words, gate: null, files: [words] },
        };
        const lines = renderBox(subject, columns);
        const widths = new Set(lines.map(lineColumns));
        expect([...widths]).toEqual([Math.min(columns, 88)]);
      }),
      runs(100),
    );
  });
});
