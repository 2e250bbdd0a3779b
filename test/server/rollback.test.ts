import { describe, expect, it } from 'vitest';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { task } from '../support/rig.ts';
import { testServer, type TestServer } from './serving.ts';

const TEXT = `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', 'echo a > a.txt')}${task('b', 'echo b > b.txt', 'dependsOn: [a]')}## Two\n\n${task('c', 'echo c > c.txt')}`;

async function finished(): Promise<TestServer> {
  const server = await testServer([{ 'plans/demo.plan.md': TEXT }]);
  const workspace = await openWorkspace(server.repository.root);
  await runPlan(workspace, 'demo', { env: process.env, publish: () => {} });
  await workspace.close();
  return server;
}

const rollBack = (server: TestServer, body: unknown, headers: Record<string, string> = {}) =>
  server.send('POST', '/api/plans/demo/rollback', body, headers);

describe('a rollback', () => {
  it('says what it would take back, then takes it back, and the log says so', async () => {
    await using server = await finished();
    const [id] = server.ids;
    const head = server.repository.head();
    const would = await rollBack(server, { taskId: `${id}:demo:a`, dryRun: true });
    expect(would.body).toMatchObject({
      tasks: [{ taskId: `${id}:demo:a`, title: expect.any(String), by: null }],
      dependents: [`${id}:demo:b`],
      byHand: [],
      dryRun: true,
    });
    expect(server.repository.head()).toBe(head);
    const seen = (await server.ask('/api/plans/demo')).headers.get('etag') ?? '';
    const done = await rollBack(server, { phaseId: 'two' }, { 'if-match': seen });
    expect(done.body.tasks).toMatchObject([{ taskId: `${id}:demo:c`, by: server.repository.head() }]);
    expect(done.body.revision).toBe((await server.ask('/api/plans/demo')).body.plan.revision);
    expect((await server.ask('/api/tasks/demo:c')).body.status).toBe('pending');
    expect(server.repository.git('ls-files')).not.toContain('c.txt');
    const { commits } = (await server.ask(`/api/repositories/${id}/log?planId=demo`)).body;
    expect(commits.map((one: { task: string; revertedBy: string | null }) => [one.task, one.revertedBy])).toEqual([
      ['c', server.repository.head()],
      ['b', null],
      ['a', null],
    ]);
    expect((await rollBack(server, {}, { 'if-match': seen })).status).toBe(412);
  });

  it('is refused where later work is in the way, and where there is nothing to take back', async () => {
    await using server = await finished();
    await server.repository.commit('later', { 'b.txt': 'later\n' });
    const head = server.repository.head();
    const blocked = await rollBack(server, { taskId: 'b' });
    expect(blocked.body).toMatchObject({ status: 409, blocked: { taskId: `${server.ids[0]}:demo:b`, paths: ['b.txt'] } });
    expect((await rollBack(server, { taskId: 'none' })).status).toBe(404);
    expect((await rollBack(server, { phaseId: 'none' })).status).toBe(404);
    expect((await rollBack(server, { taskId: 'a', phaseId: 'one' })).status).toBe(422);
    expect((await rollBack(server, { taskId: 'a', nonsense: 1 })).status).toBe(422);
    expect((await server.send('POST', '/api/plans/none/rollback', {})).status).toBe(404);
    expect(server.repository.head()).toBe(head);
    expect(server.repository.status()).toEqual([]);
  });
});
