import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openClaude } from '../../../src/adapters/claude/client.ts';
import { openConversation, type Answer } from '../../../src/adapters/claude/conversation.ts';
import { hasKey } from '../../../src/adapters/claude/key.ts';
import { DEFAULT_CONFIG } from '../../../src/adapters/config.ts';
import { answers, fails, type Reply } from '../../support/messages-reply.ts';
import { scriptedMessages, SCRIPTED_KEY } from '../../support/messages-server.ts';
import { folderForEach } from '../../support/folder.ts';
import { openedClaude } from './opened.ts';

const SETTINGS = DEFAULT_CONFIG.claude;
let folder = '';
folderForEach((path) => {
  folder = path;
});

const HOUR = 3_600;

async function asked(...replies: readonly Reply[]): Promise<{ answer: Answer<{ ok: true }>; requests: number; usage: number | null }> {
  await using it = await openedClaude(...replies);
  const conversation = openConversation(it.claude, { system: 'You answer.' });
  const answer = await conversation.ask({ prompt: 'Go.', answer: z.object({ ok: z.literal(true) }) });
  return { answer, requests: it.server.requests.length, usage: conversation.usage().costUsd };
}

const failure = (kind: string, message: string) => ({
  type: 'failed',
  failure: { kind, message: expect.stringContaining(message) as unknown, resetsAt: null },
});

const message = async (settings: Partial<typeof SETTINGS>, environment: Record<string, string>): Promise<string> => {
  const opened = await openClaude({ ...SETTINGS, ...settings }, environment);
  return opened.type === 'unavailable' ? opened.message : 'opened';
};

describe('a request that fails', () => {
  it.each([
    [fails(401, { message: 'invalid bearer token' }), 'auth', 'refused the key of ANTHROPIC_API_KEY: invalid bearer token. Set one'],
    [fails(403, { message: 'no access to this model' }), 'auth', 'may not do this: no access to this model'],
    [fails(402, { message: 'payment required' }), 'spend', 'nothing left to spend: payment required. Add credit'],
    [fails(429, { errorCode: 'enforced_spend_limit_reached', headers: { 'x-should-retry': 'false' } }), 'spend', 'raise its limit'],
    [fails(400, { message: 'Your credit balance is too low to access the API.' }), 'spend', 'Add credit'],
    [fails(404, { message: 'model: claude-sonet' }), 'bad-request', 'did not take the request (404): model: claude-sonet.'],
    [fails(400, { message: 'prompt is too long: 250000 tokens > 200000 maximum' }), 'context-exceeded', 'longer than the model'],
    [fails(413), 'context-exceeded', 'longer than the model'],
  ])('in a way that no other try can mend is made once: %j', async (reply, kind, message) => {
    const { answer, requests, usage } = await asked(reply);
    expect(answer).toMatchObject(failure(kind, message));
    expect({ requests, usage }).toEqual({ requests: 1, usage: 0 });
  });

  it.each([[fails(500)], [fails(529)], [fails(429)], [fails(504)], [{ drop: true } as const]])(
    'for a moment is tried again: %j',
    async (reply) => {
      expect((await asked(reply, answers({ ok: true }))).answer.type).toBe('answered');
    },
  );

  it.each([
    [fails(529), 'overloaded', "Claude's API is overloaded (529)"],
    [fails(500), 'overloaded', "Claude's API failed (500)"],
  ])('again and again ends: %j', async (reply, kind, message) => {
    const { answer, requests } = await asked(...Array.from({ length: 9 }, () => reply));
    expect(answer).toMatchObject(failure(kind, message));
    expect(requests).toBe(6);
  });

  it.each([
    ['retry-after in seconds', { 'retry-after': String(HOUR) }],
    ['retry-after as a date', { 'retry-after': new Date(Date.now() + HOUR * 1_000).toUTCString() }],
    [
      'the limits that are used up',
      {
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': new Date(Date.now() + HOUR * 1_000).toISOString(),
        'anthropic-ratelimit-requests-remaining': '7',
        'anthropic-ratelimit-requests-reset': new Date(Date.now() + 2 * HOUR * 1_000).toISOString(),
        'x-should-retry': 'false',
      },
    ],
  ])('at a rate limit does not wait for an hour, and says when it is over: %s', async (_, headers) => {
    const { answer, requests } = await asked(fails(429, { headers }));
    expect(answer).toMatchObject({ type: 'failed', failure: { kind: 'rate-limited' } });
    const resetsAt = answer.type === 'failed' ? Date.parse(answer.failure.resetsAt ?? '') : NaN;
    expect(resetsAt - Date.now()).toBeGreaterThan((HOUR - 60) * 1_000);
    expect(resetsAt - Date.now()).toBeLessThan((HOUR + 1) * 1_000);
    expect(requests).toBe(1);
  });

  it('at a rate limit of which nobody says when it is over says so', async () => {
    const { answer } = await asked(fails(429, { headers: { 'x-should-retry': 'false' } }));
    expect(answer).toMatchObject({ type: 'failed', failure: { kind: 'rate-limited', resetsAt: null } });
  });

  it('because nobody listens there says what to check', async () => {
    const server = await scriptedMessages([]);
    await server[Symbol.asyncDispose]();
    const opened = await openClaude(SETTINGS, server.environment);
    if (opened.type === 'unavailable') throw new Error(opened.message);
    // The SDK's pauses between its tries are its own: one is enough here.
    const sdk = opened.claude.sdk().withOptions({ maxRetries: 0 });
    const error: unknown = await sdk.models.list().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(opened.claude.failureOf(error)).toMatchObject({
      kind: 'network',
      message: expect.stringMatching(
        /could not be reached: connect ECONNREFUSED.*Check the network, ANTHROPIC_BASE_URL and the proxy/,
      ) as unknown,
    });
  });

  it('does not quote the key, though the server does', async () => {
    const { answer } = await asked(fails(401, { message: `the key ${SCRIPTED_KEY} is not valid` }));
    expect(answer).toMatchObject(failure('auth', 'the key [redacted ANTHROPIC_API_KEY] is not valid'));
  });

  it.each([
    ['a page of a proxy', { body: '<html>Sign in</html>', contentType: 'text/html' }],
    ['nothing', { body: '', contentType: 'text/event-stream' }],
  ])('with %s in place of an answer ends', async (_, reply) => {
    const { answer } = await asked(...Array.from({ length: 9 }, () => reply));
    expect(answer).toMatchObject({ type: 'failed', failure: { kind: 'network' } });
  });
});

