import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { PLAN, testServer } from './serving.ts';

const FILES = [{ 'plans/greet.plan.md': PLAN }];

describe('a request', () => {
  it('calls the server by a name that it has', async () => {
    await using server = await testServer(FILES);
    for (const host of ['localhost', '127.0.0.1:4280', '[::1]:4280', 'plans.example', 'LOCALHOST:1'])
      expect((await server.ask('/api/plans', { headers: { host } })).status, host).toBe(200);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io:4280', '', 'localhost:4280:evil'])
      expect((await server.ask('/api/plans', { headers: { host } })).status, host).toBe(403);
  });

  it('comes from a page of the server itself, or from none', async () => {
    await using server = await testServer(FILES);
    const status = async (headers: Record<string, string>) => (await server.ask('/api/plans', { headers })).status;
    expect(await status({ origin: 'http://localhost:4280' })).toBe(200);
    expect(await status({ origin: 'http://localhost:9999' })).toBe(403);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  });

  it('has a body that is JSON and bounded', async () => {
    await using server = await testServer(FILES);
    const post = (body: string, type: string) =>
      server.ask('/api/session', { method: 'POST', body, headers: { 'content-type': type, 'content-length': String(body.length) } });
    expect((await post('token=x', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await post('{"token":"x"}', 'text/plain')).status).toBe(415);
    expect((await post('{"token":', 'application/json')).status).toBe(400);
    expect((await post(JSON.stringify({ token: 'x'.repeat(5_000_000) }), 'application/json')).status).toBe(413);
    const answer = await post('{"token":7}', 'application/json');
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'urn:plans:problem:invalid-request', errors: [{ in: 'json', path: 'token' }] });
  });

  it('names nothing outside the repositories', async () => {
    await using server = await testServer([{ ...FILES[0], 'secret.plan.md': '# Secret\n', 'other/x.plan.md': '# Other\n' }]);
    const [id] = server.ids;
    for (const name of [
      '../secret',
      '..%2Fsecret',
      '%2e%2e%2fsecret',
      '..\\secret',
      `${id}:../secret`,
      `${id}:..%2Fsecret`,
      `${id}:/etc/passwd`,
      `${id}:%00`,
      '.',
      '..',
      `${id}:`,
      ':',
      '%2e',
      'x'.repeat(5000),
    ]) {
      const { status } = await server.ask(`/api/plans/${name.replaceAll('/', '%2F')}`);
      expect([404, 400], name).toContain(status);
      expect((await server.ask(`/api/plans/${name.replaceAll('/', '%2F')}/source`)).status, name).toBeGreaterThanOrEqual(400);
    }
    await server.repository.write({ 'web/index.html': '<p>home</p>', 'web/assets/app-0123456789.js': 'x' });
    for (const path of [
      '/..%2f..%2fetc/passwd',
      '/%2e%2e/%2e%2e/secret.plan.md',
      '/assets/..%2f..%2f..%2fNUMBER',
      '/..%5c..%5cNUMBER',
      '/%00',
      '/%E0%A4%A',
    ])
      expect(await (await server.fetch(path)).text(), path).not.toMatch(/root:|Secret|^0$/);
    expect(server.notices).toEqual([]);
  });
});

