import { describe, expect, it } from 'vitest';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import type { StreamEvent } from '../../src/server/shape-events.ts';
import { momentIn } from '../../src/web/state/moment.ts';
import { gates, task } from '../support/rig.ts';
import { testServer, type TestServer } from './serving.ts';

const PLAN = `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', 'echo one; echo héllo; echo a > a.txt')}${task('b', 'echo two; echo b > b.txt')}`;
const FILES = [
  { 'plans/demo.plan.md': PLAN, 'plans/other.plan.md': '# Other\n\n- [ ] x\n', ...gates({ name: 'check', run: 'echo checked' }) },
];

/** A run by another process, as far as the server can tell: it hears of it through the store alone. */
async function run(server: TestServer): Promise<void> {
  const workspace = await openWorkspace(server.repository.root);
  try {
    await runPlan(workspace, 'demo', { env: process.env, publish: () => {} });
  } finally {
    await workspace.close();
  }
}

const isEnd = (event: StreamEvent) => event.kind === 'run' && event.event.type === 'run-completed';
const isOutput = (event: StreamEvent) => event.kind === 'run' && event.event.type === 'agent-output';
const isChange = (event: StreamEvent) => event.kind === 'watch' && event.event.type === 'plans-changed';
const runEvents = (events: readonly StreamEvent[]) => events.filter((event) => event.kind === 'run');
const output = (events: readonly StreamEvent[], type: string) =>
  runEvents(events)
    .flatMap(({ event }) => (event.type === type && 'text' in event ? [event.text] : []))
    .join('');

describe('the stream', () => {
  it('tells what a run does, whoever started it, with the output in its place', async () => {
    await using server = await testServer(FILES);
    const reading = server.events('/api/events', isEnd);
    await run(server);
    const { events } = await reading;
    expect(events[0]).toMatchObject({ kind: 'server', event: { type: 'stream-started', resumed: false } });
    const types = runEvents(events).map(({ event }) => event.type);
    expect(types[0]).toBe('run-started');
    expect(types.at(-1)).toBe('run-completed');
    expect(output(events, 'agent-output')).toBe('one\nhéllo\ntwo\n');
    expect(output(events, 'gate-output')).toBe('checked\nchecked\n');
    expect(types.indexOf('agent-output')).toBeGreaterThan(types.indexOf('attempt-started'));
    expect(types.indexOf('agent-output')).toBeLessThan(types.indexOf('agent-finished'));
    const stored = runEvents(events).flatMap(({ seq }) => (seq === null ? [] : [seq]));
    expect(stored).toEqual(stored.toSorted((a, b) => a - b));
    expect(new Set(stored).size).toBe(stored.length);
  });

  it('goes on where a reader was, without a gap and without saying anything twice', async () => {
    await using server = await testServer(FILES);
    const whole = server.events('/api/events', isEnd);
    const first = server.events('/api/events', isOutput);
    await run(server);
    const { last, events } = await first;
    const all = runEvents((await whole).events).filter(({ seq }) => seq !== null);
    const rest = await server.events('/api/events', isEnd, { 'last-event-id': last });
    expect(rest.events[0]).toMatchObject({ event: { type: 'stream-started', resumed: true } });
    const both = [...runEvents(events), ...runEvents(rest.events)];
    expect(both.filter(({ seq }) => seq !== null)).toEqual(all);
    expect(output(both, 'agent-output')).toBe('one\nhéllo\ntwo\n');
    expect(output(both, 'gate-output')).toBe('checked\nchecked\n');
  });

  it('is about one plan, or without output, where that is asked for', async () => {
    await using server = await testServer(FILES);
    const quiet = server.events('/api/events?planId=demo&output=false', isEnd);
    await run(server);
    const { events } = await quiet;
    expect(runEvents(events).every(({ seq }) => seq !== null)).toBe(true);
    expect(events.every(({ planId }) => planId === null || planId.endsWith(':demo'))).toBe(true);
    expect((await server.ask('/api/events?repositoryId=none')).status).toBe(404);
  });

  it('tells of an edit by hand', async () => {
    await using server = await testServer(FILES);
    const reading = server.events('/api/events', isChange);
    await server.repository.write({ 'plans/other.plan.md': '# Another\n\n- [ ] x\n' });
    const change = (await reading).events.at(-1);
    expect(change).toMatchObject({ kind: 'watch', event: { plans: [{ plan: 'other', kind: 'edited', title: 'Another' }] } });
  });

  it('says that it begins anew where the cache is gone', async () => {
    await using server = await testServer(FILES);
    let begun = 0;
    const reading = server.events('/api/events', ({ event }) => event.type === 'stream-started' && ++begun === 2);
    await server.ask('/api/plans');
    await server.repository.write({ '.plans': null });
    expect((await reading).events.at(-1)).toMatchObject({ repositoryId: server.ids[0], event: { type: 'stream-started', resumed: false } });
  });

  it('begins at a moment that answers name too, where nothing has happened in between', async () => {
    await using server = await testServer(FILES);
    const momentOf = async (): Promise<string | null> =>
      (await server.ask('/api/plans', { headers: { prefer: 'respond-async, moment' } })).headers.get('plans-moment');
    const begin = async () => (await server.events('/api/events', () => true)).events[0]?.event;
    const moment = await momentOf();
    expect(moment).toContain(server.ids[0]);
    expect(await begin()).toEqual({ type: 'stream-started', resumed: false, moment });
    expect((await server.ask('/api/plans')).headers.get('plans-moment')).toBeNull();

    const changed = server.events('/api/events', isChange);
    await server.repository.write({ 'plans/other.plan.md': '# Another\n\n- [ ] x\n' });
    const { last } = await changed;
    expect(await momentOf()).not.toBe(moment);
    expect(await begin()).toEqual({ type: 'stream-started', resumed: false, moment: await momentOf() });
    // The dashboard reads it from the last id too, for the tabs that come later.
    expect(momentIn(last)).toBe(await momentOf());
    expect(momentIn('nonsense')).toBeNull();
  });

  it('begins anew for a reader whose place is none, and says so', async () => {
    await using server = await testServer(FILES);
    const places = [
      'nonsense',
      '',
      Buffer.from('{"x":1}').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
      'x'.repeat(20_000),
    ];
    for (const last of places) {
      const { events } = await server.events('/api/events', () => true, { 'last-event-id': last });
      expect(events).toMatchObject([{ event: { type: 'stream-started', resumed: false } }]);
    }
    const { last } = await server.events('/api/events', () => true);
    const place = JSON.parse(Buffer.from(last, 'base64url').toString()) as Record<string, { logs: Record<string, number> }>;
    for (const each of Object.values(place)) each.logs = { '../../../../etc/passwd': 0, '20261122T000000Z-000000/../../../README.md': 0 };
    const forged = Buffer.from(JSON.stringify(place)).toString('base64url');
    const { events } = await server.events('/api/events', () => true, { 'last-event-id': forged });
    expect(events).toMatchObject([{ event: { type: 'stream-started', resumed: true } }]);
  });
});
