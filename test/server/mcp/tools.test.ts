import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PLAN_FILE, PLAN as REVIEWED, REWORD, suggests } from '../../engine/planner/reviewing.ts';
import { scriptedMessages } from '../../support/messages-server.ts';
import { createRepository } from '../../support/repository.ts';
import { task } from '../../support/rig.ts';
import { PLAN, testServer } from '../serving.ts';
import { overHttp, overStdio, SPEAKING } from './connecting.ts';

const LOOKING = ['plans_list', 'plans_show', 'plans_next', 'plans_status'];
const WRITING = ['plans_create', 'plans_edit', 'plans_review', 'plans_apply', 'plans_run', 'plans_pause', 'plans_resume', 'plans_approve'];

/** Asks until it is so: the runner is another process. */
async function until(call: () => Promise<any>, isSo: (answer: any) => boolean): Promise<any> {
  for (;;) {
    const answer = await call();
    if (isSo(answer)) return answer;
    await delay(20);
  }
}

describe('plans mcp', () => {
  it('writes a plan, edits it, runs it and approves what a person has to', async () => {
    await using repository = await createRepository({ 'README.md': 'hello\n' });
    await using mcp = await overStdio(repository.root, SPEAKING['2026-07-28']);
    const { tools } = await mcp.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...LOOKING, ...WRITING]);
    expect(mcp.client.getInstructions()).toContain('plans_status');

    const created = await mcp.call('plans_create', {
      title: 'Greet',
      phases: [
        { title: 'Write', tasks: [{ title: 'Say hello', slug: 'hello', run: 'echo hello > hello.txt' }] },
        { title: 'Look', executionMode: 'manual', tasks: [{ title: 'Say bye', slug: 'bye', run: 'echo bye > bye.txt' }] },
      ],
    });
    expect(created).toMatchObject({ status: 'draft', commit: repository.head(), reason: '' });
    const { planId } = created;
    expect((await mcp.call('plans_list', { status: 'draft', valid: true })).plans).toMatchObject([{ id: planId, totalTasks: 2 }]);

    const edited = await mcp.call('plans_edit', {
      change: { type: 'change-task', taskId: `${planId}:bye`, description: 'Politely.', maxAttempts: 1 },
    });
    expect(edited).toMatchObject({ commit: repository.head(), task: { slug: 'bye', maxAttempts: 1 } });
    const ready = await mcp.call('plans_edit', { change: { type: 'change-plan', planId, status: 'ready' }, revision: edited.revision });
    expect(ready.plan.status).toBe('ready');
    const next = await mcp.call('plans_next');
    expect(next.plans[0].tasks).toMatchObject([
      { taskId: `${planId}:hello`, ready: true },
      { taskId: `${planId}:bye`, ready: false },
    ]);

    const { executionId } = await mcp.call('plans_run', { planId });
    expect(executionId).toMatch(/^\w+:/);
    const ended = (status: string, reason: string | null) =>
      until(
        () => mcp.call('plans_show', { planId }),
        ({ plan }) => plan.status === status && plan.executionId === null && plan.pauseReason === reason,
      );
    await ended('paused', 'manual_approval_required');
    const waiting = await mcp.call('plans_status');
    expect(waiting.plans).toMatchObject([{ id: planId, status: 'paused', completedTasks: 1 }]);
    expect((await mcp.call('plans_approve', { taskId: `${planId}:bye` })).task.approval).toBe('valid');
    await mcp.call('plans_resume', { planId });
    const { tasks } = await ended('completed', null);
    expect(tasks.map(({ status }: { status: string }) => status)).toEqual(['completed', 'completed']);
    expect(repository.git('ls-files')).toMatch(/bye\.txt\nhello\.txt/);
    const shown = await mcp.call('plans_show', { planId, taskId: 'bye', source: true });
    expect(shown.tasks).toHaveLength(1);
    expect(shown.phases).toMatchObject([{ slug: 'look' }]);
    expect(shown.attempts).toMatchObject([{ outcome: 'passed', live: false }]);
    expect(shown.text).toBe(await repository.read('plans/greet.plan.md'));
  });

  it('goes when its client goes, and what it has begun goes on', async () => {
    await using repository = await createRepository({
      'plans/demo.plan.md': `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', 'until [ -e .git/go ]; do sleep 0.02; done; echo a > a.txt')}`,
    });
    {
      await using mcp = await overStdio(repository.root);
      await mcp.call('plans_run', { planId: 'demo' });
      expect((await mcp.call('plans_status')).executions).toMatchObject([{ live: true }]);
      expect(await mcp.refused('plans_run', { planId: 'demo' })).toContain('demo');
    }
    await repository.write({ '.git/go': '' });
    await using mcp = await overStdio(repository.root, {}, '--read-only');
    expect((await mcp.client.listTools()).tools.map(({ name }) => name)).toEqual(LOOKING);
    expect(await mcp.refused('plans_run', { planId: 'demo' })).toContain('you may only look');
    const shown = await until(
      () => mcp.call('plans_show', { planId: 'demo' }),
      ({ plan }) => plan.status === 'completed' && plan.executionId === null,
    );
    expect(shown.tasks).toMatchObject([{ status: 'completed' }]);
  });
});