describe('a method', () => {
  it('that a path does not take is told from a path that is not there', async () => {
    await using server = await testServer(FILES);
    const wrong = await server.ask('/api/plans/greet', { method: 'POST' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
    expect(wrong.body).toMatchObject({ type: 'urn:plans:problem:not-allowed', detail: expect.stringContaining('not POST') });
    const options = await server.ask('/api/plans/greet/execute', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST']);
    expect(options.headers.get('access-control-allow-origin')).toBeNull();
    for (const [method, path] of [
      ['OPTIONS', '/api/nothing'],
      ['POST', '/api/plans//execute'],
      ['PUT', '/nothing'],
      ['DELETE', '/api/plans/a/b/c'],
    ] as const)
      expect((await server.ask(path, { method })).status, `${method} ${path}`).toBe(404);
  });

  it('HEAD is answered as GET is, without a body, and opens no stream', async () => {
    await using server = await testServer(FILES);
    for (const path of ['/api/plans', '/api/plans/greet', '/api/events', '/metrics', '/api/openapi.json']) {
      const response = await server.fetch(path, { method: 'HEAD' });
      expect([response.status, await response.text()], path).toEqual([200, '']);
    }
    expect((await server.ask('/api/ready')).body.streams).toBe(0);
    expect((await server.ask('/api/plans')).headers.get('cache-control')).toBe('no-store');
    expect((await server.ask('/api/plans/greet')).headers.get('cache-control')).toBe('no-cache');
  });
});

describe('a token', () => {
  const access = { token: 'the-word', readToken: 'the-look' };

  it('is asked for by everything but health and the pages', async () => {
    await using server = await testServer(FILES, { access });
    expect((await server.ask('/api/health')).status).toBe(200);
    for (const path of [
      '/api/plans',
      '/api/plans/greet',
      '/api/events',
      '/api/openapi.json',
      '/api/repositories',
      '/api/ready',
      '/metrics',
    ]) {
      const { status, headers } = await server.ask(path);
      expect(status, path).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    for (const authorization of ['Bearer wrong', 'Bearer the-wor', 'Bearer the-word2', 'Basic dGhlLXdvcmQ6', 'the-word', 'Bearer'])
      expect((await server.ask('/api/plans', { headers: { authorization } })).status, authorization).toBe(401);
    expect((await server.ask('/api/plans', { headers: { authorization: 'Bearer the-word' } })).status).toBe(200);
  });

  it('to read with changes nothing', async () => {
    await using server = await testServer(FILES, { access });
    const headers = { authorization: 'Bearer the-look' };
    expect((await server.ask('/api/plans', { headers })).status).toBe(200);
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'])
      expect((await server.ask('/api/plans/greet', { method, headers })).status, method).toBe(403);
  });

  it('becomes a cookie that says nothing of it', async () => {
    await using server = await testServer(FILES, { access });
    expect((await server.send('POST', '/api/session', { token: 'no' })).status).toBe(401);
    const signed = await server.send('POST', '/api/session', { token: 'the-look' });
    expect(signed.body).toEqual({ right: 'read' });
    const cookie = signed.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain('the-look');
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await server.ask('/api/session', { headers })).body).toEqual({ right: 'read' });
    expect((await server.ask('/api/plans', { headers })).status).toBe(200);
    expect((await server.ask('/api/plans', { headers: { cookie: 'plans-session=the-look' } })).status).toBe(401);
  });
});

describe('every answer', () => {
  it('forbids scripts that are not the server’s, and frames', async () => {
    await using server = await testServer(FILES);
    await server.repository.write({ 'web/index.html': '<p>home</p>' });
    for (const path of ['/api/plans', '/api/docs', '/plans/x', '/api/nothing']) {
      const { headers } = await server.ask(path);
      expect(headers.get('content-security-policy'), path).toMatch(/default-src 'none'; script-src 'self'/);
      expect(headers.get('content-security-policy'), path).not.toMatch(/unsafe/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await server.ask('/api/docs')).body).not.toMatch(/<script>|onload=|style=/);
    const script = (await server.ask('/api/docs/reference.js')).body;
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/innerHTML|eval\(/);
  });
});

describe('a plan', () => {
  it('is sent compressed to who can read it so, and under the same tag for its changes', async () => {
    await using server = await testServer(FILES);
    const answer = await server.fetch('/api/plans/greet', { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    const plain = await server.ask('/api/plans/greet');
    expect(JSON.parse(gunzipSync(await answer.arrayBuffer()).toString())).toEqual(plain.body);
    const tag = answer.headers.get('etag') ?? '';
    expect(tag).toBe(`W/${plain.headers.get('etag')}`);
    expect((await server.ask('/api/plans/greet', { headers: { 'if-none-match': tag } })).status).toBe(304);
    expect((await server.send('PATCH', '/api/plans/greet', { title: 'Greet all' }, { 'if-match': tag })).status).toBe(200);
    expect((await server.send('PATCH', '/api/plans/greet', { title: 'Greet' }, { 'if-match': tag })).status).toBe(412);
  });
});

describe('the dashboard', () => {
  it('is sent compressed to who can read it so', async () => {
    await using server = await testServer(FILES);
    const text = 'let x = 1;\n'.repeat(500);
    await server.repository.write({ 'web/index.html': '<p>home</p>', 'web/assets/app-0123abcd.js': text });
    const answer = await server.fetch('/assets/app-0123abcd.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(gunzipSync(await answer.arrayBuffer()).toString()).toBe(text);
    expect((await server.ask('/assets/app-0123abcd.js')).body).toBe(text);

    // What the build has compressed already is sent as it is.
    const path = join(server.repository.root, 'web/assets/app-0123abcd.js.br');
    writeFileSync(path, brotliCompressSync(text));
    const codingOf = async (accepted: string) => {
      const { headers } = await server.fetch('/assets/app-0123abcd.js', { headers: { 'accept-encoding': accepted } });
      return [headers.get('content-encoding'), headers.get('content-type'), /accept-encoding/i.test(headers.get('vary') ?? '')];
    };
    const type = 'text/javascript; charset=utf-8';
    expect(await codingOf('gzip, deflate, br, zstd')).toEqual(['br', type, true]);
    expect(await codingOf('gzip, br;q=0')).toEqual(['gzip', type, true]);
    expect((await codingOf('identity'))[0]).toBeNull();
    const packed = await server.fetch('/assets/app-0123abcd.js', { headers: { 'accept-encoding': 'br' } });
    expect(brotliDecompressSync(await packed.arrayBuffer()).toString()).toBe(text);
    expect(packed.headers.get('cache-control')).toMatch(/immutable/);
  });

  it('is served from its folder: hashed files for ever, pages anew, and routes as the page', async () => {
    await using server = await testServer(FILES);
    await server.repository.write({ 'web/index.html': '<p>home</p>', 'web/assets/app-0123abcd.js': 'let x', 'web/favicon.svg': '<svg/>' });
    expect((await server.ask('/')).body).toBe('<p>home</p>');
    expect((await server.ask('/plans/a:b.c/edit')).body).toBe('<p>home</p>');
    expect((await server.ask('/')).headers.get('cache-control')).toBe('no-cache');
    expect((await server.ask('/assets/app-0123abcd.js')).headers.get('cache-control')).toMatch(/immutable/);
    expect((await server.ask('/assets/gone-0123abcd.js')).status).toBe(404);
    expect((await server.ask('/favicon.svg')).headers.get('content-type')).toBe('image/svg+xml');
    const tag = (await server.ask('/')).headers.get('etag') ?? '';
    expect((await server.ask('/plans', { headers: { 'if-none-match': tag } })).status).toBe(304);
    await server.repository.write({ 'web/index.html': '<p>house</p>' });
    expect((await server.ask('/plans', { headers: { 'if-none-match': tag } })).body).toBe('<p>house</p>');
    expect((await server.ask('/api/nothing')).headers.get('content-type')).toBe('application/problem+json');
  });
});
