import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Guesses } from '../../src/server/limits.ts';
import { task } from '../support/rig.ts';
import { operationsOf, type Document } from './random-request.ts';
import { PLAN, testServer } from './serving.ts';

const FILES = [{ 'plans/greet.plan.md': PLAN }];
const access = { token: 'the-word', readToken: 'the-look' };

const readyPlan = (id: string) => `---\nstatus: ready\n---\n\n# P\n\n${task(id, `echo x > ${id}.txt`)}`;

describe('another site', () => {
  it('sends nothing that is taken, whatever it calls it', async () => {
    await using server = await testServer(FILES);
    const before = server.repository.head();
    const bodies = [
      ['text/plain', '{"startFrom":"beginning"}'],
      ['application/x-www-form-urlencoded', '{"startFrom":"beginning","x":"="}'],
      ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="title"\r\n\r\nOwned\r\n--x--\r\n'],
      ['application/json', '{"title":"Owned"}'],
      ['text/plain; application/json', '{"title":"Owned"}'],
      ['', ''],
    ] as const;
    const strangers = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://localhost:4281' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
    ];
    for (const [type, body] of bodies)
      for (const stranger of strangers)
        for (const path of ['/api/plans/greet/execute', '/api/plans/greet/cancel', '/api/plans/create', '/api/session', '/login', '/mcp']) {
          const headers = new Headers({ ...stranger, ...(type === '' ? {} : { 'content-type': type }) });
          const init = { method: 'POST', headers, ...(body === '' ? {} : { body }) };
          expect((await server.ask(path, init)).status, `${path} ${type} ${JSON.stringify(stranger)}`).toBe(403);
        }
    // A form without an origin is no browser's; its body is none of ours.
    for (const [type, body] of bodies.slice(0, 3))
      expect((await server.ask('/api/plans/greet/execute', { method: 'POST', body, headers: { 'content-type': type } })).status).toBe(415);
    expect(server.repository.head()).toBe(before);
  });

  it('can link to a page, in a window, and to nothing that programs ask for', async () => {
    await using server = await testServer(FILES);
    await server.repository.write({ 'web/index.html': '<p>home</p>' });
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const status = async (path: string, more = {}) => (await server.ask(path, { headers: { ...link, ...more } })).status;
    expect([await status('/'), await status('/plans/greet'), await status('/api/docs')]).toEqual([200, 200, 200]);
    for (const path of ['/api/plans', '/api/events', '/api/repositories', `/api/repositories/${server.ids[0]}/doctor`, '/mcp'])
      expect(await status(path), path).toBe(403);
    for (const destination of ['iframe', 'embed', 'object', 'frame'])
      expect(await status('/', { 'sec-fetch-dest': destination }), destination).toBe(403);
  });
});

