import { describe, expect, it } from 'vitest';
import { runPlan } from '../../src/engine/run.ts';
import { openWorkspace } from '../../src/engine/workspace.ts';
import { world } from '../commands/world.ts';
import { gates, task } from '../support/rig.ts';
import { testServer, type TestServer } from './serving.ts';

const TEXT = `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', 'echo a > a.txt')}${task('b', 'echo b > b.txt')}${task('c', 'echo left > left.txt; exit 1', 'maxAttempts: 1')}`;
const FILES = [{ 'plans/demo.plan.md': TEXT, ...gates({ name: 'check', run: 'test ! -f broken' }) }];

async function run(server: TestServer): Promise<void> {
  const workspace = await openWorkspace(server.repository.root);
  await runPlan(workspace, 'demo', { env: process.env, publish: () => {} });
  await workspace.close();
}

const areas = (list: readonly { area: string }[]) => [...new Set(list.map(({ area }) => area))];

describe('a repository', () => {
  it('says where it stands', async () => {
    await using server = await testServer(FILES);
    await run(server);
    await server.repository.write({ 'plans/new.plan.md': '# New\n\n- [ ] x\n', 'other.txt': 'x' });
    const [id] = server.ids;
    const { status, body } = await server.ask(`/api/repositories/${id}/status`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      repositoryId: id,
      branch: 'main',
      commit: server.repository.head(),
      operation: null,
      running: [],
      plans: [{ planId: `${id}:demo` }, { planId: `${id}:new`, spent: { costUsd: 0 } }],
      uncommitted: [{ path: 'plans/new.plan.md', kind: 'untracked', staged: false }],
    });
    expect((await server.ask('/api/repositories/none/status')).status).toBe(404);
  });

  it('lists the commits of tasks a page at a time, and what a failed attempt left', async () => {
    await using server = await testServer(FILES);
    await run(server);
    const [id] = server.ids;
    const log = (query: string) => server.ask(`/api/repositories/${id}/log${query}`);
    const first = (await log('?limit=1')).body;
    expect(first).toMatchObject({
      commits: [{ task: 'b', planId: `${id}:demo`, attempt: 1, gates: [{ name: 'check', status: 'passed' }] }],
    });
    const rest = (await log(`?limit=1&after=${first.next}`)).body;
    expect(rest).toMatchObject({ commits: [{ task: 'a' }], next: null });
    expect((await log('?planId=gone')).body).toEqual({ commits: [], next: null });
    expect((await log(`?after=${'0'.repeat(40)}`)).status).toBe(404);
    expect((await log('?after=--all')).status).toBe(422);

    const left = await server.ask('/api/tasks/demo:c/attempts/last/diff');
    expect(left.body.files).toMatchObject([{ path: 'left.txt', status: 'added', patch: '@@ -1,0 +1,1 @@\n+left' }]);
    const landed = await server.ask('/api/tasks/demo:a/attempts/last/diff');
    expect(landed.body.files).toMatchObject([{ path: 'a.txt' }, { path: 'plans/demo.plan.md' }]);
    expect(landed.body).toEqual((await server.ask('/api/tasks/demo:a/diff')).body);
    expect((await server.ask('/api/tasks/demo:c/attempts/20200101T000000Z-000000.1/diff')).status).toBe(404);
  });

  it('compares two versions of its plans, and takes no option for a revision', async () => {
    await using server = await testServer(FILES);
    await server.repository.commit('more', { 'plans/demo.plan.md': `${TEXT}- [ ] More\n` });
    await server.repository.write({ 'plans/demo.plan.md': TEXT.replace('# Demo', '# Another') });
    const [id] = server.ids;
    const diff = (query: string) => server.ask(`/api/repositories/${id}/diff${query}`);
    expect((await diff('')).body).toMatchObject({
      head: { type: 'worktree' },
      plans: [{ type: 'modified', changes: expect.arrayContaining([expect.objectContaining({ type: 'removed', id: 'more' })]) }],
    });
    const commits = (await diff('?base=HEAD~1&head=HEAD&planId=demo')).body;
    expect(commits.plans[0].changes).toMatchObject([{ type: 'added', id: 'more' }]);
    expect((await diff('?base=HEAD&head=HEAD&planId=gone')).body.plans).toEqual([]);
    const markdown = await diff('?base=HEAD~1&head=HEAD&format=markdown');
    expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(markdown.body).toContain('More');
    expect((await diff('?base=HEAD~1&head=HEAD&parted=true')).body.plans).toHaveLength(1);
    for (const bad of ['--output=pwned', '-rf', 'a%0Ab', '']) expect((await diff(`?base=${bad}`)).status, bad).toBe(422);
    for (const gone of ['nothing', 'HEAD:plans', 'f'.repeat(40), 'HEAD~99']) expect((await diff(`?base=${gone}`)).status, gone).toBe(404);
    expect((await diff('?base=nothing&parted=true')).status).toBe(404);
  });

  it('is examined as the command does it, and mended where that is safe', async () => {
    await using server = await testServer(FILES);
    const [id] = server.ids;
    const { status, body } = await server.ask(`/api/repositories/${id}/doctor`);
    expect(status).toBe(200);
    const place = world();
    try {
      for (const [name, text] of Object.entries(FILES[0] ?? {})) place.write(name, text);
      place.commit();
      const { findings } = JSON.parse((await place.plans(['doctor', '--json'])).out) as { findings: { area: string }[] };
      expect(areas(body.findings)).toEqual(areas(findings));
    } finally {
      place.remove();
    }
    await server.repository.write({ broken: 'x' });
    const gated = await server.send('POST', `/api/repositories/${id}/doctor`, { gates: true });
    expect(gated.body.findings).toContainEqual(expect.objectContaining({ area: 'config', text: expect.stringContaining('check') }));
    await server.repository.write({ broken: null });
    const head = server.repository.head();
    expect((await server.send('POST', `/api/repositories/${id}/doctor`, { fix: true })).body.fixed).toEqual([]);
    expect(server.repository.head()).toBe(head);
    expect((await server.send('POST', `/api/repositories/${id}/doctor`, { fix: 1 })).status).toBe(422);
    expect((await server.ask('/api/repositories/none/doctor')).status).toBe(404);
  });
});