describe('what a tool cannot do', () => {
  it('is a sentence with what the caller needs, and changes nothing', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }]);
    await using mcp = await overHttp(server);
    const before = server.repository.head();
    const edit = (change: Record<string, unknown>, revision?: string) =>
      mcp.refused('plans_edit', { change, ...(revision === undefined ? {} : { revision }) });
    expect(await mcp.refused('plans_show', { planId: 'nothing' })).toBe(`There is no plan "${server.ids[0]}:nothing".`);
    expect(await mcp.refused('plans_list', { colour: 'red' })).toContain('Unrecognized key: "colour"');
    expect(await edit({ type: 'paint-plan', planId: 'greet' })).toContain('change.type');
    expect(await edit({ type: 'change-plan', planId: 'greet', title: 'X' }, '0'.repeat(40))).toMatch(/Its revision now: [0-9a-f]{40}$/);
    const cyclic = PLAN.replace('id: greeting', 'id: greeting\n  dependsOn: [farewell]');
    expect(await edit({ type: 'write-plan', planId: 'greet', text: cyclic })).toMatch(/\n\d+:\d+ error: .*\(\S*cycl\S*\)/);
    for (const planId of ['.', '..', '', '../greet', 'gre\ud800et', `${server.ids[0]}:../../x`])
      expect(await mcp.refused('plans_show', { planId }), planId).not.toBe('');
    expect(await mcp.refused('plans_approve', { taskId: '..' })).toContain('no');
    await expect(mcp.client.callTool({ name: 'rm', arguments: {} })).rejects.toMatchObject({ code: -32_602 });
    expect(server.repository.head()).toBe(before);
    expect(server.notices).toEqual([]);
  });
});

describe('a review', () => {
  it('is answered when it has ended, and goes on where nobody waits', async () => {
    const { promise: isWanted, resolve: want } = Promise.withResolvers<void>();
    await using claude = await scriptedMessages(async () => {
      await isWanted;
      return suggests(REWORD);
    });
    await using server = await testServer([{ [PLAN_FILE]: REVIEWED }], { env: { PATH: process.env['PATH'], ...claude.environment } });
    await using mcp = await overHttp(server);
    const { plans } = await mcp.call('plans_list');
    const planId = plans[0].id;
    const begun = await mcp.call('plans_review', { planId, reviewType: ['refine_descriptions'], waitSeconds: 0 });
    expect(begun.job).toMatchObject({ kind: 'review', status: 'running' });
    want();
    const { job } = await until(
      () => mcp.call('plans_status', { planId, jobId: begun.job.id }),
      (answer) => answer.job.status !== 'running',
    );
    expect(job).toMatchObject({ status: 'completed', problem: null });
    const { suggestions } = await mcp.call('plans_show', { planId });
    expect(suggestions).toHaveLength(1);
    const applied = await mcp.call('plans_apply', { planId, suggestionIds: [suggestions[0].id] });
    expect(applied).toMatchObject({ applied: [{ id: suggestions[0].id }], left: 0, commit: server.repository.head() });
  });
});

describe('/mcp', () => {
  const access = { token: 'the-word', readToken: 'the-look' };
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const accept = { accept: 'application/json, text/event-stream' };

  it('is guarded as the API is', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }], { access });
    const status = async (headers: Record<string, string>) =>
      (await server.send('POST', '/mcp', message, { ...accept, ...headers })).status;
    const authorization = 'Bearer the-word';
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer no' })).toBe(401);
    expect(await status({ authorization })).toBe(200);
    expect(await status({ authorization, host: 'evil.example' })).toBe(403);
    expect(await status({ authorization, origin: 'https://evil.example' })).toBe(403);
    expect(await status({ authorization, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ authorization, 'content-type': 'text/plain' })).toBe(415);
    const { headers } = await server.send('POST', '/mcp', message, { ...accept, authorization });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect((await server.ask('/mcp', { headers: { authorization } })).status).toBe(405);
    expect((await server.send('POST', '/mcp', 'x'.repeat(5_000_000), { authorization, 'content-length': '5000002' })).status).toBe(413);
  });

  it('has only the tools that look for a token that may look', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }], { access });
    const before = server.repository.head();
    await using reader = await overHttp(server, { authorization: 'Bearer the-look' });
    const { tools } = await reader.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(LOOKING);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    expect((await reader.call('plans_show', { planId: 'greet' })).plan.title).toBe('Greet');
    for (const name of WRITING) expect(await reader.refused(name, { planId: 'greet' }), name).toContain('you may only look');
    await using writer = await overHttp(server, { authorization: 'Bearer the-word' });
    expect((await writer.client.listTools()).tools).toHaveLength(LOOKING.length + WRITING.length);
    expect(server.repository.head()).toBe(before);
  });

  it('names plans of several repositories', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }, { 'plans/greet.plan.md': PLAN }]);
    await using mcp = await overHttp(server);
    const { repositories } = await mcp.call('plans_status');
    expect(repositories).toHaveLength(2);
    expect(await mcp.refused('plans_create', { title: 'X', phases: [] })).toContain('repositoryId');
    const [, second] = server.ids;
    await mcp.call('plans_edit', { change: { type: 'change-plan', planId: `${second}:greet`, title: 'Second' } });
    const read = async (id: string | undefined) => (await mcp.client.readResource({ uri: `plans://${id}/greet` })).contents[0];
    expect(await read(second)).toMatchObject({ text: expect.stringContaining('# Second') });
    expect(await read(server.ids[0])).toMatchObject({ text: PLAN });
  });
});
