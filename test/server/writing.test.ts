import { describe, expect, it } from 'vitest';
import { PLAN, testServer, type TestServer } from './serving.ts';

const FILES = [{ 'plans/greet.plan.md': PLAN }];
const file = (server: TestServer, name = 'greet') => server.repository.read(`plans/${name}.plan.md`);
const tagOf = async (server: TestServer) => (await server.ask('/api/plans/greet')).headers.get('etag') ?? '';
/** Nothing has changed: the file, the commits and the work tree are as they were. */
async function state(server: TestServer): Promise<string> {
  return `${server.repository.head()} ${server.repository.status().join()} ${await file(server)}`;
}

describe('a plan', () => {
  it('is created with its phases and tasks, as a file and a commit', async () => {
    await using server = await testServer([{}]);
    const { status, body } = await server.send('POST', '/api/plans/create', {
      repositoryId: server.ids[0],
      title: 'Add user authentication',
      description: 'JWT-based.',
      phases: [
        {
          title: 'Database',
          executionMode: 'sequential',
          pauseAfter: true,
          tasks: [
            { title: 'Create the User model', description: 'Fields:\n\n- email' },
            { title: 'Add the migration', dependsOn: ['Create the User model'] },
          ],
        },
        {
          title: 'Routes',
          executionMode: 'parallel',
          pauseAfter: false,
          tasks: [{ title: 'Log in', canRunInParallel: false, files: ['src/**'], timeout: '20m' }, { title: 'Log in' }],
        },
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      planId: `${server.ids[0]}:add-user-authentication`,
      status: 'draft',
      commit: server.repository.head(),
      reason: '',
    });
    expect(body.tasks.map((task: { slug: string }) => task.slug)).toEqual([
      'create-the-user-model',
      'add-the-migration',
      'log-in',
      'log-in-2',
    ]);
    expect(body.tasks[1].dependsOn).toEqual([`${body.planId}:create-the-user-model`]);
    expect(body.tasks[2]).toMatchObject({ files: ['src/**'], timeout: '20m', canRunInParallel: false });
    const text = await file(server, 'add-user-authentication');
    expect(text).toContain('createdBy: api');
    expect(text).toContain('pauseAfter: true');
    expect(text).not.toContain('pauseAfter: false');
    expect(server.repository.status()).toEqual([]);
    expect(server.repository.log()[0]).toBe('add-user-authentication: create the plan');
    const again = await server.send('POST', '/api/plans/create', { title: 'Add user authentication', phases: [] });
    expect(again.status).toBe(409);
  });

  it('is refused with its diagnostics where it would have errors, and nothing is written', async () => {
    await using server = await testServer(FILES);
    const before = await state(server);
    const create = (phases: unknown) => server.send('POST', '/api/plans/create', { title: 'Odd', phases });
    const unknown = await create([{ title: 'A', tasks: [{ title: 'x', dependsOn: ['nothing'] }] }]);
    expect(unknown.status).toBe(422);
    expect(unknown.body).toMatchObject({ type: 'urn:plans:problem:invalid-plan', diagnostics: [{ rule: 'unknown-dependency' }] });
    expect((await create([{ title: 'A', tasks: [{ title: 'x', gates: ['none'] }] }])).body.diagnostics[0].rule).toBe('unknown-gate');
    expect((await create([{ title: 'A', tasks: [{ title: 'x', dependOn: ['y'] }] }])).body.type).toBe('urn:plans:problem:invalid-request');
    expect((await create([{ title: 'A', description: '# No\n', tasks: [] }])).body).toMatchObject({
      status: 422,
      detail: expect.stringContaining('heading'),
    });
    expect((await server.send('PATCH', '/api/plans/greet', { description: '- [ ] x' })).body.detail).toContain('checkboxes');
    expect(await state(server)).toBe(before);
  });

  it('gets another title, description and status, each in one commit, every other byte staying', async () => {
    await using server = await testServer(FILES);
    const { status, body } = await server.send('PATCH', '/api/plans/greet', { title: 'Greet <b>all</b>', description: 'Twice.' });
    expect(status).toBe(200);
    expect(body.plan).toMatchObject({ title: 'Greet <b>all</b>', description: expect.stringContaining('Twice.') });
    expect(body.commit).toBe(server.repository.head());
    expect(await file(server)).toBe(PLAN.replace('# Greet', '# Greet <b>all</b>').replace('Say hello to everybody.', 'Twice.'));
    expect((await server.send('PATCH', '/api/plans/greet', { status: 'draft' })).body.plan.status).toBe('draft');
    const ready = await server.send('PATCH', '/api/plans/greet', { status: 'ready' });
    expect(ready.body.plan.status).toBe('ready');
    expect(server.repository.git('log', '-1', '--format=%B')).toMatch(/Plan-Iteration: user_edit/);
    const same = await server.send('PATCH', '/api/plans/greet', { status: 'ready', title: 'Greet <b>all</b>' });
    expect(same.body.commit).toBeNull();
    expect((await server.send('PATCH', '/api/plans/greet', { status: 'running' })).status).toBe(422);
    expect((await server.send('PATCH', '/api/plans/none', { title: 'x' })).status).toBe(404);
  });

  it('is not overwritten by one who has seen another version of it', async () => {
    await using server = await testServer(FILES);
    const seen = await tagOf(server);
    const first = await server.send('PATCH', '/api/plans/greet', { title: 'One' }, { 'if-match': seen });
    expect(first.status).toBe(200);
    const before = await state(server);
    const second = await server.send('PATCH', '/api/plans/greet', { title: 'Two' }, { 'if-match': seen });
    expect(second.status).toBe(412);
    expect(second.body).toMatchObject({ type: 'urn:plans:problem:stale', revision: first.body.plan.revision });
    for (const [method, path, body] of [
      ['DELETE', '/api/plans/greet', undefined],
      ['PUT', '/api/plans/greet/source', { text: '# X\n' }],
      ['PATCH', '/api/tasks/greet:greeting', { title: 'x' }],
      ['POST', '/api/tasks/greet:greeting/skip', undefined],
      ['DELETE', '/api/phases/greet:write', undefined],
      ['POST', '/api/plans/greet/execute', {}],
      ['POST', '/api/plans/greet/pause', {}],
      ...(['resume', 'cancel'] as const).map((word) => ['POST', `/api/plans/greet/${word}`, undefined] as const),
      ['POST', '/api/plans/greet/rollback', {}],
      ['POST', '/api/plans/greet/dismiss-suggestions', { suggestionIds: ['x'] }],
      ['PATCH', '/api/plans/greet', { title: 'x' }],
    ] as const)
      for (const tag of [seen, '"nonsense"', `"${'0'.repeat(40)}"`])
        expect((await server.send(method, path, body, { 'if-match': tag })).status, `${method} ${path} ${tag}`).toBe(412);
    expect(await state(server)).toBe(before);
    const third = await server.send('PATCH', '/api/plans/greet', { title: 'Two' }, { 'if-match': `"${second.body.revision}"` });
    expect(third.status).toBe(200);
    expect((await server.send('PATCH', '/api/plans/greet', { title: 'Three' }, { 'if-match': '*' })).status).toBe(200);
  });

  it('is written whole, also where it had errors, and never with errors', async () => {
    await using server = await testServer(FILES);
    const text = `${PLAN}\n- [ ] One more\n`;
    const written = await server.send('PUT', '/api/plans/greet/source', { text }, { 'if-match': await tagOf(server) });
    expect(written.body).toMatchObject({ commit: server.repository.head(), plan: { totalTasks: 4 } });
    expect(await file(server)).toBe(text);
    const broken = text.replace('dependsOn: [greeting]', 'dependOn: [greeting]');
    const before = await state(server);
    const refused = await server.send('PUT', '/api/plans/greet/source', { text: broken });
    expect(refused.body).toMatchObject({ status: 422, diagnostics: [{ rule: 'unknown-key' }] });
    expect(await state(server)).toBe(before);
    await server.repository.write({ 'plans/greet.plan.md': broken });
    expect((await server.ask('/api/plans/greet')).body.plan.valid).toBe(false);
    expect((await server.send('PATCH', '/api/plans/greet', { title: 'x' })).status).toBe(409);
    const mended = await server.send('PUT', '/api/plans/greet/source', { text });
    expect(mended.body).toMatchObject({ plan: { valid: true } });
    expect(await file(server)).toBe(text);
    expect(server.repository.status()).toEqual([]);
    expect((await server.send('POST', '/api/lint', { text: broken })).body).toMatchObject({
      valid: false,
      tasks: 4,
      diagnostics: [{ line: 24 }],
    });
  });

  it('is mended where that is safe, without being written', async () => {
    await using server = await testServer(FILES);
    const before = await state(server);
    const text = PLAN.replace('dependsOn: [greeting]', 'dependOn: [greeting]');
    const { body } = await server.send('POST', '/api/lint', { text, fix: true });
    expect(body.fixed).toBeGreaterThan(0);
    expect(body).toMatchObject({ valid: true, tasks: 3, text: PLAN });
    expect((await server.send('POST', '/api/lint', { text: body.text, fix: true })).body).toMatchObject({ fixed: 0, text: null });
    expect((await server.send('POST', '/api/lint', { text })).body).toMatchObject({ fixed: 0, text: null });
    expect(await state(server)).toBe(before);
  });

  it('is taken back to what it was before a commit, with what came since', async () => {
    await using server = await testServer(FILES);
    const { commit } = (await server.send('PATCH', '/api/tasks/greet:greeting', { title: 'Wave' })).body;
    await server.send('PATCH', '/api/plans/greet', { title: 'Later' });
    const undone = await server.send('POST', '/api/plans/greet/undo', { commit });
    expect(undone.status).toBe(200);
    expect(await file(server)).toBe(PLAN.replace('# Greet', '# Later'));
    const again = (await server.send('PATCH', '/api/plans/greet', { title: 'Later still' })).body;
    await server.send('PATCH', '/api/plans/greet', { title: 'Last' });
    expect((await server.send('POST', '/api/plans/greet/undo', { commit: again.commit })).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('changed again since'),
    });
    expect((await server.send('POST', '/api/plans/greet/undo', { commit: 'f'.repeat(40) })).status).toBe(409);
    expect((await server.send('POST', '/api/plans/greet/undo', { commit: '--all' })).status).toBe(422);
  });

  it('is removed, and nothing of it is lost', async () => {
    await using server = await testServer([{ ...FILES[0], 'plans/greet.review.md': '# Review\n' }]);
    await server.repository.write({ 'plans/greet.plan.md': `${PLAN}\nA last word.\n` });
    const { status, body } = await server.send('DELETE', '/api/plans/greet');
    expect(status).toBe(200);
    expect(body.commit).toBe(server.repository.head());
    expect(server.repository.git('ls-files', 'plans')).toBe('');
    expect(server.repository.git('show', 'HEAD^:plans/greet.plan.md')).toContain('A last word.');
    expect((await server.ask('/api/plans/greet')).status).toBe(404);
    expect((await server.send('DELETE', '/api/plans/greet')).status).toBe(404);
    const { iterations } = (await server.ask('/api/plans/greet/history')).body;
    expect(iterations[0]).toMatchObject({ id: body.commit, planId: `${server.ids[0]}:greet` });
    const detail = (await server.ask(`/api/plans/greet/history/${iterations[0].id}`)).body;
    expect(detail).toMatchObject({ iteration: { planId: `${server.ids[0]}:greet` }, diff: { type: 'removed' } });
    expect((await server.ask('/api/plans/never/history')).status).toBe(404);
    const first = (await server.ask('/api/plans/greet/history?limit=1')).body;
    expect(first).toMatchObject({ total: iterations.length, iterations: [{ id: iterations[0].id }], next: iterations[0].id });
    expect((await server.ask(`/api/plans/greet/history?after=${first.next}`)).body.iterations).toEqual(iterations.slice(1));
    expect((await server.ask(`/api/plans/greet/history?after=${'0'.repeat(40)}`)).status).toBe(404);
  });
});

