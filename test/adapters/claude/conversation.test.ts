import { symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openConversation, type Progress } from '../../../src/adapters/claude/conversation.ts';
import { redactionOf } from '../../../src/core/redact.ts';
import { answers, fails, reply, says, text, thinking, toolUse, uses } from '../../support/messages-reply.ts';
import { createRepository } from '../../support/repository.ts';
import type { MessagesRequest, MessagesServer, Turn } from '../../support/messages-server.ts';
import { openedClaude } from './opened.ts';

const Plan = z.object({ title: z.string().max(20), tasks: z.array(z.object({ id: z.string(), note: z.string().optional() })) });
const PLAN = { title: 'A plan', tasks: [{ id: 'one' }] };
/** The first request. */
function requestOf({ requests: [request] }: MessagesServer): MessagesRequest {
  if (request === undefined) throw new Error('nothing was asked');
  return request;
}

const SYSTEM = 'You write plans.';

describe('a question', () => {
  it('is answered in the shape that was asked for, with what it cost', async () => {
    await using it = await openedClaude(
      reply([thinking('Let me see …'), text(JSON.stringify({ ...PLAN, title: 'Ünï 🦊' }))], {
        usage: { input: 100, output: 2_000, cacheRead: 30_000, cacheWrite5m: 4_000, cacheWrite1h: 500 },
        pieceBytes: 7,
      }),
    );
    const conversation = openConversation(it.claude, { system: SYSTEM });
    const heard: Progress[] = [];
    const answer = await conversation.ask({ prompt: 'Plan it.', answer: Plan, onProgress: (progress) => heard.push(progress) });
    expect(answer).toEqual({ type: 'answered', value: { ...PLAN, title: 'Ünï 🦊' } });
    expect(conversation.usage()).toEqual({
      inputTokens: 100,
      outputTokens: 2_000,
      cacheReadTokens: 30_000,
      cacheWriteTokens: 4_500,
      // sonnet-5-5: 2, 10, 0.10, 2.50 and 4 dollars for a million of each.
      costUsd: expect.closeTo((100 * 2 + 2_000 * 10 + 30_000 * 0.1 + 4_000 * 2.5 + 500 * 4) / 1e6, 9) as unknown,
    });
    expect(
      heard
        .filter(({ type }) => type === 'thinking')
        .map((progress) => ('text' in progress ? progress.text : ''))
        .join(''),
    ).toBe('Let me see …');
    expect(heard.findLast(({ type }) => type === 'usage')).toMatchObject({ usage: { outputTokens: 2_000 } });
    const { body, headers } = requestOf(it.server);
    expect(body).toMatchObject({
      model: 'claude-sonnet-5-5',
      max_tokens: 32_000,
      stream: true,
      messages: [{ role: 'user', content: 'Plan it.' }],
    });
    expect(body['thread']).toBeUndefined();
    expect(headers['authorization']).toMatch(/^Bearer sk-ant-/);
    // What structured outputs cannot say is in the description, and is checked all the same.
    expect(JSON.stringify(body.output_config)).toContain('maxLength: 20');
  });

  it.each([
    ['no JSON', says('Here is your plan:\n# Plan'), 'The answer is no JSON: it begins "Here is your plan:'],
    ['nothing', reply([thinking('Hm.')]), 'The answer is no JSON: it is empty.'],
    ['the wrong shape', answers({ title: 'x'.repeat(21), tasks: [{}] }), 'The answer has the wrong shape: title: Too big'],
  ])('can be put again after %s, in the same conversation', async (_, bad, message) => {
    await using it = await openedClaude(bad, answers(PLAN));
    const conversation = openConversation(it.claude, { system: SYSTEM });
    const first = await conversation.ask({ prompt: 'Plan it.', answer: Plan });
    expect(first).toMatchObject({ type: 'failed', failure: { kind: 'unusable', message: expect.stringContaining(message) as unknown } });
    expect(conversation.usage()).toMatchObject({ inputTokens: 1_000, outputTokens: 100 });
    expect(await conversation.ask({ prompt: 'Mend it.', answer: Plan })).toEqual({ type: 'answered', value: PLAN });
    expect(it.server.requests[1]?.body.messages).toMatchObject([
      { role: 'user', content: 'Plan it.' },
      { role: 'assistant' },
      { role: 'user', content: 'Mend it.' },
    ]);
    expect(conversation.usage()).toMatchObject({ inputTokens: 2_000, outputTokens: 200 });
  });

  it.each([
    ['max_tokens', { stopReason: 'max_tokens' }, 'max-tokens', 'cut off at 32,000 tokens'],
    [
      'refusal',
      { stopReason: 'refusal', stopDetails: { category: 'cyber', explanation: 'An exploit.' } },
      'refused',
      '(cyber: An exploit.)',
    ],
    ['the end of the context', { stopReason: 'model_context_window_exceeded' }, 'context-exceeded', 'longer than the model'],
    ['no reason', { stopReason: null }, 'network', 'before it was complete'],
  ])('fails at %s, and what it cost is known', async (_, rest, kind, message) => {
    await using it = await openedClaude(says('{"title": "cut', { ...rest, usage: { output: 77 } }));
    const conversation = openConversation(it.claude, { system: SYSTEM });
    expect(await conversation.ask({ prompt: 'Plan it.', answer: Plan })).toMatchObject({
      type: 'failed',
      failure: { kind, message: expect.stringContaining(message) as unknown, resetsAt: null },
    });
    expect(conversation.usage()).toMatchObject({ inputTokens: 1_000, outputTokens: 77, costUsd: 0.00277 });
  });

  it('goes on after a reply that broke off, and counts what that one cost', async () => {
    const long = 'a reply that is cut off in the middle, as connections are '.repeat(4);
    await using it = await openedClaude(
      says(long, { fault: { after: 12, type: 'cut' } }),
      says(long, { fault: { after: 12, type: 'malformed' } }),
      says(long, { fault: { after: 12, type: 'error', error: 'overloaded_error' } }),
      answers(PLAN),
    );
    const conversation = openConversation(it.claude, { system: SYSTEM });
    const notices: string[] = [];
    const answer = await conversation.ask({
      prompt: 'Plan it.',
      answer: Plan,
      onProgress: (progress) => progress.type === 'notice' && notices.push(progress.text),
    });
    expect(answer.type).toBe('answered');
    expect(notices).toHaveLength(3);
    expect(it.server.requests.map(({ body }) => body.messages?.length)).toEqual([1, 1, 1, 1]);
    const { inputTokens, outputTokens } = conversation.usage();
    expect(inputTokens).toBe(4_000);
    // About a hundred characters came of each of the three.
    expect(outputTokens).toBeGreaterThan(100 + 3 * 25);
    expect(outputTokens).toBeLessThan(100 + 3 * 40);
  });

  it('goes on after a reply of which nothing more comes', async () => {
    const forever = new Promise(() => {});
    await using it = await openedClaude(says('{"title":', { wait: { before: 3, until: forever } }), () => forever as never, answers(PLAN));
    const conversation = openConversation(it.claude, { system: SYSTEM, silenceMs: 100 });
    const notices: string[] = [];
    const onProgress = (progress: Progress) => progress.type === 'notice' && notices.push(progress.text);
    expect((await conversation.ask({ prompt: 'Plan it.', answer: Plan, onProgress })).type).toBe('answered');
    expect(notices).toEqual([1, 2].map((time) => `Nothing was heard of Claude's API for 0 seconds. Asking again (${time} of 3).`));
    await Promise.all(it.server.requests.slice(0, 2).map(({ gone }) => gone));
  });

  it('ends when nothing but broken replies comes', async () => {
    const broken = says('nothing', { fault: { after: 3, type: 'end' } });
    await using it = await openedClaude(broken, broken, broken, broken);
    const answer = await openConversation(it.claude, { system: SYSTEM }).ask({ prompt: 'Plan it.', answer: Plan });
    expect(answer).toMatchObject({ type: 'failed', failure: { kind: 'network' } });
    expect(it.server.requests).toHaveLength(4);
  });

  it('can be stopped while a reply comes in, with what it cost so far', async () => {
    const forever = new Promise(() => {});
    await using it = await openedClaude(says('x'.repeat(350), { wait: { before: 25, until: forever } }));
    const conversation = openConversation(it.claude, { system: SYSTEM });
    const abort = new AbortController();
    let chars = 0;
    const answer = await conversation.ask({
      prompt: 'Plan it.',
      answer: Plan,
      signal: abort.signal,
      onProgress: (progress) => {
        if (progress.type === 'text' && (chars += progress.text.length) >= 250) abort.abort();
      },
    });
    expect(answer).toMatchObject({ type: 'failed', failure: { kind: 'aborted' } });
    await it.server.requests[0]?.gone;
    expect(conversation.usage().outputTokens).toBeGreaterThan(70);
  });

  it('is not sent to a model without a price as if it cost nothing', async () => {
    await using it = await openedClaude(answers(PLAN));
    const conversation = openConversation(it.claude, { system: SYSTEM, model: 'claude-next-9' });
    await conversation.ask({ prompt: 'Plan it.', answer: Plan });
    expect(conversation.usage()).toMatchObject({ inputTokens: 1_000, costUsd: null });
  });
});

