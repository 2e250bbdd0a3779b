import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/event.ts';
import type { TranscriptEntry } from '../../../src/core/transcript.ts';
import { NO_RUN, takeEvents, type Happened, type RunView } from '../../../src/web/state/execution.ts';
import { plainText } from '../../../src/web/state/plain.ts';
import { beyond, saidIn } from '../../../src/web/state/transcript.ts';

const at = '2026-01-01T00:00:00.000Z';
const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.25 };
const gate = { name: 'test', status: 'failed', durationMs: 5, exitCode: 1, reason: 'no', tail: 'x' } as const;
const tail = '';

const EVENTS: readonly RunEvent[] = [
  { type: 'attempt-started', task: 'a', attempt: 1, maxAttempts: 3, agent: 'run' },
  { type: 'agent-usage', task: 'a', attempt: 1, usage },
  { type: 'agent-finished', task: 'a', attempt: 1, outcome: 'passed', reason: '', exitCode: 0, durationMs: 1, usage, session: null, tail },
  { type: 'gate-started', task: 'a', attempt: 1, gate: 'test' },
  { type: 'gate-finished', task: 'a', attempt: 1, gate },
  {
    type: 'attempt-finished',
    task: 'a',
    attempt: 1,
    outcome: 'gate_failed',
    reason: 'no',
    willRetry: true,
    durationMs: 1,
    files: ['f'],
    gates: [gate],
    tail,
  },
  { type: 'attempt-started', task: 'a', attempt: 2, maxAttempts: 3, agent: 'run' },
  { type: 'attempt-started', task: 'b', attempt: 1, maxAttempts: 3, agent: 'run' },
  {
    type: 'task-completed',
    task: 'a',
    attempt: 2,
    phase: 'p',
    title: 'A',
    commit: 'c',
    files: ['f'],
    durationMs: 1,
    planStatus: 'running',
  },
];

function takeEvent(view: RunView, event: RunEvent, of: Omit<Happened, 'event'>): RunView {
  return takeEvents(view, [{ event, ...of }]);
}

function after(events: readonly RunEvent[], view: RunView = NO_RUN): RunView {
  return events.reduce((now, event) => takeEvent(now, event, { seq: EVENTS.indexOf(event) + 1, at }), view);
}

describe('a run made from its events', () => {
  it('knows the attempt that is under way and what its gates found', () => {
    expect(after(EVENTS.slice(0, 4)).attempts['a']).toMatchObject({ attempt: 1, maxAttempts: 3, gates: [{ name: 'test', result: null }] });
    expect(after(EVENTS.slice(0, 6)).attempts['a']).toMatchObject({ outcome: 'gate_failed', willRetry: true, gates: [{ result: gate }] });
    expect(after(EVENTS.slice(0, 6)).running).toEqual([]);
    expect(after(EVENTS.slice(0, 7)).attempts['a']).toMatchObject({ attempt: 2, outcome: null, gates: [] });
    expect(after(EVENTS)).toMatchObject({ running: ['b'], completed: [{ task: 'a', commit: 'c', files: ['f'] }] });
    expect(after(EVENTS).attempts['a']?.outcome).toBe('passed');
  });

  it('takes each event once, whether it is replayed or heard', () => {
    expect(after(EVENTS, after(EVENTS.slice(0, 5)))).toEqual(after(EVENTS));
    expect(after(EVENTS, after(EVENTS))).toEqual(after(EVENTS));
  });

  it('is the same of all events at once, and changes no view that somebody has', () => {
    const list = EVENTS.map((event, index) => ({ event, seq: index + 1, at }));
    for (let taken = 0; taken <= list.length; taken += 1) {
      const view = takeEvents(NO_RUN, list.slice(0, taken));
      const before = structuredClone(view);
      expect(takeEvents(view, list)).toEqual(after(EVENTS));
      expect(view).toEqual(before);
    }
    const all = after(EVENTS);
    expect(takeEvents(all, list)).toBe(all);
    expect(NO_RUN.attempts).toEqual({});
  });

  it('adds up what sessions have cost, and does not know it once one is unknown', () => {
    expect(after(EVENTS).costUsd).toBe(0.25);
    // What an attempt under way has cost is told again and again.
    expect(after(EVENTS.slice(0, 2)).costUsd).toBe(0.25);
    const more: RunEvent = { type: 'agent-usage', task: 'a', attempt: 1, usage: { ...usage, costUsd: 0.4 } };
    expect(takeEvent(after(EVENTS.slice(0, 2)), more, { seq: null, at }).costUsd).toBe(0.4);
    const unknown: RunEvent = { type: 'message-asked', task: 'a', attempt: 2, usage: { ...usage, costUsd: null } };
    expect(takeEvent(after(EVENTS), unknown, { seq: 50, at }).costUsd).toBeNull();
  });

  it('says that it will pause, until that is taken back', () => {
    const asked = takeEvent(after(EVENTS), { type: 'pause-requested', by: 'file', now: false }, { seq: 50, at });
    expect(asked.willPause).toBe(true);
    expect(takeEvent(asked, { type: 'pause-withdrawn' }, { seq: 51, at }).willPause).toBe(false);
  });

  it('ends as its last event says', () => {
    const paused: RunEvent = { type: 'run-paused', reason: 'task_failed', task: 'b', phase: null, detail: 'two tries' };
    expect(takeEvent(after(EVENTS), paused, { seq: 50, at })).toMatchObject({
      running: [],
      end: { type: 'paused', reason: 'task_failed', detail: 'two tries' },
    });
  });
});

describe('output', () => {
  it('is text without what a terminal obeys', () => {
    expect(plainText('\u001B[31mred\u001B[0m \u001B]8;;http://x\u0007link\r\n10%\r50%\r100%\nend')).toBe('red link\n100%\nend');
  });

  it('of a session is what was said, with each call and its result together', () => {
    const entries: TranscriptEntry[] = [
      { type: 'prompt', at, text: 'do it' },
      { type: 'text', at, text: 'I look.' },
      { type: 'call', at, id: '1', tool: 'bash', input: '{"command":"ls"}' },
      { type: 'call', at, id: '2', tool: 'read', input: 'no json' },
      { type: 'result', at, id: '1', failed: false, text: 'a.txt' },
    ];
    expect(saidIn(entries)).toEqual([
      { type: 'text', at, text: 'I look.' },
      { type: 'call', at, id: '1', summary: '$ ls', input: '{"command":"ls"}', result: { failed: false, text: 'a.txt' } },
      { type: 'call', at, id: '2', summary: 'read', input: 'no json', result: null },
    ]);
  });

  it('of a session goes beyond its entries with what is being said, and what a command prints', () => {
    const said: TranscriptEntry = { type: 'text', at, text: 'I look around.' };
    const call: TranscriptEntry = { type: 'call', at, id: '1', tool: 'bash', input: '{"command":"npm test"}' };
    const result: TranscriptEntry = { type: 'result', at, id: '1', failed: false, text: 'one\ntwo' };
    const heard = 'I look around.\n$ npm test\none\ntwo\nBoth pa';
    expect(beyond('I lo', [])).toBe('I lo');
    expect(beyond(heard.slice(0, 30), [said, call])).toBe('one');
    expect(beyond(heard, [said, call, result])).toBe('Both pa');
    // What was heard from the middle on, or late, is not said twice.
    expect(beyond('around.\n', [said])).toBe('');
    expect(beyond(heard.slice(0, 20), [said, call])).toBe('');
    expect(beyond('', [said])).toBe('');
  });
});