describe('phases and tasks', () => {
  it('are added, changed, moved and removed as splices', async () => {
    await using server = await testServer(FILES);
    const id = `${server.ids[0]}:greet`;
    const phase = await server.send('POST', '/api/phases', {
      planId: id,
      title: 'Send',
      executionMode: 'parallel',
      order: 1,
      tasks: [{ title: 'Mail it', dependsOn: ['farewell'] }],
    });
    expect(phase.body).toMatchObject({ phase: { id: `${id}:send`, order: 1, executionMode: 'parallel' }, tasks: [{ slug: 'mail-it' }] });
    const task = await server.send('POST', '/api/tasks', {
      phaseId: `${id}:send`,
      title: 'Print it',
      description: 'On *paper*.',
      dependsOn: [`${id}:mail-it`],
      order: 0,
    });
    expect(task.status).toBe(200);
    expect(task.body.task).toMatchObject({ slug: 'print-it', order: 0, dependsOn: [`${id}:mail-it`] });
    const moved = await server.send('PATCH', `/api/tasks/${id}:print-it`, {
      phaseId: `${id}:look`,
      order: 0,
      maxBudgetUsd: 2,
      title: 'Print it twice',
    });
    expect(moved.body.task).toMatchObject({
      id: `${id}:print-it`,
      phaseId: `${id}:look`,
      order: 0,
      maxBudgetUsd: 2,
      title: 'Print it twice',
    });
    const gone = await server.send('DELETE', `/api/tasks/${id}:mail-it`);
    expect(gone.body.revision).toBe((await server.ask('/api/plans/greet')).body.plan.revision);
    expect((await server.ask(`/api/tasks/${id}:print-it`)).body.dependsOn).toEqual([]);
    expect(
      (await server.send('PATCH', `/api/phases/${id}:send`, { order: 0, pauseAfter: true, title: 'Send off' })).body.phase,
    ).toMatchObject({ slug: 'send', order: 0, pauseAfter: true });
    expect((await server.send('DELETE', `/api/phases/${id}:send`)).status).toBe(200);
    expect((await server.send('DELETE', `/api/tasks/${id}:print-it`)).status).toBe(200);
    expect(await file(server)).toBe(PLAN);
    expect(server.repository.status()).toEqual([]);
    expect(server.repository.log()).toHaveLength(8);
  });

  it('are refused where they would make errors, and are not found where there are none', async () => {
    await using server = await testServer(FILES);
    const before = await state(server);
    const cycle = await server.send('PATCH', '/api/tasks/greet:greeting', { dependsOn: ['farewell'] });
    expect(cycle.body).toMatchObject({ status: 422, diagnostics: [{ rule: 'dependency-cycle' }] });
    const later = await server.send('PATCH', '/api/tasks/greet:greeting', { phaseId: 'greet:look' });
    expect(later.body).toMatchObject({ status: 422, diagnostics: [{ rule: 'later-dependency' }] });
    expect((await server.send('PATCH', '/api/tasks/greet:greeting', { dependsOn: ['nothing'] })).status).toBe(422);
    expect((await server.send('PATCH', '/api/tasks/greet:none', { title: 'x' })).status).toBe(404);
    expect((await server.send('PATCH', '/api/tasks/greet:greeting', { phaseId: 'greet:none' })).status).toBe(404);
    expect((await server.send('POST', '/api/tasks', { phaseId: 'greet:none', title: 'x' })).status).toBe(404);
    expect((await server.send('POST', '/api/tasks/greet:none/retry', {})).status).toBe(404);
    expect((await server.send('POST', '/api/tasks/greet:greeting/retry', {})).status).toBe(409);
    expect((await server.send('POST', '/api/tasks/greet:greeting/approve')).status).toBe(409);
    expect((await server.send('PATCH', '/api/tasks/greet:greeting', { status: 'completed', title: 'x' })).status).toBe(422);
    expect((await server.send('PATCH', '/api/tasks/greet:greeting', { status: 'failed' })).status).toBe(422);
    expect((await server.send('PATCH', '/api/phases/greet:write', { nonsense: 1 })).status).toBe(422);
    expect(await state(server)).toBe(before);
  });

  it('are skipped, taken up again, and done by hand with what was changed', async () => {
    await using server = await testServer([
      { ...FILES[0], 'plans.config.json': JSON.stringify({ qa: { gates: [{ name: 'there', run: 'test -f hello.txt' }] } }) },
    ]);
    expect((await server.send('POST', '/api/tasks/greet:farewell/skip')).body.task.status).toBe('skipped');
    expect((await server.send('PATCH', '/api/tasks/greet:farewell', { status: 'pending' })).body.task.status).toBe('pending');
    const failed = await server.send('PATCH', '/api/tasks/greet:greeting', { status: 'completed' });
    expect(failed.body).toMatchObject({ status: 409, gate: { name: 'there', status: 'failed' } });
    await server.repository.write({ 'hello.txt': 'hello\n' });
    const done = await server.send('PATCH', '/api/tasks/greet:greeting', { status: 'completed' });
    expect(done.body).toMatchObject({
      task: { status: 'completed', commitSha: server.repository.head() },
      commit: server.repository.head(),
    });
    expect(server.repository.git('show', '--stat', '--format=%B', 'HEAD')).toMatch(/hello\.txt[^]*greet\.plan\.md/);
  });
});

describe('many at once', () => {
  it('lose nothing of what an editor and several browsers write', async () => {
    await using server = await testServer(FILES);
    const titles = Array.from({ length: 8 }, (_, index) => `Task number ${index}`);
    const all = titles.map((title) => server.send('POST', '/api/tasks', { phaseId: 'greet:write', title }));
    const edit = server.repository.write({ 'plans/greet.plan.md': PLAN.replace('Say hello to everybody.', 'Typed meanwhile.') });
    const answers = await Promise.all(all);
    await edit;
    expect(answers.map(({ status }) => status)).toEqual(titles.map(() => 200));
    const { tasks, plan } = (await server.ask('/api/plans/greet')).body;
    for (const title of titles) expect(tasks.map((task: { title: string }) => task.title)).toContain(title);
    expect(plan.description).toContain('Typed meanwhile.');
  });
});