describe('the repository', () => {
  const files = {
    'src/main.ts': 'export const answer = 42;\n// the token is hunter2hunter2\n',
    'src/deep/er/and/deeper.ts': 'export const deep = 1;\n',
    'README.md': Array.from({ length: 2_000 }, (_, line) => `line ${line + 1}\n`).join(''),
    '.gitignore': 'ignored.txt\n',
    '.env': 'SECRET=1\n',
    'server.pem': 'SECRET=2\n',
  };
  const opened = async (...turns: readonly Turn[]) => {
    const it = await openedClaude(...turns);
    const repository = await createRepository(files);
    await repository.write({ 'ignored.txt': 'answer', 'untracked.ts': 'answer again\n' });
    const redaction = redactionOf([{ name: 'TOKEN', value: 'hunter2hunter2' }]);
    const conversation = openConversation(it.claude, {
      system: SYSTEM,
      repository: { root: repository.root, env: { PATH: process.env['PATH'] ?? '' }, redaction },
    });
    return {
      ...it,
      conversation,
      repository,
      [Symbol.asyncDispose]: async () => {
        await it[Symbol.asyncDispose]();
        await repository.dispose();
      },
    };
  };
  /** What the tools answered to the first reply. */
  const results = (it: Awaited<ReturnType<typeof opened>>): { content: string; is_error?: boolean }[] =>
    it.server.requests[1]?.body.messages?.at(-1)?.content as never;

  it('is read through tools, and nothing else is', async () => {
    await using it = await opened(
      reply([
        toolUse('tree', {}),
        toolUse('tree', { depth: 1, path: './src/' }),
        toolUse('read', { path: 'src/main.ts' }),
        toolUse('read', { path: 'README.md', from: 1_990 }),
        toolUse('grep', { pattern: 'ANSWER|SECRET', ignoreCase: true }),
        toolUse('grep', { pattern: 'nowhere to be found' }),
      ]),
      answers(PLAN),
    );
    const seen: string[] = [];
    const answer = await it.conversation.ask({
      prompt: 'Plan it.',
      answer: Plan,
      onProgress: (progress) => progress.type === 'tool' && seen.push(`${progress.name} ${progress.detail}`),
    });
    expect(answer.type).toBe('answered');
    expect(seen).toContain('read src/main.ts');
    const [tree, folder, whole, end, found, none] = results(it).map(({ content }) => content);
    expect(tree).toBe('.gitignore\nREADME.md\nsrc/deep/er/ (1 files)\nsrc/main.ts\nuntracked.ts');
    expect(folder).toBe('src/deep/ (1 files)\nsrc/main.ts');
    expect(whole).toBe('export const answer = 42;\n// the token is [redacted TOKEN]');
    expect(end).toBe(Array.from({ length: 11 }, (_, at) => `line ${1_990 + at}`).join('\n'));
    expect(found).toBe('src/main.ts:1:export const answer = 42;\nuntracked.ts:1:answer again');
    expect(none).toBe('Nothing was found.');
    expect(it.server.refusals).toEqual([]);
  });

  it.each([
    ['a file outside', 'read', { path: '../../../etc/passwd' }, 'There is no file'],
    ['an absolute path', 'read', { path: '/etc/passwd' }, 'There is no file'],
    ['a link that leads outside', 'read', { path: 'link' }, 'leads outside the repository'],
    ['an ignored file', 'read', { path: 'ignored.txt' }, 'or git ignores it'],
    ['a file of secrets', 'read', { path: '.env' }, 'may hold secrets'],
    ['git itself', 'read', { path: '.git/config' }, 'There is no file'],
    ['a folder outside', 'grep', { pattern: 'root', path: '../..' }, 'grep failed'],
    ['an ill-formed expression', 'grep', { pattern: '(' }, 'grep failed'],
    ['an input of the wrong shape', 'read', { file: 'x' }, 'The input of read is wrong'],
    ['an unknown folder', 'tree', { path: 'nowhere' }, 'There is no folder "nowhere"'],
  ])('is asked for %s: Claude is told that it cannot be', async (_, name, input, message) => {
    await using it = await opened(uses(name, input), answers(PLAN));
    symlinkSync('/etc/passwd', it.repository.path('link'));
    expect((await it.conversation.ask({ prompt: 'Plan it.', answer: Plan })).type).toBe('answered');
    expect(results(it)).toMatchObject([{ is_error: true, content: expect.stringContaining(message) as unknown }]);
  });

  it('is read on in a bounded way', async () => {
    await using it = await opened(reply([toolUse('read', { path: 'README.md' }), toolUse('grep', { pattern: 'line' })]), answers(PLAN));
    await it.conversation.ask({ prompt: 'Plan it.', answer: Plan });
    const [read, grep] = results(it);
    expect(read?.content).toMatch(/line 1500\n… lines 1 to 1500 of 2000\. Read on with from: 1501\.$/);
    expect(grep?.content.length).toBeLessThan(25_000);
    expect(grep?.content).toMatch(/and more\. Search for something narrower/);
  });

  it('is not read without end', async () => {
    const again = Array.from({ length: 70 }, () => uses('tree', {}));
    await using it = await opened(...again);
    const answer = await it.conversation.ask({ prompt: 'Plan it.', answer: Plan });
    expect(answer).toMatchObject({
      type: 'failed',
      failure: { kind: 'unusable', message: 'Claude was still calling tools after 60 replies.' },
    });
    expect(it.conversation.usage().inputTokens).toBe(60_000);
  });

  it('can be asked about again after a failure in the middle', async () => {
    await using it = await opened(uses('tree', {}), fails(400, { message: 'no' }), answers(PLAN));
    expect(await it.conversation.ask({ prompt: 'Plan it.', answer: Plan })).toMatchObject({
      type: 'failed',
      failure: { kind: 'bad-request' },
    });
    expect(await it.conversation.ask({ prompt: 'Again.', answer: Plan })).toMatchObject({ type: 'answered' });
    expect(it.server.refusals).toEqual([]);
  });
});
