import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import type { PublishedEvent, RunEvent } from '../../../src/core/event.ts';
import { feedLines, feedProgress, jsonProgress } from '../../../src/commands/terminal/feed.ts';
import { renderFrame } from '../../../src/commands/terminal/frame.ts';
import { lineColumns, paint } from '../../../src/commands/terminal/line.ts';
import { liveProgress } from '../../../src/commands/terminal/live.ts';
import { applyEvent, beginView, type RunView } from '../../../src/commands/terminal/view.ts';
import { captured } from '../support.ts';
import { runs } from '../../support/runs.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
let seq = 0;
const published = (event: RunEvent, second = 0): PublishedEvent => ({
  schema: 1,
  seq: ++seq,
  at: new Date(START + second * 1000).toISOString(),
  plan: 'add-auth',
  run: 'r1',
  event,
});
type Started = Extract<RunEvent, { type: 'run-started' }>;
const started = (count = 5): Started => ({
  type: 'run-started',
  title: 'Add user authentication',
  branch: 'main',
  commit: 'a1b2c3d4e5',
  resumed: false,
  phases: [
    { id: 'one', title: 'Models' },
    { id: 'two', title: 'Routes' },
  ],
  tasks: Array.from({ length: count }, (_, index) => ({
    id: `t${index}`,
    phase: index < count / 2 ? 'one' : 'two',
    title: `Task ${index}`,
    status: index === 0 ? 'completed' : 'pending',
  })),
});

function play(events: readonly (readonly [RunEvent, number])[], first = started()): { view: RunView; above: string[] } {
  const view = beginView(published(first), first);
  const above = [...applyEvent(view, published(first)), ...events.flatMap(([event, second]) => applyEvent(view, published(event, second)))];
  return { view, above: above.map((row) => paint([...row.title, ...row.facts], false)) };
}
const frame = (view: RunView, second: number, columns = 70, rows = 24) =>
  renderFrame(view, { columns, rows }, START + second * 1000).map((line) => paint(line, false).trimEnd());

const gate = (status: 'passed' | 'failed') => ({
  name: 'test',
  status,
  durationMs: 900,
  exitCode: 0,
  reason: status === 'failed' ? 'it exited with code 1' : '',
  tail: '',
});
const work: readonly (readonly [RunEvent, number])[] = [
  [{ type: 'phase-started', phase: 'one' }, 0],
  [{ type: 'task-started', task: 't1', phase: 'one', title: 'Task 1' }, 1],
  [{ type: 'attempt-started', task: 't1', attempt: 1, maxAttempts: 3, agent: 'claude-code' }, 1],
  [{ type: 'agent-output', task: 't1', attempt: 1, stream: 'stdout', text: 'first\n\u001B[2J\u001B[31mReading src/a.ts\u001B[0m\n\n' }, 2],
];

