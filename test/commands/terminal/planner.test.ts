import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { lineColumns, paint } from '../../../src/commands/terminal/line.ts';
import { livePlanner, plannerLines } from '../../../src/commands/terminal/planner.ts';
import type { PlannerEvent } from '../../../src/core/event.ts';
import type { SuggestionRecord } from '../../../src/core/record.ts';
import { captured } from '../support.ts';

const usage = { inputTokens: 1_000, outputTokens: 2_000, cacheReadTokens: 30_000, cacheWriteTokens: 400, costUsd: 0.034 };
const long = 'The task "write-it" depends on "wirte-it", and there is no such task. Did you mean "write-it"?';
const EVENTS: readonly PlannerEvent[] = [
  { type: 'planner-started', activity: 'generation', title: 'Greet\u001B[2J people', model: 'claude-sonnet-5-5' },
  { type: 'repository-read', tool: 'grep', detail: 'export function .* in src/commands/terminal/planner.ts' },
  { type: 'planner-output', stream: 'thinking', text: 'Hm.' },
  { type: 'planner-usage', usage },
  { type: 'note', task: null, text: "Claude's API asks to wait 30 seconds (429)." },
  { type: 'answer-rejected', problems: [long], willRetry: true },
  { type: 'answer-rejected', problems: [long], willRetry: false },
  { type: 'plan-drafted', title: 'Greet people', phases: 1, tasks: 2, advice: [long] },
  {
    type: 'plan-generated',
    file: 'plans/greet-people.plan.md',
    title: 'Greet people',
    phases: 1,
    tasks: 2,
    commit: null,
    reason: 'A git hook refused the commit.',
    advice: [],
    usage: { ...usage, costUsd: null },
  },
  {
    type: 'planner-stopped',
    outcome: 'rate_limited',
    reason: 'Claude has limited the rate of requests: too many.',
    problems: [],
    resetsAt: '2026-11-22T18:00:00.000Z',
    usage,
  },
];

const suggestion: SuggestionRecord = {
  id: 'split-sing',
  type: 'break_down_task',
  target: 'sing',
  title: 'Break "Sing" down into 2 tasks',
  reasoning: 'Two songs.',
  before: '- [ ] Sing',
  after: '- [ ] Low',
  ticked: false,
  state: 'open',
  problem: null,
  risks: [],
};

describe('the lines of a review', () => {
  const event = { type: 'plan-reviewed', file: 'plans/greet.review.md', commit: '0123456789abcdef', reason: '', usage } as const;
  const said = (more: Pick<Extract<PlannerEvent, { type: 'plan-reviewed' }>, 'suggestions' | 'assessment' | 'problems'>) =>
    plannerLines({ ...event, ...more }, 60)
      .map((line) => paint(line, false))
      .slice(0, -2);

  it('say how many suggestions, where they are, and what was left out', () => {
    expect(said({ suggestions: [suggestion], assessment: 'Nearly\nready.', problems: ['One has no task.'] })).toEqual([
      '✔ plans/greet.review.md  1 suggestion, commit 0123456',
      '  Nearly ready.',
      '  Left out of the answer:',
      '  · One has no task.',
    ]);
    expect(said({ suggestions: [], assessment: 'It is fine.', problems: [] })).toEqual(['✔ no suggestions', '  It is fine.']);
  });
});

describe('the lines of what Claude does', () => {
  it('say all of it', () => {
    const lines = EVENTS.flatMap((event) => plannerLines(event, 60)).map((line) => paint(line, false));
    expect(`${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "Planning Greet people  claude-sonnet-5-5
        grep export function .* in src/commands/terminal/planner.…
        Claude's API asks to wait 30 seconds (429).
        Claude is asked to mend this:
        · The task "write-it" depends on "wirte-it", and there is
          no such task. Did you mean "write-it"?
        This is still wrong:
        · The task "write-it" depends on "wirte-it", and there is
          no such task. Did you mean "write-it"?
        drafted: 1 phase with 2 tasks
        · The task "write-it" depends on "wirte-it", and there is
          no such task. Did you mean "write-it"?
      ✔ plans/greet-people.plan.md
        a draft of 1 phase with 2 tasks, not committed
        A git hook refused the commit.
        Cost: unknown, 31,400 tokens read (30,000 from the cache),
        2,000 written.
      ✘ Claude has limited the rate of requests: too many. It can
        be asked again from 2026-11-22T18:00:00.000Z.
        Cost: $0.03, 31,400 tokens read (30,000 from the cache),
        2,000 written.
      "
    `);
  });

  it.each([100, 60, 30])('are never wider than %i columns', (columns) => {
    for (const event of EVENTS) for (const line of plannerLines(event, columns)) expect(lineColumns(line)).toBeLessThanOrEqual(columns);
  });
});

describe('the line that moves', () => {
  it('says what is being done, for how long, and what it has cost', () => {
    const screen = captured({ columns: 60, rows: 10, isTTY: true });
    let now = 1_000_000;
    let tick: (() => void) | undefined;
    const progress = livePlanner(
      screen.output,
      () => now,
      (callback) => {
        tick = callback;
        return () => {};
      },
    );
    const shown = (event: PlannerEvent): string => {
      progress.event({ schema: 1, seq: 1, at: '', plan: 'greet', event });
      now += 1_000;
      screen.take();
      tick?.();
      const last = stripVTControlCharacters(screen.take()).trim().split('\n').at(-1) ?? '';
      return last.trim().slice(2).replaceAll(/ {2,}/g, '  ');
    };
    expect(shown({ type: 'planner-started', activity: 'generation', title: 'Greet', model: 'm' })).toBe('looking around  1s');
    expect(shown({ type: 'planner-output', stream: 'thinking', text: 'Hm.' })).toBe('thinking  2s');
    expect(shown({ type: 'planner-usage', usage })).toBe('thinking  3s · 33,400 tokens · $0.03');
    expect(shown({ type: 'planner-output', stream: 'text', text: '{"phases":[{"title":"Wri' })).toContain('writing  4s');
    expect(shown({ type: 'planner-output', stream: 'text', text: 'te","tasks":[{"title":"Say \\"hi\\u0022"' })).toContain(
      'writing: Say "hi"  5s',
    );
    expect(shown({ type: 'answer-rejected', problems: [], willRetry: true })).toContain('mending  6s');
    screen.take();
    progress.end();
    progress.end();
    expect(screen.take().split('\u001B[?25h')).toHaveLength(2);
    progress.resume();
    expect(screen.take()).toBe('\u001B[?25l');
    progress.end();
  });
});