describe('the key', () => {
  it('is missed in one sentence that says what to do', async () => {
    expect(await message({}, {})).toBe(
      'There is no key to Claude\'s API: set ANTHROPIC_API_KEY in the environment, or "claude.keyCommand" in the config to a command that prints it.',
    );
    expect(await message({}, { ANTHROPIC_API_KEY: '  ' })).toContain('There is no key');
    expect(await message({}, { GITHUB_ACTIONS: 'true' })).toContain('the repository has no secret ANTHROPIC_API_KEY');
    expect(hasKey(SETTINGS, {})).toBe(false);
    expect(hasKey({ keyCommand: 'print' }, {})).toBe(true);
  });

  it('that is none is not used', async () => {
    const told = await message({}, { ANTHROPIC_API_KEY: 'sk-ant-1234567890\nsk-ant-0987654321' });
    expect(told).toContain('What ANTHROPIC_API_KEY holds is no key');
    expect(told).not.toContain('1234567890');
  });

  it('comes from a helper, which is asked once for all', async () => {
    const file = join(folder, 'asked');
    await using server = await scriptedMessages([answers({ ok: true })]);
    const settings = { ...SETTINGS, keyCommand: `echo once >> ${file}; printf 'helped-key-%s\\n' "$WHO"` };
    const environment = { PATH: process.env['PATH'] ?? '', WHO: 'ada', ANTHROPIC_BASE_URL: server.url };
    const [opened, again] = await Promise.all([openClaude(settings, environment), openClaude(settings, environment)]);
    if (opened.type === 'unavailable' || again.type === 'unavailable') throw new Error('no key');
    await openConversation(opened.claude, { system: 'You answer.' }).ask({ prompt: 'Go.', answer: z.object({ ok: z.literal(true) }) });
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer helped-key-ada');
    expect(readFileSync(file, 'utf8')).toBe('once\n');
    expect(opened.claude.redaction.text('it is helped-key-ada')).toBe('it is [redacted claude.keyCommand]');
  });

  it('of a helper is asked for anew once it is refused', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'old-key-0123456789');
    await using server = await scriptedMessages([fails(401), answers({ ok: true })]);
    const settings = { ...SETTINGS, keyCommand: `cat ${file}` };
    const ask = async () => {
      const opened = await openClaude(settings, { PATH: process.env['PATH'] ?? '', ANTHROPIC_BASE_URL: server.url });
      if (opened.type === 'unavailable') throw new Error(opened.message);
      return openConversation(opened.claude, { system: 'You answer.' }).ask({ prompt: 'Go.', answer: z.object({ ok: z.literal(true) }) });
    };
    expect(await ask()).toMatchObject({ type: 'failed', failure: { kind: 'auth' } });
    writeFileSync(file, 'new-key-0123456789');
    expect((await ask()).type).toBe('answered');
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer old-key-0123456789',
      'Bearer new-key-0123456789',
    ]);
  });

  it.each([
    ['exit 3', 'failed (exit code 3)'],
    ['true', 'printed nothing'],
    ['echo two words', 'What claude.keyCommand holds is no key'],
  ])('of a helper that cannot give one is missed: %s', async (keyCommand, told) => {
    expect(await message({ keyCommand }, { PATH: process.env['PATH'] ?? '' })).toContain(told);
  });

  it('of the environment goes before the helper', async () => {
    expect(await message({ keyCommand: 'exit 3' }, { ANTHROPIC_AUTH_TOKEN: 'a-gateway-token' })).toBe('opened');
  });
});