describe('the live view', () => {
  it('shows what runs, its last line of output, and what comes next', () => {
    expect(frame(play(work).view, 65)).toMatchInlineSnapshot(`
      [
        "  ⠹ Task 1                                        claude-code · 1m 04s",
        "    │ Reading src/a.ts",
        "  ○ Task 2",
        "  ○ Routes: Task 3",
        "  ○ Task 4",
        "",
        "  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━  1/5 · 1m 05s",
      ]
    `);
  });

  it('leaves a line for each finished task and each try that is repeated', () => {
    const { view, above } = play([
      ...work,
      [{ type: 'gate-started', task: 't1', attempt: 1, gate: 'test' }, 3],
      [{ type: 'gate-finished', task: 't1', attempt: 1, gate: gate('failed') }, 4],
      [
        {
          type: 'attempt-finished',
          task: 't1',
          attempt: 1,
          outcome: 'gate_failed',
          reason: 'Gate test failed.',
          willRetry: true,
          durationMs: 3000,
          files: [],
          gates: [gate('failed')],
          tail: '',
        },
        4,
      ],
      [{ type: 'attempt-started', task: 't1', attempt: 2, maxAttempts: 3, agent: 'claude-code' }, 4],
      [
        {
          type: 'task-completed',
          task: 't1',
          phase: 'one',
          title: 'Task 1',
          attempt: 2,
          commit: 'b2c3d4e5f6',
          files: ['a.ts', 'b.ts'],
          durationMs: 12_000,
          planStatus: 'running',
        },
        13,
      ],
      [{ type: 'task-started', task: 't2', phase: 'one', title: 'Task 2' }, 13],
      [{ type: 'task-failed', task: 't2', attempts: 3, outcome: 'gate_failed', reason: 'Gate test failed.' }, 20],
    ]);
    expect(above.map((line) => line.trimEnd())).toMatchInlineSnapshot(`
      [
        "",
        "Add user authentication  add-auth on main @ a1b2c3d",
        "",
        "  Models  1 of 3 done before",
        "  ↻ Task 1  attempt 1 of 3: Gate test failed.",
        "  ✔ Task 1  12s · 2 files · b2c3d4e · attempt 2",
        "  ✘ Task 2  3 attempts: Gate test failed.",
      ]
    `);
    expect(view.closed.size).toBe(2);
    expect(frame(view, 21)[0]).toBe('  ✘ Task 2');
  });

  it('takes edits of the plan in: what is new is counted, what is gone is not', () => {
    const { view } = play([...work, [{ type: 'plan-edited', commit: null, added: ['new'], removed: ['t0', 't4'], changed: [] }, 3]]);
    expect(frame(view, 3).at(-1)).toContain('0/4');
    expect(frame(view, 3).join('\n')).toContain('○ new');
    expect(frame(view, 3).join('\n')).not.toContain('Task 4');
  });

  it('says that it pauses when what runs is done', () => {
    const { view } = play([...work, [{ type: 'pause-requested', by: 'signal', now: false }, 3]]);
    expect(frame(view, 3, 100).at(-1)).toContain('pausing when what runs is done (Ctrl-C again stops now)');
  });

  it('is never wider or higher than the screen, however many tasks there are or run', () => {
    const title = fc.string({ unit: fc.constantFrom('a', '日', '👩‍👩‍👧', ' ', '\t', '\u001B[31m', 'é'), maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 120 }), fc.nat(40), title, (rows, columns, running, text) => {
        const events = Array.from({ length: running }, (_, index): (readonly [RunEvent, number])[] => [
          [{ type: 'task-started', task: `t${index}`, phase: 'one', title: text }, 0],
          [{ type: 'attempt-started', task: `t${index}`, attempt: 2, maxAttempts: 3, agent: text }, 0],
          [{ type: 'agent-output', task: `t${index}`, attempt: 2, stream: 'stderr', text }, 0],
        ]).flat();
        const lines = renderFrame(play(events, started(60)).view, { columns, rows }, START + 5000);
        expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
        for (const line of lines) expect(lineColumns(line)).toBeLessThanOrEqual(columns);
      }),
      runs(100),
    );
  });

  it('keeps up with 20,000 tasks: a frame looks at no more of them than it shows', () => {
    const first = started(20_000);
    const { view } = play([], first);
    for (const task of first.tasks.slice(0, 19_990)) {
      applyEvent(view, published({ type: 'task-started', task: task.id, phase: task.phase, title: task.title }));
      applyEvent(
        view,
        published({
          type: 'task-completed',
          task: task.id,
          phase: task.phase,
          title: task.title,
          attempt: 1,
          commit: 'abc',
          files: [],
          durationMs: 1,
          planStatus: 'running',
        }),
      );
    }
    expect(view.firstOpen).toBe(19_990);
    expect(frame(view, 1).at(-1)).toContain('19990/20000');
  });
});

