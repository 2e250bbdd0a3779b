import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServeOptions, Serving } from '../../src/engine/programs.ts';
import { serve } from '../../src/server/serve.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { world } from '../commands/world.ts';
import { PLAN } from './serving.ts';

const STREAMS = 1_000;
const ALL = 'everything-is-allowed';
const LOOK = 'nothing-but-looking';
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function serving(options: Partial<ServeOptions> = {}): Promise<{ repository: Repository; server: Serving; notices: string[] }> {
  const repository = await createRepository({ 'plans/greet.plan.md': PLAN });
  open.push(() => repository.dispose());
  const notices: string[] = [];
  const server = await serve({
    folders: [],
    cwd: repository.root,
    env: { PATH: process.env['PATH'] },
    version: '1.2.3',
    host: '127.0.0.1',
    port: 0,
    hosts: [],
    guarded: false,
    notice: (text) => notices.push(text),
    ...options,
  });
  open.push(() => server.close());
  return { repository, server, notices };
}

async function at(given: Serving, bearer: string | null): Promise<number> {
  const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  return (await fetch(`${given.url}/api/plans`, { headers })).status;
}

describe('the server', () => {
  it('listens on this machine alone, and answers whoever is on it', async () => {
    const { server } = await serving();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.newToken).toBeNull();
    const { status, headers } = await fetch(`${server.url}/api/plans/greet`);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
  });

  it('asks for a token on any other address: one of its own, told once, or the given ones', async () => {
    const { server } = await serving({ host: '0.0.0.0' });
    const token = server.newToken ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await at(server, null)).toBe(401);
    expect(await at(server, token)).toBe(200);
    const called = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request(`${server.url}/api/plans`, { headers: { host, authorization: `Bearer ${token}` } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on('error', reject);
        asked.end();
      });
    expect([await called('192.168.7.9:1'), await called('[fe80::1]'), await called('192.168.7.9.evil.example')]).toEqual([200, 200, 403]);
    const { server: other } = await serving({ guarded: true, env: { PLANS_TOKEN: ALL, PLANS_READ_TOKEN: LOOK } });
    expect(other.newToken).toBeNull();
    expect([await at(other, ALL), await at(other, LOOK), await at(other, token)]).toEqual([200, 200, 401]);
  });

  it('takes no token that protects nothing, and asks for one where there are readers', async () => {
    const refused = (env: Record<string, string>, host = '127.0.0.1') => expect(serving({ env, host })).rejects;
    // As a variable is that somebody forgot to set.
    await refused({ PLANS_TOKEN: '' }, '0.0.0.0').toThrow('PLANS_TOKEN has 0 characters');
    await refused({ PLANS_TOKEN: 'secret' }).toThrow('at least 16');
    await refused({ PLANS_READ_TOKEN: '' }).toThrow('PLANS_READ_TOKEN has 0 characters');
    await refused({ PLANS_TOKEN: 'with a blank in it, and long' }).toThrow('has blanks');
    await refused({ PLANS_TOKEN: ALL, PLANS_READ_TOKEN: ALL }).toThrow('are the same');
    const { server } = await serving({ env: { PATH: process.env['PATH'] ?? '', PLANS_READ_TOKEN: LOOK } });
    expect([await at(server, null), await at(server, LOOK), await at(server, server.newToken)]).toEqual([401, 200, 200]);
  });

  it('lets nobody guess: after many wrong tokens none is looked at for a while', async () => {
    const { server } = await serving({ guarded: true });
    const sign = (token: string | null) =>
      fetch(`${server.url}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token: token ?? '' }) });
    const statuses: number[] = [];
    for (let guess = 0; guess < 25; guess += 1) statuses.push((await sign(`guess ${guess}`)).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
    const right = await sign(server.newToken);
    expect([right.status, right.headers.get('set-cookie')]).toEqual([429, null]);
    expect(await right.text()).toContain('Too many wrong tokens');
    const session = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: server.newToken }) };
    const asked = await fetch(`${server.url}/api/session`, session);
    expect([asked.status, Number(asked.headers.get('retry-after')) > 0]).toEqual([429, true]);
    // Whoever has it and sends it with each request is not shut out by others.
    expect(await at(server, server.newToken)).toBe(200);
  });

  it('signs a browser in with the page of its own', async () => {
    const { server } = await serving({ guarded: true });
    const page = await fetch(`${server.url}/login`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const sign = (token: string, headers: Record<string, string> = {}) =>
      fetch(`${server.url}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token }), headers });
    expect((await sign('wrong')).status).toBe(401);
    expect((await sign(server.newToken ?? '', { origin: 'https://evil.example' })).status).toBe(403);
    const signed = await sign(server.newToken ?? '');
    expect([signed.status, signed.headers.get('location')]).toEqual([303, '/']);
    const [cookie = ''] = (signed.headers.get('set-cookie') ?? '').split(';');
    expect((await fetch(`${server.url}/api/plans`, { headers: { cookie } })).status).toBe(200);
  });

  it('says in a sentence why it cannot begin', async () => {
    const { server, repository } = await serving();
    const port = Number(new URL(server.url).port);
    await expect(serving({ port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken by another program.`);
    await expect(serving({ folders: ['/'] })).rejects.toThrow(/no git repository|not a git repository|git/i);
    await expect(serving({ host: '203.0.113.9' })).rejects.toThrow('"203.0.113.9" is no address of this machine.');
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
    expect(repository.status()).toEqual([]);
  });

  it(`keeps ${STREAMS} idle readers, tells all of them what happens, and answers others meanwhile`, async () => {
    const { server, repository, notices } = await serving();
    const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
    let heard = 0;
    const told = Promise.withResolvers<void>();
    const readers = Array.from(
      { length: STREAMS },
      () =>
        new Promise<() => void>((resolve, reject) => {
          const asked = request(`${server.url}/api/events?output=false`, { agent }, (answer) => {
            let text = '';
            answer.setEncoding('utf8');
            answer.on('data', (piece: string) => {
              const before = text.includes('plans-changed');
              if (!text.includes('stream-started') && (text + piece).includes('stream-started')) resolve(() => asked.destroy());
              text += piece;
              if (!before && text.includes('plans-changed') && ++heard === STREAMS) told.resolve();
            });
            answer.on('error', () => {});
          });
          asked.on('error', reject);
          asked.end();
        }),
    );
    const leave = await Promise.all(readers);
    expect((await fetch(`${server.url}/api/plans/greet`)).status).toBe(200);
    await repository.write({ 'plans/greet.plan.md': PLAN.replace('# Greet', '# Greet all') });
    await told.promise;
    expect(await (await fetch(`${server.url}/api/ready`)).json()).toMatchObject({ streams: STREAMS });
    for (const each of leave) each();
    expect(notices).toEqual([]);
  });

  it('takes no end of bytes, and no request that does not end', async () => {
    const { server, notices } = await serving();
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
      },
    });
    const answer = await fetch(`${server.url}/api/lint`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    }).then(
      ({ status }) => status,
      () => 413,
    );
    expect(answer).toBe(413);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const raw = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (piece) => (text += piece.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', () => resolve(text));
    });
    socket.write('GET /api/plans HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nX: \u0001\r\n\r\n');
    expect(await raw).not.toMatch(/^HTTP\/1\.1 (?:2|500)/);
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
    expect(notices).toEqual([]);
  });

  it('gives back what plans say as data: markup in them is no page', async () => {
    const script = '<script>alert(1)</script>';
    const { server, repository } = await serving();
    const sent = await fetch(`${server.url}/api/plans/greet`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: `Greet ${script}`, description: `${script} and <img src=x onerror=alert(1)>` }),
    });
    expect(sent.status).toBe(200);
    expect(await repository.read('plans/greet.plan.md')).toContain(script);
    for (const path of [
      '/api/plans',
      '/api/plans/greet',
      '/api/plans/greet/source',
      `/api/plans/${encodeURIComponent(script)}`,
      `/${encodeURIComponent(script)}`,
    ]) {
      const response = await fetch(`${server.url}${path}`);
      const { headers } = response;
      // Any other path is the dashboard's, where that is built: the same page for all of them.
      if (path.startsWith('/api/')) expect(headers.get('content-type'), path).not.toMatch(/html/);
      else expect(await response.text(), path).not.toContain(script);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    }
  });
});

describe('plans serve', () => {
  it('prints where it can be reached, and ends with a signal', async () => {
    const place = world();
    open.push(async () => place.remove());
    place.write('plans/greet.plan.md', PLAN);
    place.commit();
    const url = Promise.withResolvers<string>();
    const ended = place.plans(['serve', '--port', '0'], { heard: (text) => url.resolve(text.trim().split('\n')[0] ?? '') });
    expect((await fetch(`${await url.promise}/api/health`)).status).toBe(200);
    place.interrupt();
    expect(await ended).toMatchObject({ code: 0, err: '' });
    expect((await place.plans(['serve', '--port', 'x'])).err).toContain('--port cannot be "x"');
  });
});