describe('the way to the API', () => {
  it('has to be an address', async () => {
    const opened = await openClaude(SETTINGS, { ANTHROPIC_API_KEY: SCRIPTED_KEY, ANTHROPIC_BASE_URL: 'localhost:8080' });
    expect(opened).toMatchObject({ type: 'unavailable', message: expect.stringContaining('ANTHROPIC_BASE_URL is no address') as unknown });
  });

  it('goes through the proxy of the environment', async () => {
    const seen: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      seen.push(request.url ?? '');
      const { port } = new URL(`http://${request.url ?? ''}`);
      const there = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        there.pipe(socket).pipe(there);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    await using server = await scriptedMessages([answers({ ok: true })]);
    // A process of its own: the proxy holds for all of one.
    const script = `
      const { openClaude } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/adapters/claude/client.ts'))});
      const { openConversation } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/adapters/claude/conversation.ts'))});
      const { z } = await import('zod');
      const opened = await openClaude({ model: 'claude-sonnet-5-5', maxTokens: 4096 }, process.env);
      const asked = await openConversation(opened.claude, { system: 'You answer.' }).ask({ prompt: 'Go.', answer: z.object({ ok: z.literal(true) }) });
      console.log(asked.type);
      process.exit();`;
    const url = server.url.replace('127.0.0.1', 'api.example.test');
    const env = {
      PATH: process.env['PATH'],
      HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      ANTHROPIC_API_KEY: SCRIPTED_KEY,
      ANTHROPIC_BASE_URL: url,
    };
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env,
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    for await (const chunk of child.stdout) printed += String(chunk);
    expect(printed.trim()).toBe('answered');
    expect(seen).toEqual([new URL(url).host]);
  });

  it('is not loaded by commands that do not go there', () => {
    const hook = `data:text/javascript,${encodeURIComponent(
      `import { registerHooks } from 'node:module'; registerHooks({ resolve: (name, context, next) => { if (name.includes('anthropic')) console.log('loaded ' + name); return next(name, context); } });`,
    )}`;
    const cli = join(import.meta.dirname, '../../../src/cli.ts');
    for (const command of ['--version', 'status', 'help']) {
      const printed = execFileSync(process.execPath, ['--import', hook, cli, command], {
        cwd: join(import.meta.dirname, '../../..'),
        encoding: 'utf8',
      });
      expect(printed).not.toContain('loaded');
    }
  });
});
