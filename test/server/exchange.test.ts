import { symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { world } from '../commands/world.ts';
import { PLAN, testServer, type TestServer } from './serving.ts';

const LIST = `# Tasks: Log in

## Phase 1: Setup

- [x] T001 Create the project
- [ ] T002 [P] Add the linter

## Phase 2: Core

- [ ] T003 Log in with a password (depends on T001)
- [ ] T004 Log out (depends on T099)

| a | table |
`;
const FILES = { 'specs/001-login/tasks.md': LIST, 'plans/greet.plan.md': PLAN };

const backlogTask = (id: number) => ({
  path: `backlog/tasks/task-${id} - Do-${id}.md`,
  text: `---\nid: task-${id}\ntitle: Do ${id}\nstatus: To Do\ndependencies: []\n---\n\n## Description\n\nIt.\n`,
});

function stateOf({ repository }: TestServer): string {
  return [repository.head(), ...repository.status()].join('\n');
}

describe('a list of another tool', () => {
  it('becomes a draft in a commit; what did not become part of it is named', async () => {
    await using server = await testServer([FILES]);
    const { status, body } = await server.send('POST', '/api/plans/import', { path: 'specs/001-login' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      planId: `${server.ids[0]}:${body.file.slice('plans/'.length, -'.plan.md'.length)}`,
      format: 'spec-kit',
      from: ['specs/001-login/tasks.md'],
      counts: { phases: 2, tasks: 4, done: 1, skipped: 0 },
      written: true,
      commit: server.repository.head(),
      reason: '',
    });
    expect(await server.repository.read(body.file)).toBe(body.text);
    expect(server.repository.status()).toEqual([]);
    const { plan, tasks } = (await server.ask(`/api/plans/${encodeURIComponent(body.planId)}`)).body;
    expect(plan).toMatchObject({ status: 'draft', completedTasks: 1 });
    expect(tasks.map(({ title }: { title: string }) => title)).toContain('Log in with a password (depends on T001)');
    const before = stateOf(server);
    const again = await server.send('POST', '/api/plans/import', { path: 'specs/001-login/tasks.md' });
    expect(again.body).toMatchObject({ status: 409, detail: expect.stringContaining('exists already') });
    expect(stateOf(server)).toBe(before);
  });

  it('is looked at first, and nothing is written', async () => {
    await using server = await testServer([FILES]);
    const before = stateOf(server);
    const { body } = await server.send('POST', '/api/plans/import', { path: 'specs/001-login/tasks.md', slug: 'log-in', dryRun: true });
    expect(body).toMatchObject({ file: 'plans/log-in.plan.md', written: false, commit: null });
    expect(body.text).toContain('Add the linter');
    expect(stateOf(server)).toBe(before);
  });

  it('is the same as the command makes of it', async () => {
    await using server = await testServer([FILES]);
    const place = world();
    try {
      place.write('specs/001-login/tasks.md', LIST);
      place.commit();
      const cli = JSON.parse((await place.plans(['import', 'specs/001-login', '--dry-run', '--json'])).out);
      const { body } = await server.send('POST', '/api/plans/import', { path: 'specs/001-login', dryRun: true });
      expect(body.text).toBe(cli.text);
      expect(body.losses.map(({ line, why }: { line: number; why: string }) => ({ line, why }))).toEqual(
        cli.losses.map(({ line, why }: { line: number; why: string }) => ({ line, why })),
      );
      expect(body.losses.length).toBeGreaterThan(0);
    } finally {
      place.remove();
    }
  });

  it('can be sent along, in one file or several', async () => {
    await using server = await testServer([FILES]);
    const one = await server.send('POST', '/api/plans/import', {
      files: [{ path: 'TODO.md', text: '- [ ] One\n- [x] Two\n' }],
      title: 'To do',
    });
    expect(one.body).toMatchObject({ format: 'markdown', file: 'plans/to-do.plan.md', counts: { tasks: 2, done: 1 } });
    const several = await server.send('POST', '/api/plans/import', {
      files: [backlogTask(1), backlogTask(2)],
      slug: 'backlog',
      dryRun: true,
    });
    expect(several.body).toMatchObject({ format: 'backlog', counts: { tasks: 2 } });
    const lists = ['a', 'b'].map((name) => ({ path: `specs/${name}/tasks.md`, text: LIST }));
    const many = await server.send('POST', '/api/plans/import', { files: lists });
    expect(many.body).toMatchObject({ status: 422, detail: expect.stringContaining('holds 2 lists') });
  });

  it('lies in the repository, and nowhere else', async () => {
    await using server = await testServer([{ ...FILES, 'prose.md': 'Only prose.\n' }]);
    await symlink('/etc', server.repository.path('elsewhere'));
    await symlink('/etc/passwd', server.repository.path('list.md'));
    const before = stateOf(server);
    for (const path of [
      '../',
      '/etc/passwd',
      'elsewhere/passwd',
      'elsewhere',
      'list.md',
      '.git/config',
      '.git',
      '.plans',
      'specs/../../x',
      'a\0b',
      'none.md',
    ]) {
      const { status, body } = await server.send('POST', '/api/plans/import', { path, format: 'markdown', dryRun: true });
      expect(status, path).toBe(422);
      expect(JSON.stringify(body), path).not.toContain('root:');
    }
    expect((await server.send('POST', '/api/plans/import', { path: 'prose.md' })).body.detail).toContain('has no list of tasks');
    expect((await server.send('POST', '/api/plans/import', {})).status).toBe(422);
    expect((await server.send('POST', '/api/plans/import', { path: 'a', files: [{ path: 'a.md', text: '' }] })).status).toBe(422);
    expect((await server.send('POST', '/api/plans/import', { path: 'specs/001-login', format: 'nonsense' })).status).toBe(422);
    expect((await server.send('POST', '/api/plans/import', { path: 'specs/001-login', slug: '../x' })).status).toBe(422);
    expect(stateOf(server)).toBe(before);
  });
});

describe('a plan', () => {
  it('goes to other tools as the command prints it', async () => {
    await using server = await testServer([{ ...FILES, 'plans/broken.plan.md': '- [x]broken\n' }]);
    const place = world();
    try {
      place.write('plans/greet.plan.md', PLAN);
      place.commit();
      for (const format of ['markdown', 'mermaid', 'github', 'spec-kit']) {
        const { status, headers, body } = await server.ask(`/api/plans/greet/export?format=${format}`);
        expect(status, format).toBe(200);
        expect(headers.get('content-type'), format).toMatch(/^text\/(?:plain|markdown); charset=utf-8$/);
        expect(headers.get('content-disposition'), format).toMatch(/^attachment; filename\*=UTF-8''greet\./);
        expect(body, format).toBe((await place.plans(['export', 'greet', '--format', format])).out);
      }
    } finally {
      place.remove();
    }
    expect((await server.ask('/api/plans/greet/export')).body).toMatchObject({ version: 1, plans: [{ id: 'greet', tasks: [{}, {}, {}] }] });
    expect((await server.ask('/api/plans/broken/export?format=mermaid')).status).toBe(409);
    expect((await server.ask('/api/plans/none/export?format=mermaid')).status).toBe(404);
    expect((await server.ask('/api/plans/none/export')).status).toBe(404);
    expect((await server.ask('/api/plans/greet/export?format=exe')).status).toBe(422);
    const all = (await server.ask(`/api/repositories/${server.ids[0]}/export`)).body;
    expect(all.plans.map(({ id }: { id: string }) => id)).toEqual(['broken', 'greet']);
    expect((await server.ask('/api/repositories/none/export')).status).toBe(404);
  });
});