describe('without the right token', () => {
  it('every route is shut; with the one that looks, every route that does more', async () => {
    await using server = await testServer(FILES, { access });
    const headers = { authorization: 'Bearer the-look' };
    const document = (await server.ask('/api/openapi.json', { headers })).body as Document;
    const operations = operationsOf(document);
    expect(operations.length).toBeGreaterThan(65);
    const open = new Set(['getHealth', 'signIn']);
    const before = [server.repository.head(), ...server.repository.status()];
    for (const { method, path, operationId } of operations) {
      const asked = path
        .replace('/repositories/{id}', `/repositories/${server.ids[0]}`)
        .replaceAll('{attempt}', 'last')
        .replaceAll(/\{\w+\}/g, 'greet');
      const init = { method, ...(method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' }) };
      const { status } = await server.ask(asked, init);
      if (!open.has(operationId)) expect(status, operationId).toBe(401);
      if (method === 'GET' || operationId === 'signIn') continue;
      expect((await server.ask(asked, { ...init, headers: { ...headers, 'content-type': 'application/json' } })).status, operationId).toBe(
        403,
      );
    }
    expect([server.repository.head(), ...server.repository.status()]).toEqual(before);
  });

  it('no other way of writing a path leads to one', async () => {
    await using server = await testServer(FILES, { access });
    for (const path of [
      '/%61pi/plans',
      '/api/plans/',
      '/api//plans',
      '/api/health/../plans',
      '/api/health%2f..%2fplans',
      '/mcp/',
      '/api/session/',
      '/API/plans',
      '//api/plans',
      '/metrics/',
    ]) {
      const { status, body } = await server.ask(path);
      expect([401, 404], path).toContain(status);
      expect(JSON.stringify(body), path).not.toContain('Greet');
    }
  });
});

describe('what is guessed', () => {
  it('is counted by address, and forgotten with time', () => {
    let now = 0;
    const guesses = new Guesses(() => now);
    const isShut = (address: string) => {
      try {
        guesses.check(address);
        return false;
      } catch {
        return true;
      }
    };
    for (let wrong = 0; wrong < 20; wrong += 1) guesses.wrong('a');
    expect([isShut('a'), isShut('b')]).toEqual([true, false]);
    now += 6_000;
    expect(isShut('a')).toBe(false);
    guesses.wrong('a');
    expect(isShut('a')).toBe(true);
    for (let other = 0; other < 2_000; other += 1) guesses.wrong(`x${other}`);
    now += 1;
    expect(isShut('x1999')).toBe(false);
  });
});

describe('a body', () => {
  it('of a million mistakes is answered in a few words, and one of a million brackets too', async () => {
    await using server = await testServer(FILES);
    const post = (body: string) =>
      server.ask('/api/plans/greet/apply-suggestions', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const wrong = await post(`{"suggestionIds":[${'1,'.repeat(1_000_000)}1]}`);
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.length).toBeLessThanOrEqual(50);
    const deep = '['.repeat(1_000_000);
    expect((await post(`{"suggestionIds":${deep}`)).status).toBe(400);
    expect((await post(`{"suggestionIds":${deep}${']'.repeat(1_000_000)}}`)).status).toBe(422);
    expect((await post('{"__proto__":{"isAdmin":true},"suggestionIds":["x"]}')).status).toBeGreaterThanOrEqual(400);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(server.notices).toEqual([]);
  });
});

describe('a file', () => {
  it('that leads out of the repository is not read, nor is one waited for that has no end', async () => {
    await using server = await testServer([
      { ...FILES[0], 'plans/demo.plan.md': `---\nstatus: ready\n---\n\n# D\n\n${task('a', 'echo printed; exit 1', 'maxAttempts: 1')}` },
    ]);
    await symlink('/etc/passwd', server.repository.path('plans/evil.plan.md'));
    for (const path of ['/api/plans/evil', '/api/plans/evil/source', '/api/plans/evil/export?format=markdown', '/api/plans/evil/export'])
      expect(JSON.stringify((await server.ask(path)).body), path).not.toContain('root:');
    await server.send('POST', '/api/plans/demo/execute');
    while ((await server.ask('/api/executions?live=true')).body.total > 0) await delay(20);
    const { attempts } = (await server.ask('/api/tasks/demo:a/attempts')).body;
    expect((await server.ask('/api/tasks/demo:a/attempts/last/log')).body).toBe('printed\n');
    const [run] = attempts[0].id.split('.');
    const log = `.plans/logs/${run}/a.1.agent.log`;
    await server.repository.write({ [log]: null });
    await symlink('/etc/passwd', server.repository.path(log));
    for (const path of ['log', 'output', 'log?follow=true'])
      expect(JSON.stringify((await server.ask(`/api/tasks/demo:a/attempts/last/${path}`)).body), path).not.toContain('root:');
    await server.repository.write({ [log]: null });
    execFileSync('mkfifo', [server.repository.path(log), server.repository.path('list.md')]);
    expect((await server.ask('/api/tasks/demo:a/attempts/last/log')).body).toBe('');
    expect((await server.send('POST', '/api/plans/import', { path: 'list.md', dryRun: true })).status).toBe(422);
  });

  it('whose name is an option is not run, and has nothing else run', async () => {
    await using server = await testServer([{ 'plans/--yes.plan.md': readyPlan('one'), 'plans/other.plan.md': readyPlan('two') }]);
    const begun = await server.send('POST', '/api/plans/--yes/execute');
    expect(begun.body).toMatchObject({ status: 409, detail: expect.stringContaining('Rename the file') });
    expect((await server.ask('/api/executions')).body.total).toBe(0);
    expect((await server.ask('/api/plans/other')).body.plan.status).toBe('ready');
  });
});
