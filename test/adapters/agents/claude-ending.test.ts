import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { at, beside, content, perform, workFolderForEach } from './claude-work.ts';
import type { AgentJob } from '../../../src/adapters/agents/agent.ts';
import { claudeAgent } from '../../../src/adapters/agents/claude.ts';
import { DEFAULT_CONFIG } from '../../../src/adapters/config.ts';
import { fails, reply, says, text, toolUse, uses } from '../../support/messages-reply.ts';
import { scriptedMessages, SCRIPTED_KEY, type Turn } from '../../support/messages-server.ts';
import { contentOf, isRunning } from '../../support/scripted.ts';

workFolderForEach();

describe('a session ends', () => {
  it.each([
    [
      'refused',
      says('No.', { stopReason: 'refusal', stopDetails: { category: 'cyber', explanation: null } }),
      'refused',
      'Claude refused this (cyber)',
    ],
    ['cut off', says('It is', { stopReason: 'max_tokens' }), 'agent_failed', 'cut off at 32,000 tokens'],
    ['too long', says('It is', { stopReason: 'model_context_window_exceeded' }), 'agent_failed', "longer than the model's context"],
    ['without a valid key', fails(401), 'auth', 'refused the key'],
    ['without credit', fails(402), 'auth', 'nothing left to spend'],
    ['without a model', fails(404, { message: 'model: x' }), 'agent_failed', 'did not take the request (404): model: x'],
  ])('%s', async (_, turn, outcome, reason) => {
    await using server = await scriptedMessages([turn]);
    const { result, transcript } = await perform(server);
    expect(result).toMatchObject({ outcome, reason: expect.stringContaining(reason) as unknown, resetsAt: null });
    expect(result.usage?.costUsd).toBe('status' in turn ? 0 : 0.003);
    expect(transcript.at(-1)).toMatchObject({ type: 'end', outcome });
  });

  it('at a rate limit that says when it is over, and at an overload, which is waited for', async () => {
    await using limited = await scriptedMessages([
      uses('bash', { command: 'echo kept > kept' }),
      fails(429, { headers: { 'retry-after': '3600' } }),
    ]);
    const { result } = await perform(limited);
    expect(result).toMatchObject({ outcome: 'rate_limited', usage: { inputTokens: 1_000 } });
    expect(Math.round((Date.parse(result.resetsAt ?? '') - Date.now()) / 60_000)).toBe(60);
    expect(existsSync(at('kept'))).toBe(true);
    await using overloaded = await scriptedMessages(() => fails(529));
    const { result: later } = await perform(overloaded);
    expect(later.outcome).toBe('rate_limited');
    expect(Math.round((Date.parse(later.resetsAt ?? '') - Date.now()) / 60_000)).toBe(5);
  });

  it('goes on where the server paused the turn, and after replies that broke off', async () => {
    await using server = await scriptedMessages([
      says('One moment.', { stopReason: 'pause_turn' }),
      reply([text('I write.'), toolUse('write', { file_path: 'a.txt', content: 'lost' })], { fault: { after: 9, type: 'cut' } }),
      uses('write', { file_path: 'a.txt', content: 'kept' }),
      says('Done.'),
    ]);
    const { result, output, transcript } = await perform(server);
    expect(result.outcome).toBe('finished');
    expect(content('a.txt')).toBe('kept');
    expect(server.requests).toHaveLength(4);
    expect(server.refusals).toEqual([]);
    expect(output).toContain('Asking again (1 of 3).');
    expect(transcript.find(({ type }) => type === 'notice')).toBeDefined();
  });

  it('at once where it is stopped: while a reply comes in', async () => {
    await using server = await scriptedMessages([says('I begin, and go on and on', { wait: { before: 4, until: new Promise(() => {}) } })]);
    const { result } = await perform(server, {}, (event, abort) => event.type === 'output' && abort());
    expect(result).toMatchObject({ outcome: 'cancelled', reason: 'claude was stopped.', usage: { inputTokens: 1_000 } });
    await server.requests[0]?.gone;
  });

  it('at once where it is stopped: while a command runs, whose children end too', async () => {
    await using server = await scriptedMessages([
      uses('bash', { command: 'trap "" INT TERM; (trap "" INT TERM; sleep 1000) & echo $! > pid; echo st""arted; wait' }),
    ]);
    const { result } = await perform(server, {}, (event, abort) => event.type === 'output' && event.text.includes('started') && abort());
    expect(result.outcome).toBe('cancelled');
    expect(isRunning(Number(await contentOf(at('pid'))))).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  it('at once where it is stopped before it began', async () => {
    await using server = await scriptedMessages([]);
    const agent = claudeAgent({ config: DEFAULT_CONFIG, environment: server.environment });
    const session = agent.start(
      { cwd: at(''), prompt: 'x', wallTimeoutMs: 1e6, idleTimeoutMs: 1e6, logFile: beside('log') } as AgentJob,
      () => {},
    );
    session.abort();
    expect((await session.done).outcome).toBe('cancelled');
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['its time is over', { idleTimeoutMs: 1e6 }, 'timeout_wall', 'claude did not finish within 60 seconds and was stopped.'],
    ['nothing is heard', { wallTimeoutMs: 1e6 }, 'timeout_idle', 'Nothing was heard of claude for 60 seconds, and it was stopped.'],
  ])('when %s', async (_, change, outcome, reason) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await using server = await scriptedMessages([says('I begin', { wait: { before: 3, until: new Promise(() => {}) } })]);
    const { result } = await perform(server, change, (event) => event.type === 'usage' && vi.advanceTimersByTime(60_000));
    expect(result).toMatchObject({ outcome, reason, usage: { inputTokens: 1_000 } });
  });

  it('before anything is sent without a key', async () => {
    const agent = claudeAgent({ config: DEFAULT_CONFIG, environment: {} });
    expect(await agent.unavailable()).toContain('set ANTHROPIC_API_KEY');
  });
});

it('writes down no key, whatever is said', async () => {
  const turns: Turn[] = [
    uses('bash', { command: `echo ${SCRIPTED_KEY}; echo ${SCRIPTED_KEY.slice(0, 9)}; printf ${SCRIPTED_KEY.slice(9)}` }),
    fails(403, { message: SCRIPTED_KEY }),
  ];
  await using server = await scriptedMessages(turns);
  const done = await perform(server);
  const kept = execFileSync('sh', ['-c', `cat ${beside('logs')}/*`], { encoding: 'utf8' });
  expect(`${kept}${JSON.stringify(done)}`).not.toContain(SCRIPTED_KEY);
  expect(kept).toContain('[redacted');
});