describe('the writer', () => {
  it('hides the cursor, draws on ticks and on resizes only, and always restores the terminal', () => {
    const screen = captured({ columns: 60, rows: 10, isTTY: true });
    let tick: (() => void) | undefined;
    let ticking = true;
    const progress = liveProgress(
      screen.output,
      () => START,
      (callback) => {
        tick = callback;
        return () => {
          ticking = false;
        };
      },
    );
    expect(screen.take()).toBe('\u001B[?25l');
    for (const [event, second] of [[started(), 0] as const, ...work]) progress.event(published(event, second));
    expect(screen.text()).toBe('');
    tick?.();
    const first = screen.take();
    expect(first.startsWith('\u001B[?2026h')).toBe(true);
    expect(first.endsWith('\u001B[?2026l')).toBe(true);
    expect(first).toContain('Task 1');
    tick?.();
    // Seven lines were drawn, so that it goes up by seven.
    expect(screen.take()).toContain('\u001B[7A');
    screen.resizeTo(30, 10);
    const resized = screen.take();
    expect(resized).toContain('Task 1');
    // Rows that the terminal has wrapped are cleared whole before they are drawn again, or it would join them when it is made wider.
    expect(resized).toContain('A\u001B[2K');
    tick?.();
    expect(screen.take()).not.toContain('A\u001B[2K');
    progress.event(
      published({
        type: 'task-completed',
        task: 't1',
        phase: 'one',
        title: 'Task 1',
        attempt: 1,
        commit: 'b2c3d4e5f6',
        files: [],
        durationMs: 10,
        planStatus: 'running',
      }),
    );
    progress.end();
    progress.end();
    const last = screen.take();
    // Never from the first column: where the frame begins in the screen's first row, tmux would keep it in its history.
    for (const written of [first, resized, last]) expect(written.replaceAll('\u001B[C\u001B[J', '')).not.toContain('\u001B[J');
    expect(last).toContain('✔ Task 1');
    expect(last.endsWith('\u001B[?25h')).toBe(true);
    expect(last.split('\u001B[?25h')).toHaveLength(2);
    expect(ticking).toBe(false);
    expect(screen.listening()).toBe(false);
  });
});

describe('without a terminal', () => {
  it('is a line for each thing worth knowing', () => {
    const pipe = captured();
    const feed = feedProgress(pipe.output, false);
    for (const [event, second] of [[started(), 0] as const, ...work]) feed.event(published(event, second));
    feed.event(published({ type: 'gate-finished', task: 't1', attempt: 1, gate: { ...gate('failed'), tail: 'x\nnot ok 1\n' } }));
    expect(pipe.text()).toMatchInlineSnapshot(`
      "started add-auth: Add user authentication, 4 open tasks, on main @ a1b2c3d
      phase Models
        task t1: Task 1
          attempt 1 of 3, claude-code
          gate test failed in 0.9s: it exited with code 1
            │ x
            │ not ok 1
      "
    `);
  });

  it('says only what failed when it is to be quiet', () => {
    const pipe = captured();
    const feed = feedProgress(pipe.output, true);
    for (const [event, second] of [[started(), 0] as const, ...work]) feed.event(published(event, second));
    feed.event(published({ type: 'task-failed', task: 't1', attempts: 2, outcome: 'timeout_idle', reason: 'It said nothing for 10m.' }));
    expect(pipe.text()).toBe('  failed t1 after 2 attempts: It said nothing for 10m.\n');
  });

  it('is one published event a line for programs', () => {
    const pipe = captured();
    const event = published({ type: 'note', task: null, text: 'two\nlines' });
    jsonProgress(pipe.output).event(event);
    expect(pipe.text().trimEnd()).not.toContain('\n');
    expect(JSON.parse(pipe.text())).toEqual(event);
  });

  it('prints nothing that controls a terminal', () => {
    const lines = feedLines({ type: 'note', task: 't1', text: '\u001B[2Jgone\u0007' }, 'p', new Map());
    expect(lines.map((line) => paint(line, false))).toEqual(['  note on t1: gone']);
  });
});
