import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentEvent, AgentJob, AgentResult } from '../../../src/adapters/agents/agent.ts';
import { ClaudeCodeReader } from '../../../src/adapters/agents/claude-code/reader.ts';
import { commandAgent } from '../../../src/adapters/agents/command.ts';
import { PROFILES } from '../../../src/adapters/agents/profiles.ts';
import type { Prices } from '../../../src/core/price.ts';
import { redactionOf } from '../../../src/core/redact.ts';
import { readTranscriptLine } from '../../../src/core/transcript.ts';
import { installClaude, recorded, type Recording, type Replay } from '../../support/claude-code.ts';
import { folderForEach } from '../../support/folder.ts';
import { agentJob } from '../../support/job.ts';
import { runs } from '../../support/runs.ts';

const SESSION = '11111111-2222-4333-8444-555555555555';

let folder: string;
folderForEach((path) => {
  folder = path;
});

const job = (change: Partial<AgentJob> = {}): AgentJob => agentJob(folder, { cwd: join(folder, 'work'), ...change });

interface Session {
  readonly result: AgentResult;
  readonly events: readonly AgentEvent[];
  readonly text: string;
  readonly asked: ReturnType<ReturnType<typeof installClaude>>;
}

async function work(
  replay: Replay,
  options: { readonly job?: Partial<AgentJob>; readonly prices?: Prices; readonly lingerMs?: number; readonly abortOn?: string } = {},
): Promise<Session> {
  mkdirSync(join(folder, 'work'), { recursive: true });
  const asked = installClaude(folder, replay);
  const profile = PROFILES['claude-code'];
  if (profile === undefined) throw new Error('no profile');
  const command = [join(folder, 'claude'), ...profile.command.slice(1)];
  const { prices, lingerMs } = options;
  const agent = commandAgent({
    name: 'claude-code',
    profile: { ...profile, command },
    environment: {},
    failures: profile.failures,
    graceMs: 2_000,
    prices,
    lingerMs,
  });
  const events: AgentEvent[] = [];
  const session = agent.start(job(options.job), (event) => {
    events.push(event);
    if (options.abortOn !== undefined && event.type === options.abortOn) session.abort();
  });
  const result = await session.done;
  const text = events.map((event) => (event.type === 'output' && event.stream === 'stdout' ? event.text : '')).join('');
  return { result, events, text, asked: asked() };
}

const usage = (tokens: number, costUsd: number | null) => {
  const of = { inputTokens: 100, outputTokens: 50, cacheReadTokens: 3_000, cacheWriteTokens: 2_000 };
  return { ...Object.fromEntries(Object.entries(of).map(([kind, count]) => [kind, count * tokens])), costUsd };
};

function read(chunks: readonly Buffer[]): { readonly text: string; readonly events: readonly AgentEvent[] } {
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent) => void events.push(event);
  const reader = new ClaudeCodeReader({
    name: 'c',
    cwd: '{cwd}',
    prompt: '',
    transcript: { add() {} },
    prices: {},
    emit,
    stop: () => {},
    redact: String,
    known: () => null,
  });
  const text = Buffer.concat([...chunks.map((chunk) => reader.push(chunk)), reader.end()]).toString();
  return { text, events };
}

