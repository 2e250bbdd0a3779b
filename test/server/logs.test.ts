import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../src/server/shape-events.ts';
import { rangeIn } from '../../src/server/log-stream.ts';
import { gates, task } from '../support/rig.ts';
import { runs } from '../support/runs.ts';
import { testServer } from './serving.ts';

const TEXT = `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', 'echo héllo; while [ ! -f go ]; do sleep 0.02; done; echo went > a.txt; echo world')}`;
const FILES = [{ 'plans/demo.plan.md': TEXT, '.gitignore': 'go\n', ...gates({ name: 'check', run: 'echo checked' }) }];
const LOG = '/api/tasks/demo:a/attempts/last/log';
const WHOLE = 'héllo\nworld\n';

const isOutput = (event: StreamEvent) => event.kind === 'run' && event.event.type === 'agent-output';
const isEnd = (event: StreamEvent) => event.kind === 'run' && event.event.type === 'run-completed';

describe('the log of an attempt', () => {
  it('is followed until it ends, and answered whole and in ranges', async () => {
    await using server = await testServer(FILES);
    const begun = server.events('/api/events', isOutput);
    const ended = server.events('/api/events', isEnd);
    await server.send('POST', '/api/plans/demo/execute');
    await begun;
    const following = await server.fetch(`${LOG}?follow=true`);
    const fromThird = await server.fetch(`${LOG}?follow=true`, { headers: { range: 'bytes=7-' } });
    const abandoned = await server.fetch(`${LOG}?follow=true`);
    expect(following.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    await abandoned.body?.cancel();
    expect((await server.ask(LOG)).body).toBe('héllo\n');
    await server.repository.write({ go: '' });
    expect(await following.text()).toBe(WHOLE);
    expect(await fromThird.text()).toBe('world\n');
    await ended;

    const whole = await server.ask(LOG);
    expect([whole.status, whole.body]).toEqual([200, WHOLE]);
    expect([whole.headers.get('accept-ranges'), whole.headers.get('content-length')]).toEqual(['bytes', '13']);
    const part = await server.ask(LOG, { headers: { range: 'bytes=7-11' } });
    expect([part.status, part.body, part.headers.get('content-range')]).toEqual([206, 'world', 'bytes 7-11/13']);
    expect((await server.ask(LOG, { headers: { range: 'bytes=-6' } })).body).toBe('world\n');
    const beyond = await server.ask(LOG, { headers: { range: 'bytes=13-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */13']);
    expect((await server.ask(LOG, { headers: { range: 'bytes=0-1,3-4' } })).status).toBe(200);
    expect((await server.ask(LOG, { headers: { range: 'bytes=0-1', 'if-range': '"x"' } })).status).toBe(200);
    const head = await server.fetch(LOG, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '13', '']);
    expect((await server.ask(`${LOG}?gate=check`)).body).toBe('checked\n');
    expect((await server.ask(`${LOG}?gate=check&follow=true`)).body).toBe('checked\n');
    expect((await server.ask(`${LOG}?gate=none`)).status).toBe(404);
    expect((await server.ask(`${LOG}?gate=../../../../etc/passwd`)).status).toBe(404);
    expect((await server.ask(`${LOG}?kind=transcript`)).status).toBe(404);
    expect((await server.ask(`${LOG}?kind=transcript&gate=check`)).status).toBe(422);
    expect(server.notices).toEqual([]);
  });
});

describe('a range', () => {
  it('is what a slice is, where it can be had', () => {
    const bytes = Array.from({ length: 10 }, (_, index) => index);
    fc.assert(
      fc.property(fc.nat({ max: 12 }), fc.option(fc.nat({ max: 12 }), { nil: null }), fc.nat({ max: 10 }), (from, last, size) => {
        const range = rangeIn(`bytes=${from}-${last ?? ''}`, size);
        if (last !== null && last < from) expect(range).toBeNull();
        else if (from >= size) expect(range).toBe('unsatisfiable');
        else {
          const { from: begin, to } = range as { from: number; to: number };
          expect(bytes.slice(begin, to)).toEqual(bytes.slice(0, size).slice(from, last === null ? undefined : last + 1));
        }
      }),
      runs(100),
    );
    expect(rangeIn('bytes=-4', 10)).toEqual({ from: 6, to: 10 });
    expect(rangeIn('bytes=-40', 10)).toEqual({ from: 0, to: 10 });
    expect(rangeIn('bytes=-0', 10)).toBe('unsatisfiable');
    for (const none of [undefined, '', 'bytes=-', 'bytes=a-b', 'lines=1-2', 'bytes=1-2,4-5', `bytes=${'9'.repeat(30)}-`])
      expect(rangeIn(none, 10), String(none)).toBeNull();
  });
});
