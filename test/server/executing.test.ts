import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isStopped } from '../../src/adapters/process/identity.ts';
import type { StreamEvent } from '../../src/server/shape-events.ts';
import { gates, task } from '../support/rig.ts';
import { PLAN, serverOver, testServer, type TestServer } from './serving.ts';

const plan = (body: string, status = 'ready') => `---\nstatus: ${status}\n---\n\n# Demo\n\n${body}`;
const ended = (event: StreamEvent) => event.kind === 'run' && ['run-paused', 'run-completed', 'run-failed'].includes(event.event.type);

/** Asks until it is so: the runner is another process. */
async function until(server: TestServer, path: string, isSo: (body: any) => boolean): Promise<any> {
  for (;;) {
    const { body } = await server.ask(path);
    if (isSo(body)) return body;
    await delay(20);
  }
}

const isAttempt = (event: StreamEvent) => event.kind === 'run' && event.event.type === 'attempt-started';

const isOutput = (event: StreamEvent) => event.kind === 'run' && event.event.type === 'agent-output';

describe('a run', () => {
  it('is begun, pauses where it has to, and goes on to the end, as one would by hand', async () => {
    const text = plan(
      `## One\n\n\`\`\`yaml\npauseAfter: true\n\`\`\`\n\n${task('a', 'echo a > a.txt')}## Two\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('b', 'echo b > b.txt')}${task('c', 'echo c > c.txt')}`,
    );
    await using server = await testServer([{ 'plans/demo.plan.md': text }]);
    const first = server.events('/api/events', ended);
    const begun = await server.send('POST', '/api/plans/demo/execute');
    expect(begun.status).toBe(200);
    expect(begun.body.executionId).toMatch(new RegExp(`^${server.ids[0]}:`));
    expect((await first).events.at(-1)).toMatchObject({
      executionId: begun.body.executionId,
      event: { type: 'run-paused', reason: 'phase_complete' },
    });
    await until(server, `/api/executions/${begun.body.executionId}`, (run) => !run.live);
    expect((await server.ask('/api/plans/demo')).body.plan).toMatchObject({
      status: 'paused',
      pauseReason: 'phase_complete',
      completedTasks: 1,
    });

    const second = server.events('/api/events', ended);
    expect((await server.send('POST', '/api/plans/demo/resume')).status).toBe(200);
    expect((await second).events.at(-1)).toMatchObject({ event: { reason: 'manual_approval_required', task: 'b' } });
    await until(server, '/api/plans/demo', (body) => body.plan.executionId === null);
    expect((await server.send('POST', '/api/tasks/demo:b/approve')).body.task.approval).toBe('valid');
    expect((await server.send('POST', '/api/tasks/demo:c/skip')).body.task.status).toBe('skipped');

    const third = server.events('/api/events', ended);
    await server.send('POST', '/api/plans/demo/resume', undefined);
    expect((await third).events.at(-1)).toMatchObject({ event: { type: 'run-completed' } });
    await until(server, '/api/plans/demo', (body) => body.plan.status === 'completed' && body.plan.executionId === null);
    expect(server.repository.git('ls-files')).toMatch(/a\.txt\nb\.txt/);
    const { executions } = (await server.ask('/api/executions?planId=demo')).body;
    expect(executions).toHaveLength(3);
    expect((await server.ask(`/api/executions/${executions[0].id}/events?after=1`)).body.events[0].seq).toBe(2);
    expect((await server.send('POST', '/api/plans/demo/pause')).status).toBe(409);
    expect((await server.send('POST', '/api/plans/demo/cancel')).status).toBe(409);
  });

  it('that is about to end is waited for by what a person says then', async () => {
    const text = plan(`## One\n\n${task('a', 'echo broken; exit 1', 'maxAttempts: 1')}`);
    // It stands still once it has written that the task failed, and before it has committed that.
    const env = { ...process.env, PLANS_CRASH_AT: 'after-record-edit', PLANS_CRASH_SIGNAL: 'SIGSTOP' };
    await using server = await testServer([{ 'plans/demo.plan.md': text }], { env });
    await server.send('POST', '/api/plans/demo/execute');
    await until(server, '/api/plans/demo', ({ plan: { status } }) => status === 'paused');
    const [run] = (await server.ask('/api/executions')).body.executions;
    await expect.poll(() => isStopped(run.pid)).toBe(true);
    await server.repository.write({ 'a.txt': 'by hand\n' });
    let isAnswered = false;
    const said = server.send('PATCH', '/api/tasks/demo:a', { status: 'completed' }).finally(() => (isAnswered = true));
    // By then it would have been refused.
    for (let look = 0; look < 50; look += 1) await server.ask('/api/plans/demo');
    expect(isAnswered).toBe(false);
    process.kill(run.pid, 'SIGCONT');
    expect(await said).toMatchObject({ status: 200, body: { task: { status: 'completed' } } });
    expect(server.repository.log().slice(0, 2)).toEqual(['demo: Do a', 'demo: failed: Do a']);
    expect(server.repository.status()).toEqual([]);
  });

  it('that is asked to pause takes that back at once, while its task goes on', async () => {
    const wait = 'while [ ! -e .git/go ]; do sleep 0.02; done; echo a > a.txt';
    await using server = await testServer([{ 'plans/demo.plan.md': plan(`## One\n\n${task('a', wait)}${task('b', 'echo b > b.txt')}`) }]);
    const first = server.events('/api/events', ended);
    const { executionId } = (await server.send('POST', '/api/plans/demo/execute')).body;
    await until(server, '/api/plans/demo', (body) => body.tasks[0].attempt === 1);
    expect((await server.send('POST', '/api/plans/demo/pause')).body.status).toBe('paused');
    expect((await server.send('POST', '/api/plans/demo/resume')).body.executionId).toBe(executionId);
    // The task goes on only now.
    await server.repository.write({ '.git/go': 'go' });
    expect((await first).events.at(-1)).toMatchObject({ executionId, event: { type: 'run-completed' } });
    await until(server, '/api/plans/demo', (body) => body.plan.executionId === null);
  });

  it('that fails is mended by hand: marked as done it goes on', async () => {
    const text = plan(`## One\n\n${task('a', 'echo broken; exit 1', 'maxAttempts: 1')}${task('b', 'echo b > b.txt')}`);
    await using server = await testServer([{ 'plans/demo.plan.md': text, ...gates({ name: 'check', run: 'true' }) }]);
    const first = server.events('/api/events', ended);
    await server.send('POST', '/api/plans/demo/execute', { startFrom: 'beginning' });
    expect((await first).events.at(-1)).toMatchObject({ event: { type: 'run-paused', reason: 'task_failed' } });
    const failed = await until(server, '/api/plans/demo', (body) => body.plan.executionId === null);
    expect(failed.tasks[0]).toMatchObject({ status: 'failed', attempts: 1, lastError: expect.stringContaining('agent_failed') });
    const { attempts } = (await server.ask('/api/tasks/demo:a/attempts')).body;
    expect(attempts).toMatchObject([{ outcome: 'agent_failed', live: false, logs: { output: true } }]);
    expect((await server.send('POST', '/api/tasks/demo:a/retry', { fromBase: true })).body.task.status).toBe('pending');
    await server.repository.write({ 'a.txt': 'by hand\n' });
    expect((await server.send('PATCH', '/api/tasks/demo:a', { status: 'completed' })).body.task.status).toBe('completed');
    const second = server.events('/api/events', ended);
    await server.send('POST', '/api/plans/demo/resume');
    expect((await second).events.at(-1)).toMatchObject({ event: { type: 'run-completed' } });
    await until(server, '/api/plans/demo', (body) => body.plan.executionId === null);
  });

  it('goes on when the server is gone, is heard of by the next one, and obeys it', async () => {
    const slow = 'while [ ! -f go ]; do sleep 0.02; done; echo went > a.txt';
    await using server = await testServer([
      {
        'plans/demo.plan.md': plan(`## One\n\n${task('a', slow)}${task('b', 'echo b > b.txt')}`),
        'plans/other.plan.md': '# O\n\n- [ ] x\n',
        '.gitignore': 'go\n',
      },
    ]);
    const first = server.events('/api/events', isAttempt);
    const { body } = await server.send('POST', '/api/plans/demo/execute');
    expect(body.status).toBe('running');
    const { last } = await first;
    await server.stop();
    const next = await serverOver(server.repositories);
    try {
      const detail = (await next.ask('/api/plans/demo')).body;
      expect(detail.plan.executionId).toBe(body.executionId);
      expect(detail.tasks[0]).toMatchObject({ status: 'running', attempt: 1 });
      expect(detail.phases[0].status).toBe('running');
      expect((await next.send('POST', '/api/plans/demo/execute')).status).toBe(409);
      expect((await next.send('PATCH', '/api/plans/demo', { status: 'draft' })).status).toBe(409);
      expect((await next.send('DELETE', '/api/plans/demo')).status).toBe(409);
      // A commit of another plan would get in the way of the task in the checkout.
      const other = await next.send('PATCH', '/api/plans/other', { title: 'Other' });
      expect(other.body).toMatchObject({ status: 409, detail: expect.stringContaining('"demo" is being run in this checkout') });
      expect(await server.repository.read('plans/other.plan.md')).toBe('# O\n\n- [ ] x\n');
      const edited = await next.send('PATCH', '/api/tasks/demo:b', { title: 'Another title' });
      expect(edited.body).toMatchObject({ commit: null, task: { title: 'Another title' } });
      const paused = await next.send('POST', '/api/plans/demo/pause');
      expect(paused.body).toEqual({ status: 'paused', currentPhaseId: `${next.ids[0]}:demo:one`, currentTaskId: `${next.ids[0]}:demo:a` });
      const rest = next.events('/api/events', ended, { 'last-event-id': last });
      await server.repository.write({ go: '' });
      const { events } = await rest;
      expect(events[0]).toMatchObject({ event: { type: 'stream-started', resumed: true } });
      expect(events.filter((event) => event.kind === 'run').map(({ event }) => event.type)).toContain('task-completed');
      expect(events.at(-1)).toMatchObject({ event: { type: 'run-paused', reason: 'requested' } });
      await until(next, '/api/plans/demo', (now) => now.plan.executionId === null);
      expect((await next.send('POST', '/api/plans/demo/cancel')).body).toEqual({ status: 'failed', reason: 'cancelled_by_user' });
      expect((await next.ask('/api/plans/demo')).body.plan.status).toBe('failed');
      expect(await server.repository.read('plans/demo.plan.md')).toContain('Another title');
    } finally {
      await next.stop();
    }
  });

  it('is stopped at once where that is asked for', async () => {
    await using server = await testServer([{ 'plans/demo.plan.md': plan(`## One\n\n${task('a', 'echo begun; sleep 600')}`) }]);
    const first = server.events('/api/events', isOutput);
    const second = server.events('/api/events', ended);
    await server.send('POST', '/api/plans/demo/execute');
    await first;
    expect((await server.send('POST', '/api/plans/demo/pause', { now: true })).status).toBe(200);
    expect((await second).events.at(-1)).toMatchObject({ event: { type: 'run-paused' } });
    await until(server, '/api/plans/demo', (body) => body.plan.executionId === null);
  });

  it('is foretold, and can be of one task alone', async () => {
    const text = plan(
      `## One\n\n${task('a', 'echo a > a.txt')}## Two\n\n\`\`\`yaml\nexecutionMode: manual\n\`\`\`\n\n${task('b', 'echo b > b.txt')}`,
    );
    await using server = await testServer([{ 'plans/demo.plan.md': text }]);
    const id = `${server.ids[0]}:demo`;
    const head = server.repository.head();
    const ahead = async (query: string) => server.ask(`/api/plans/demo/forecast${query}`);
    expect((await ahead('')).body).toMatchObject({
      planId: id,
      steps: [
        { type: 'phase', phaseId: `${id}:one` },
        { type: 'task', taskId: `${id}:a`, agent: 'run' },
        { type: 'phase', phaseId: `${id}:two` },
        { type: 'pause', reason: 'manual_approval_required', taskId: `${id}:b` },
        { type: 'task', taskId: `${id}:b` },
      ],
      problem: null,
    });
    const alone = (await ahead('?startFrom=task&targetId=b&only=true')).body;
    expect(alone.steps.map(({ type }: { type: string }) => type)).toEqual(['phase', 'task']);
    expect((await ahead('?only=true')).status).toBe(422);
    expect((await ahead('?startFrom=task&targetId=none')).status).toBe(409);
    expect(server.repository.head()).toBe(head);
    const heard = server.events('/api/events', ended);
    const begun = await server.send('POST', '/api/plans/demo/execute', { startFrom: 'task', targetId: `${id}:b`, only: true, wait: true });
    expect(begun.status).toBe(200);
    await heard;
    const after = await until(server, '/api/plans/demo', (body) => body.plan.executionId === null);
    expect(after.tasks.map(({ status }: { status: string }) => status)).toEqual(['pending', 'completed']);
    expect((await server.send('POST', '/api/plans/demo/execute', { only: true })).status).toBe(422);
  });

  it('that cannot begin says why, and changes nothing', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN.replace('status: ready', 'status: draft') }]);
    const head = server.repository.head();
    const draft = await server.send('POST', '/api/plans/greet/execute');
    expect(draft.status).toBe(409);
    expect(draft.body.detail).toMatch(/^The plan "greet" is a draft\./);
    expect((await server.send('POST', '/api/plans/greet/resume')).status).toBe(409);
    expect((await server.send('POST', '/api/plans/greet/execute', { startFrom: 'phase' })).status).toBe(422);
    expect((await server.send('POST', '/api/plans/greet/execute', { startFrom: 'phase', targetId: '--yes' })).status).toBe(404);
    expect((await server.send('POST', '/api/plans/greet/execute', { targetId: 'write' })).status).toBe(422);
    expect((await server.send('POST', '/api/plans/none/execute')).status).toBe(404);
    expect(server.repository.head()).toBe(head);
    expect(server.repository.status()).toEqual([]);
  });
});
