import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PLAN_FILE, PLAN as REVIEWED, REWORD, suggests } from '../../engine/planner/reviewing.ts';
import { scriptedMessages } from '../../support/messages-server.ts';
import { createRepository } from '../../support/repository.ts';
import { task } from '../../support/rig.ts';
import { PLAN, testServer } from '../serving.ts';
import { overHttp, overStdio, SPEAKING } from './connecting.ts';

const LOOKING = ['plans_list', 'plans_show', 'plans_next', 'plans_status'];
const WRITING = [
  'plans_create',
  'plans_edit',
  'plans_stash',
  'plans_review',
  'plans_apply',
  'plans_run',
  'plans_pause',
  'plans_resume',
  'plans_approve',
];

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
    const { planId } = created.plan;
    expect(created).toMatchObject({ plan: { status: 'draft', tasks: 2 }, commit: repository.head() });
    expect(created.tasks).toEqual([
      { taskId: `${planId}:hello`, title: 'Say hello' },
      { taskId: `${planId}:bye`, title: 'Say bye' },
    ]);
    expect((await mcp.call('plans_list', { status: 'draft', valid: true })).plans).toEqual([created.plan]);

    const edited = await mcp.call('plans_edit', {
      change: { type: 'change-task', taskId: `${planId}:bye`, description: 'Politely.', maxAttempts: 1 },
    });
    expect(edited).toMatchObject({
      commit: repository.head(),
      task: { taskId: `${planId}:bye`, description: 'Politely.', maxAttempts: 1 },
    });
    const ready = await mcp.call('plans_edit', { change: { type: 'change-plan', planId, status: 'ready' }, revision: edited.revision });
    expect(ready.plan).toMatchObject({ status: 'ready', next: 'plans_run begins it.', revision: ready.revision });
    expect((await mcp.call('plans_next')).plans).toMatchObject([{ ready: [{ taskId: `${planId}:hello` }], more: 1 }]);
    const next = await mcp.call('plans_next', { planId });
    expect(next.plans).toMatchObject([
      { waiting: [{ taskId: `${planId}:bye`, because: [{ type: 'phase-before' }, { type: 'needs-approval' }] }], more: 0 },
    ]);

    const { executionId } = await mcp.call('plans_run', { planId });
    expect(executionId).toMatch(/^\w+:/);
    const waiting = await mcp.call('plans_status', { planId, waitSeconds: 60 });
    expect(waiting.plans).toMatchObject([{ planId, status: 'paused', pauseReason: 'manual_approval_required', done: 1 }]);
    expect(waiting.plans[0].next).toContain(`${planId}:bye waits for a person’s word`);
    expect((await mcp.call('plans_status')).plans).toEqual(waiting.plans);
    expect((await mcp.call('plans_approve', { taskId: `${planId}:bye` })).task.approval).toBe('valid');
    await mcp.call('plans_resume', { planId });
    expect((await mcp.call('plans_status', { planId, waitSeconds: 60 })).plans).toMatchObject([{ status: 'completed', done: 2 }]);
    const { tasks } = await mcp.call('plans_show', { planId });
    expect(tasks.map(({ status }: { status: string }) => status)).toEqual(['completed', 'completed']);
    expect(repository.git('ls-files')).toMatch(/bye\.txt\nhello\.txt/);
    const shown = await mcp.call('plans_show', { planId, taskId: 'bye', source: true });
    expect(shown.tasks).toHaveLength(1);
    expect(shown.phases).toMatchObject([{ phaseId: `${planId}:look`, executionMode: 'manual' }]);
    expect(shown.attempts).toMatchObject([{ attempt: 1, outcome: 'passed' }]);
    expect(shown.source).toBe(await repository.read('plans/greet.plan.md'));
  });

  it('goes when its client goes, and what it has begun goes on', async () => {
    await using repository = await createRepository({
      'plans/demo.plan.md': `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', 'until [ -e .git/go ]; do sleep 0.02; done; echo a > a.txt')}`,
    });
    {
      await using mcp = await overStdio(repository.root);
      await mcp.call('plans_run', { planId: 'demo' });
      expect((await mcp.call('plans_status')).runs).toMatchObject([{ planId: expect.stringMatching(/:demo$/) }]);
      expect(await mcp.refused('plans_run', { planId: 'demo' })).toContain('demo');
    }
    await repository.write({ '.git/go': '' });
    await using mcp = await overStdio(repository.root, {}, '--read-only');
    expect((await mcp.client.listTools()).tools.map(({ name }) => name)).toEqual(LOOKING);
    expect(await mcp.refused('plans_run', { planId: 'demo' })).toContain('you may only look');
    const shown = await until(
      () => mcp.call('plans_show', { planId: 'demo' }),
      ({ plan }) => plan.status === 'completed' && plan.executionId === undefined,
    );
    expect(shown.tasks).toMatchObject([{ status: 'completed' }]);
  });
});