describe('what it ends as', () => {
  test.each<[Recording, number, Partial<Record<keyof AgentResult, unknown>>]>([
    ['success', 0, { outcome: 'finished', reason: '', usage: usage(3, 0.02025), model: 'claude-sonnet-5-5' }],
    ['subagent', 0, { outcome: 'finished', usage: usage(4, 0.027) }],
    ['budget', 1, { outcome: 'budget', reason: expect.stringContaining('has used what the attempt may cost'), usage: usage(2, 0.0135) }],
    ['turns', 1, { outcome: 'agent_failed', reason: expect.stringMatching(/stopped after \d turns/) }],
    [
      'denied',
      0,
      {
        outcome: 'denied',
        reason: expect.stringMatching(/was not permitted to do anything: Bash npm test; Write \/etc\/hosts\.new\. Allow it/),
        usage: usage(3, 0.02025),
      },
    ],
    ['guess', 0, { outcome: 'finished', usage: usage(2, null), model: 'my-model' }],
    ['older', 0, { outcome: 'finished', usage: usage(2, 0.0135) }],
    ['credit', 1, { outcome: 'budget', reason: 'claude-code says: Credit balance is too low', usage: null }],
    ['login', 1, { outcome: 'auth', reason: 'claude-code says: Not logged in · Please run /login' }],
    ['refusal', 1, { outcome: 'refused', usage: usage(2, 0.0135) }],
    ['limit', 1, { outcome: 'rate_limited', resetsAt: '2027-01-15T08:00:00.000Z' }],
  ])('%s, exit code %i', async (name, exitCode, expected) => {
    const { result } = await work({ lines: recorded(name), exitCode });
    expect(result).toMatchObject({ exitCode, sessionId: SESSION, resetsAt: null, ...expected });
  });

  test('a failure of the session itself is one, whatever the exit code says', async () => {
    const lines = recorded('success').map((line) => line.replace('"is_error":false', '"is_error":true'));
    expect((await work({ lines, exitCode: 0 })).result.outcome).toBe('agent_failed');
    expect((await work({ lines: recorded('success'), exitCode: 1 })).result.outcome).toBe('agent_failed');
  });

  test('an older version says in words alone what failed', async () => {
    const limit = recorded('limit').filter((line) => !line.includes('rate_limit_event'));
    const lines = limit.map((line) =>
      line.replace(/"(?:error|api_error_status)":[^,]+,/g, '').replace(/You've hit[^"]*/g, 'Claude AI usage limit reached|1790000000'),
    );
    const { result } = await work({ lines, exitCode: 1 });
    expect(result).toMatchObject({ outcome: 'rate_limited', resetsAt: '2026-09-21T14:13:20.000Z' });
  });

  test('without a result it has failed, also with exit code 0', async () => {
    const { result } = await work({ lines: recorded('success').slice(0, -1) });
    expect(result).toMatchObject({
      outcome: 'agent_failed',
      reason: expect.stringContaining('ended without a result'),
      sessionId: SESSION,
    });
    // What the answers took is known all the same, each by itself.
    expect(result.usage).toEqual(usage(3, 0.02025));
    const crashed = await work({ lines: [], exitCode: 1, complains: "error: unknown option '--x'\n" });
    expect(crashed.result).toMatchObject({ outcome: 'agent_failed', usage: null, tail: "error: unknown option '--x'\n" });
  });
});

describe('while it works', () => {
  test('is asked on standard input, for this model and so much money, without hooks and other settings', async () => {
    const { asked } = await work(
      { lines: recorded('success') },
      { job: { model: 'opus', maxBudgetUsd: 2.5, gates: ['npm test', 'a\nb', 'make a,b'] } },
    );
    expect(asked).toHaveLength(1);
    const { args, prompt } = asked[0] ?? { args: [], prompt: '' };
    expect(prompt).toBe(job().prompt);
    expect(args.join(' ')).toMatch(/^-p --output-format stream-json --verbose .* --max-budget-usd 2\.5 --model opus$/);
    expect(args.join(' ')).toContain('--setting-sources project --strict-mcp-config');
    expect(args.join(' ')).toContain('"disableAllHooks":true');
    expect(args.join(' ')).toContain('--allowedTools Bash(npm test),Bash(make a,b) --setting-sources');
    const plain = await work({ lines: recorded('success') });
    expect(plain.asked[0]?.args.join(' ')).not.toMatch(/max-budget|--model|Bash\(npm|--allowedTools --/);
  });

  test('what it says and does can be read, in the log too', async () => {
    const { text, result } = await work({ lines: recorded('success'), complains: 'a warning\n' });
    expect(text).toBe(
      [
        `Claude Code 2.1.330, claude-sonnet-5-5, session ${SESSION}`,
        '… overloaded (529): asking again in 1 s (1 of 10)',
        'I write the model.',
        '→ Write src/user.ts',
        '→ Bash npm test',
        '✗ This command requires approval',
        'The model is there;',
        'the tests I could not run.',
        '',
      ].join('\n'),
    );
    expect(result.tail).toContain('the tests I could not run.\n');
    expect(readFileSync(job().logFile, 'utf8')).toContain('→ Write src/user.ts\n');
  });

  test('all of it stands in the transcript', async () => {
    const transcriptFile = join(folder, 'logs/1.ndjson');
    await work({ lines: recorded('success') }, { job: { transcriptFile } });
    const entries = readFileSync(transcriptFile, 'utf8').trimEnd().split('\n').map(readTranscriptLine);
    expect(entries.map((entry) => entry?.type)).toEqual([
      'begin',
      'prompt',
      'notice',
      'thinking',
      'text',
      'call',
      'result',
      'call',
      'result',
      'text',
      'end',
    ]);
    expect(entries).toMatchObject([
      { agent: 'claude-code', model: 'claude-sonnet-5-5' },
      { text: job().prompt },
      { text: '… overloaded (529): asking again in 1 s (1 of 10)' },
      { text: 'A file is wanted.' },
      { text: 'I write the model.' },
      { tool: 'Write', input: expect.stringContaining('"content":"export const user') },
      { failed: false, text: expect.stringContaining('File created') },
      { tool: 'Bash', input: '{"command":"npm test","description":"Run the tests"}' },
      { failed: true, text: 'This command requires approval' },
      {},
      { outcome: 'finished', reason: '', tokens: 15_450, costUsd: 0.02025 },
    ]);
  });

  test('it says what it has used after each answer, and never less than before', async () => {
    const { events } = await work({ lines: recorded('success') });
    const costs = events.flatMap((event) => (event.type === 'usage' ? [event.usage.costUsd ?? NaN] : []));
    expect(costs.length).toBeGreaterThan(4);
    expect(costs.toSorted((a, b) => a - b)).toEqual(costs);
    expect(events.filter(({ type }) => type === 'session')).toEqual([{ type: 'session', id: SESSION }]);
  });

  test("the config's prices go before what it says", async () => {
    const prices = { 'claude-sonnet-5-5': { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 } };
    const { result } = await work({ lines: recorded('subagent') }, { prices });
    expect(result.usage?.costUsd).toBeCloseTo((4 * 5_150) / 1_000_000, 12);
  });
});

describe('is ended', () => {
  test('where its key is refused again and again', async () => {
    const { result } = await work({ lines: recorded('refused'), stays: true });
    expect(result).toMatchObject({ outcome: 'auth', reason: expect.stringContaining('refused'), usage: null });
  });

  test('where it stays after its result', async () => {
    const { result } = await work({ lines: recorded('success'), stays: true }, { lingerMs: 20 });
    expect(result).toMatchObject({ outcome: 'finished', reason: '', usage: { costUsd: 0.02025 } });
    const failed = await work({ lines: recorded('limit'), stays: true }, { lingerMs: 20 });
    expect(failed.result.outcome).toBe('rate_limited');
  });

  test('where the run wants it; what it had used stays known', async () => {
    const { result } = await work({ lines: recorded('success').slice(0, 8), stays: true }, { abortOn: 'usage' });
    expect(result).toMatchObject({ outcome: 'cancelled', sessionId: SESSION, usage: { inputTokens: 100 } });
  });
});

describe('its stream', () => {
  test('is read the same however it is cut', () => {
    const whole = Buffer.from(`${recorded('success').join('\n')}\nno JSON ü\n{"type":"future"}\n{"broken":\n`);
    const expected = read([whole]);
    expect(expected.text).toContain('no JSON ü\n{"broken":\n');
    fc.assert(
      fc.property(fc.array(fc.nat({ max: whole.length }), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        expect(read(at.slice(1).map((end, index) => whole.subarray(at[index], end)))).toEqual(expected);
      }),
      runs(50),
    );
  });

  test('a message without end is left out', () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const { text } = read([...Array.from({ length: 33 }, () => chunk), Buffer.from('\nnext\n')]);
    expect(text).toBe('… a message of 34603008 bytes is left out\nnext\n');
  });

  test('secrets are found in it though it is JSON, in the reason too', async () => {
    const secret = 'pass"word\\with\nlines-and-more';
    const redaction = redactionOf([{ name: 'DB_PASSWORD', value: secret }]);
    const quoted = JSON.stringify(secret).slice(1, -1);
    const lines = recorded('login').map((line) => line.replaceAll('Not logged in', () => quoted));
    const said = `{"type":"assistant","message":{"content":[{"type":"text","text":"It is ${quoted}."}]}}`;
    const { result, text, events } = await work({ lines: [said, ...lines], exitCode: 1 }, { job: { redaction } });
    expect(text).toContain('It is [redacted DB_PASSWORD].');
    expect(result.reason).toContain('[redacted DB_PASSWORD]');
    expect(JSON.stringify([result, events]) + readFileSync(job().logFile, 'utf8')).not.toContain('lines-and-more');
  });
});
