import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLAN, serverOver, testServer } from './serving.ts';

describe('plans', () => {
  it('are read whole, with ids that are unique and what their file calls them', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }]);
    const [id] = server.ids;
    const { status, body } = await server.ask(`/api/plans/${id}:greet`);
    expect(status).toBe(200);
    expect(body.plan).toMatchObject({
      id: `${id}:greet`,
      slug: 'greet',
      repositoryId: id,
      title: 'Greet',
      totalTasks: 3,
      executionId: null,
    });
    expect(body.phases.map((phase: { id: string }) => phase.id)).toEqual([`${id}:greet:write`, `${id}:greet:look`]);
    expect(body.tasks[1]).toMatchObject({
      id: `${id}:greet:farewell`,
      slug: 'farewell',
      phaseId: `${id}:greet:write`,
      dependsOn: [`${id}:greet:greeting`],
      run: 'echo bye > bye.txt',
      status: 'pending',
    });
    expect(body.iterations).toHaveLength(1);
    expect((await server.ask('/api/plans/greet')).body).toEqual(body);
    expect((await server.ask(`/api/tasks/${id}:greet:read`)).body).toMatchObject({ assignee: 'human', title: 'Read it aloud' });
    expect((await server.ask(`/api/phases/${id}:greet:write`)).body.tasks).toHaveLength(2);
  });

  it('are the same answer until anything differs, and another one at once when it does', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }]);
    const first = await server.ask('/api/plans/greet');
    const tag = first.headers.get('etag') ?? '';
    expect((await server.ask('/api/plans/greet', { headers: { 'if-none-match': tag } })).status).toBe(304);
    await server.repository.write({ 'plans/greet.plan.md': PLAN.replace('# Greet', '# Greet all') });
    const edited = await server.ask('/api/plans/greet', { headers: { 'if-none-match': tag } });
    expect(edited.status).toBe(200);
    expect(edited.body.plan.title).toBe('Greet all');
    expect(edited.body.plan.revision).not.toBe(first.body.plan.revision);
    await server.repository.commit('say it to all');
    const committed = await server.ask('/api/plans/greet', { headers: { 'if-none-match': edited.headers.get('etag') ?? '' } });
    expect(committed.status).toBe(200);
    expect(committed.body.plan.revision).toBe(edited.body.plan.revision);
    expect(committed.body.iterations).toHaveLength(2);
  });

  it('are listed with what is wrong with them, by words and by status, a page at a time', async () => {
    const plans = Object.fromEntries(
      ['one', 'two', 'three'].map((name) => [`plans/${name}.plan.md`, PLAN.replace('# Greet', `# Greet ${name}`)]),
    );
    await using server = await testServer([
      { ...plans, 'plans/broken.plan.md': '# Broken\n\n## A\n\n- [ ] x\n\n  ```yaml\n  dependOn: [y]\n  ```\n' },
    ]);
    const all = await server.ask('/api/plans?sort=title');
    expect(all.body.plans.map((plan: { slug: string }) => plan.slug)).toEqual(['broken', 'one', 'three', 'two']);
    expect(all.body.plans[0]).toMatchObject({ valid: false, diagnostics: [{ rule: 'unknown-key', line: 8 }] });
    const page = await server.ask('/api/plans?sort=title&limit=3');
    expect(page.body).toMatchObject({ total: 4, next: expect.any(String) });
    const rest = await server.ask(`/api/plans?sort=title&limit=3&after=${page.body.next}`);
    expect(rest.body.plans.map((plan: { slug: string }) => plan.slug)).toEqual(['two']);
    expect(rest.body.next).toBeNull();
    expect((await server.ask('/api/plans?q=greet+two')).body.plans).toHaveLength(1);
    expect((await server.ask('/api/plans?status=ready')).body.total).toBe(3);
    expect((await server.ask('/api/plans?valid=false')).body.total).toBe(1);
    expect((await server.ask('/api/plans?after=nonsense')).status).toBe(422);
  });

  it('are given as their file has them', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }]);
    const { body } = await server.ask('/api/plans/greet/source');
    expect(body).toMatchObject({ text: PLAN, valid: true, diagnostics: [] });
    expect(body.revision).toBe(server.repository.git('hash-object', 'plans/greet.plan.md').trim());
    const task = (await server.ask('/api/tasks/greet:read/source')).body;
    expect(task).toMatchObject({ taskId: `${server.ids[0]}:greet:read`, revision: body.revision });
    expect(task.text).toBe(PLAN.slice(PLAN.indexOf('- [ ] Read it aloud')));
    expect((await server.ask('/api/tasks/greet:nothing/source')).status).toBe(404);
  });
});