describe('a task that fails', () => {
  it('is shown with what it printed, and is tried again, left out or done by hand', async () => {
    const run = 'echo so far so good; test -e .git/mended && echo x > x.txt';
    await using repository = await createRepository({
      'plans/demo.plan.md': `---\nstatus: ready\n---\n\n# Demo\n\n## One\n\n${task('a', run, 'maxAttempts: 1')}\n${task('b', 'exit 1', 'maxAttempts: 1')}`,
    });
    await using mcp = await overStdio(repository.root);
    const next = async () => (await mcp.call('plans_status', { planId: 'demo', waitSeconds: 60 })).plans[0];
    await mcp.call('plans_run', { planId: 'demo' });
    const failed = await next();
    expect(failed).toMatchObject({ status: 'paused', pauseReason: 'task_failed', done: 0 });
    expect(failed.next).toMatch(/:demo:a has failed; plans_show with that taskId/);
    const shown = await mcp.call('plans_show', { planId: 'demo', taskId: failed.currentTaskId });
    expect(shown.tasks).toMatchObject([{ status: 'failed', attempts: 1 }]);
    expect(shown.attempts).toMatchObject([{ attempt: 1, reason: expect.stringContaining('exit code 1') }]);
    expect(shown.output).toContain('so far so good');

    await repository.write({ '.git/mended': '' });
    const change = (taskId: string, status: string) => mcp.call('plans_edit', { change: { type: 'change-task', taskId, status } });
    expect((await change(failed.currentTaskId, 'pending')).task.status).toBe('pending');
    await mcp.call('plans_resume', { planId: 'demo' });
    const second = await next();
    expect(second).toMatchObject({ pauseReason: 'task_failed', done: 1, currentTaskId: expect.stringMatching(/:b$/) });
    await repository.write({ 'b.txt': 'by hand\n' });
    expect((await change(second.currentTaskId, 'completed')).task).toMatchObject({ status: 'completed', commit: repository.head() });
    expect(await next()).toMatchObject({ status: 'completed', done: 2 });
    expect((await next()).next).toBeUndefined();
  });
});

describe('a large plan', () => {
  it('comes in pages that a model has room for', async () => {
    const tasks = Array.from({ length: 120 }, (_, index) => `- [ ] Task ${index}\n\n  ${'word '.repeat(200)}\n`);
    await using server = await testServer([{ 'plans/large.plan.md': `# Large\n\n## Empty\n\n## Full\n\n${tasks.join('\n')}\n## Last\n` }]);
    await using mcp = await overHttp(server);
    const first = await mcp.call('plans_show', { planId: 'large' });
    expect(JSON.stringify(first).length).toBeLessThan(40_000);
    expect(first.phases.map(({ title }: { title: string }) => title)).toEqual(['Empty', 'Full']);
    expect(first.tasks[0].description).toMatch(/^word [\w ]*… \(\d+ characters more\)$/);
    const titles = first.tasks.map(({ title }: { title: string }) => title);
    for (let page = first; page.next !== undefined;) {
      page = await mcp.call('plans_show', { planId: 'large', after: page.next });
      titles.push(...page.tasks.map(({ title }: { title: string }) => title));
      if (page.next === undefined) expect(page.phases.at(-1).title).toBe('Last');
    }
    expect(titles).toEqual(tasks.map((_, index) => `Task ${index}`));
    const whole = await mcp.call('plans_show', { planId: 'large', taskId: 'task-7' });
    expect(whole.tasks[0].description).toBe('word '.repeat(200).trim());
    expect(await mcp.refused('plans_show', { planId: 'large', source: true })).toContain('too much for one answer');
    expect(await mcp.refused('plans_show', { planId: 'large', after: 'x' })).toContain('the "next" of the page before');
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
    const many = Array.from({ length: 50 }, (_, index) => `- [ ] ${index}\n\n  \`\`\`yaml\n  dependsOn: [nothing]\n  \`\`\`\n`);
    expect(await edit({ type: 'write-plan', planId: 'greet', text: `# Greet\n\n${many.join('\n')}` })).toMatch(/\n… and 30 more$/);
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
    const { planId } = plans[0];
    const begun = await mcp.call('plans_review', { planId, reviewType: ['refine_descriptions'], waitSeconds: 0 });
    expect(begun.job).toEqual({ jobId: expect.any(String), planId, status: 'running' });
    want();
    const { job } = await mcp.call('plans_status', { planId, jobId: begun.job.jobId, waitSeconds: 60 });
    expect(job).toMatchObject({ status: 'completed', suggestions: [{ reasoning: expect.any(String) }] });
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
