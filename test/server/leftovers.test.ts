import { expect, it } from 'vitest';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { runPlan } from '../../src/engine/run.ts';
import { task } from '../support/rig.ts';
import { overHttp } from './mcp/connecting.ts';
import { testServer, type TestServer } from './serving.ts';

const fails = (id: string) => task(id, `echo ${id} > ${id}.txt; echo ${id} >> shared.txt; exit 1`, 'maxAttempts: 1');
const PLAN = `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${fails('bad')}${task('next', 'echo next > next.txt')}`;
const REF = 'refs/plans/stash/demo/bad';

/** A server of a plan of which the first task has failed. */
async function failed(): Promise<TestServer & { readonly id: string }> {
  const server = await testServer([{ 'plans/demo.plan.md': PLAN, 'shared.txt': 'base\n' }]);
  const workspace = await openWorkspace(server.repository.root);
  await runPlan(workspace, 'demo', { env: process.env });
  await workspace.close();
  return Object.assign(server, { id: `${server.ids[0]}:demo:bad` });
}

it('what a failed task left is told, put away when it is skipped, and brought back', async () => {
  await using server = await failed();
  const { id, repository } = server;
  const files = ['bad.txt', 'shared.txt'];
  expect((await server.ask('/api/plans/demo/leftovers')).body).toEqual({ tasks: [{ taskId: id, files, changed: [] }] });
  await repository.write({ 'bad.txt': 'mine\n' });
  expect((await server.send('POST', '/api/tasks/demo:bad/skip', { keepFiles: true })).body.putAway).toMatchObject({
    ref: null,
    stays: files.toReversed(),
  });
  const { body } = await server.send('POST', '/api/tasks/demo:bad/skip');
  expect([body.commit, body.putAway]).toEqual([null, { taskId: id, ref: REF, files: ['shared.txt'], stays: ['bad.txt'] }]);
  expect(repository.status()).toEqual(['?? bad.txt']);
  expect((await server.send('POST', '/api/tasks/demo:bad/unstash')).body).toEqual({
    taskId: id,
    files: ['shared.txt'],
    stays: ['bad.txt'],
  });
  expect((await server.send('POST', '/api/plans/demo/stash', { taskId: id })).body).toMatchObject({
    tasks: [{ ref: REF, files: ['shared.txt'] }],
  });
  expect((await server.send('POST', '/api/tasks/demo:bad/retry', { fromBase: true })).status).toBe(200);
  expect((await server.send('POST', '/api/tasks/demo:bad/unstash')).status).toBe(409);
  for (const [path, sent] of [
    ['/api/tasks/demo:none/unstash', undefined],
    ['/api/plans/none/stash', {}],
    ['/api/plans/demo/stash', { taskId: 'none' }],
  ] as const)
    expect((await server.send('POST', path, sent)).status).toBe(404);
  expect((await server.ask('/api/plans/none/leftovers')).status).toBe(404);
  expect((await server.send('PATCH', '/api/tasks/demo:bad', { keepFiles: true })).body.detail).toContain('goes with the status "skipped"');
});

it('a client of MCP skips it, with other changes in one go, and puts away and brings back by itself', async () => {
  await using server = await failed();
  const { id, repository } = server;
  await using mcp = await overHttp(server);
  const files = ['bad.txt', 'shared.txt'];
  const skipped = await mcp.call('plans_edit', { change: { type: 'change-task', taskId: id, title: 'Not now', status: 'skipped' } });
  expect(skipped).toMatchObject({ task: { title: 'Not now', status: 'skipped' }, putAway: { ref: REF, files, stays: [] } });
  expect(repository.status()).toEqual([]);
  const planId = `${server.ids[0]}:demo`;
  expect(await mcp.call('plans_stash', { planId, taskId: id, bringBack: true })).toEqual({ broughtBack: { taskId: id, files, stays: [] } });
  expect(await mcp.call('plans_stash', { planId })).toEqual({ putAway: [{ taskId: id, ref: REF, files, stays: [] }] });
});