describe('the schemas', () => {
  it('are those of the package', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }]);
    const { schemas } = (await server.ask('/api/schemas')).body as { schemas: { name: string; path: string; title: string }[] };
    expect(schemas.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['plan', 'phase', 'task', 'config', 'event', 'review', 'export']),
    );
    for (const { name, path, title } of schemas) {
      const file = resolve(import.meta.dirname, `../../schemas/${name}.schema.json`);
      expect((await server.ask(path)).body, title).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    }
    for (const name of ['none', '..%2Fpackage', 'README', '__proto__']) expect((await server.ask(`/api/schemas/${name}`)).status).toBe(404);
  });
});

describe('several repositories', () => {
  it('have ids of their own, and a short id means nothing', async () => {
    await using server = await testServer([{ 'plans/greet.plan.md': PLAN }, { 'plans/greet.plan.md': PLAN.replace('# Greet', '# Wave') }]);
    const [first, second] = server.ids;
    expect(first).not.toBe(second);
    expect((await server.ask(`/api/plans/${second}:greet`)).body.plan.title).toBe('Wave');
    expect((await server.ask('/api/plans/greet')).status).toBe(404);
    expect((await server.ask('/api/plans')).body.total).toBe(2);
    expect((await server.ask(`/api/plans?repositoryId=${second}`)).body.total).toBe(1);
    expect((await server.ask('/api/plans?repositoryId=none')).status).toBe(404);
    const { repositories } = (await server.ask('/api/repositories')).body;
    expect(repositories).toMatchObject([
      { id: first, plans: 1 },
      { id: second, branch: 'main' },
    ]);
    expect((await server.ask(`/api/repositories/${second}/config`)).body).toMatchObject({ file: null, config: { maxAttempts: 3 } });
  });

  it('are told apart where they are clones of one, and are named by their first commit where they are not', async () => {
    await using alone = await testServer([{ 'plans/greet.plan.md': PLAN }]);
    const first = alone.repository.git('rev-list', '--max-parents=0', 'HEAD').trim().slice(0, 12);
    expect(alone.ids).toEqual([first]);
    const { createRepository, Repository } = await import('../support/repository.ts');
    await using place = await createRepository();
    place.git('clone', '--quiet', alone.repository.root, 'clone');
    place.git('clone', '--quiet', alone.repository.root, 'other');
    await using both = await serverOver([new Repository(place.path('clone')), new Repository(place.path('other'))]);
    expect(new Set(both.ids).size).toBe(2);
    for (const id of both.ids) expect(id).toMatch(new RegExp(`^${first}-[0-9a-f]{6}$`));
  });
});

async function isSo(expected: unknown, look: () => Promise<unknown>): Promise<void> {
  while ((await look()) !== expected) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('the config', () => {
  it('is the one of now, and one that cannot be used counts once it is mended', async () => {
    await using server = await testServer([
      { 'plans/greet.plan.md': PLAN.replace('dependsOn: [greeting]', 'dependsOn: [greeting]\n  gates: [check]') },
    ]);
    const valid = async () => (await server.ask('/api/plans/greet')).body.plan.valid;
    expect(await valid()).toBe(false);
    await server.repository.write({ 'plans.config.json': JSON.stringify({ qa: { gates: [{ name: 'check', run: 'true' }] } }) });
    await isSo(true, valid);
    await server.repository.write({ 'plans.config.json': '{' });
    await isSo(1, async () => {
      await valid();
      return server.notices.length;
    });
    expect(server.notices[0]).toContain('the config is not taken');
    expect(await valid()).toBe(true);
  });
});
