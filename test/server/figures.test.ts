import { describe, expect, it } from 'vitest';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { gates, task } from '../support/rig.ts';
import { testServer, type TestServer } from './serving.ts';

const TEXT = `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', 'echo a > a.txt')}${task('b', 'printf "\\\\0" > b.bin', 'dependsOn: [a]')}## Two\n\n${task('c', 'exit 1', 'maxAttempts: 1')}- [ ] Look\n\n  \`\`\`yaml\n  id: look\n  assignee: human\n  \`\`\`\n`;
const FILES = [{ 'plans/demo.plan.md': TEXT, ...gates({ name: 'check', run: 'true' }) }];

async function run(server: TestServer): Promise<void> {
  const workspace = await openWorkspace(server.repository.root);
  try {
    await runPlan(workspace, 'demo', { env: process.env, publish: () => {} });
  } finally {
    await workspace.close();
  }
}

describe('after a run', () => {
  it('the API says what was done, what it changed, what is left and what can start', async () => {
    await using server = await testServer(FILES);
    const [id] = server.ids;
    const before = (await server.ask('/api/plans/demo/next')).body.tasks;
    expect(before.map((each: { taskId: string; ready: boolean }) => [each.taskId, each.ready])).toEqual([
      [`${id}:demo:a`, true],
      [`${id}:demo:b`, false],
      [`${id}:demo:c`, false],
      [`${id}:demo:look`, false],
    ]);
    expect(before[1].because).toContainEqual({ type: 'dependency', task: 'a' });
    expect((await server.ask('/api/plans/demo/diff')).status).toBe(404);
    expect((await server.ask('/api/plans/demo/estimate')).body).toMatchObject({ tasks: 3, human: 1 });
    await run(server);

    const { files } = (await server.ask('/api/tasks/demo:a/diff')).body;
    expect(files).toMatchObject([
      { path: 'a.txt', status: 'added', additions: 1, patch: '@@ -1,0 +1,1 @@\n+a' },
      { path: 'plans/demo.plan.md', status: 'modified' },
    ]);
    expect((await server.ask('/api/tasks/demo:b/diff')).body.files[0]).toMatchObject({ path: 'b.bin', patch: null, reason: 'binary' });
    expect((await server.ask('/api/tasks/demo:c/diff')).status).toBe(404);
    const { executions } = (await server.ask('/api/executions')).body;
    const whole = (await server.ask(`/api/executions/${executions[0].id}/diff`)).body;
    expect(whole.files.map(({ path }: { path: string }) => path)).toEqual(['a.txt', 'b.bin', 'plans/demo.plan.md']);
    const all = (await server.ask('/api/plans/demo/diff')).body;
    expect(all.files.map(({ path }: { path: string }) => path)).toEqual(['a.txt', 'b.bin', 'plans/demo.plan.md']);
    const first = server.repository.git('rev-list', '--max-parents=0', 'HEAD').trim();
    expect((await server.ask(`/api/repositories/${id}/commits/${first}/diff`)).body.files.length).toBeGreaterThan(1);
    expect((await server.ask(`/api/repositories/${id}/commits/${'f'.repeat(40)}/diff`)).status).toBe(404);
    expect((await server.ask(`/api/repositories/${id}/commits/HEAD/diff`)).status).toBe(422);

    const stats = (await server.ask('/api/stats?planId=demo&by=task')).body;
    expect(stats.totals).toMatchObject({ tasks: 2, first: 2, costUsd: 0 });
    expect(stats.days).toHaveLength(1);
    expect((await server.ask('/api/stats')).body.groups).toMatchObject([{ planId: `${id}:demo`, tasks: 2 }]);
    const { slowest } = (await server.ask('/api/stats')).body;
    expect(new Map(slowest.map(({ task, title }: { task: string; title: string }) => [task, title]))).toEqual(
      new Map([
        ['a', 'Do a'],
        ['b', 'Do b'],
        ['c', 'Do c'],
      ]),
    );
    expect((await server.ask('/api/stats?since=2999-01-01')).body.totals.tasks).toBe(0);
    expect((await server.ask('/api/stats?agent=run')).body.totals.tasks).toBe(2);
    expect((await server.ask('/api/stats?agent=claude')).body).toMatchObject({ totals: { tasks: 0 }, days: [] });
    expect((await server.ask('/api/stats?model=claude-sonnet-5-5')).body.totals.tasks).toBe(0);
    expect((await server.ask('/api/stats?since=yesterday')).status).toBe(422);

    await server.repository.write({
      'plans/demo.plan.md': (await server.repository.read('plans/demo.plan.md')).replace('# Demo', '# Demonstrate'),
    });
    const history = (await server.ask('/api/plans/demo/history')).body;
    expect(history).toMatchObject({ iterations: [{ planId: `${id}:demo` }], uncommitted: { plan: ['title'] } });
    const detail = await server.ask(`/api/plans/demo/history/${history.iterations[0].id}`);
    expect(detail.body.iteration.id).toBe(history.iterations[0].id);
    expect((await server.ask('/api/plans/demo/history/ffffffff')).status).toBe(404);

    const metrics = await server.ask('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(metrics.body).toContain(`plans_plans{repository="${id}",status="paused"} 1\n`);
    expect(metrics.body).toMatch(/plans_requests_total\{method="GET",status="404"\} \d+\n/);
    expect(server.notices).toEqual([]);
  });
});
