import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import type { AgentEvent, AgentJob } from '../../../src/adapters/agents/agent.ts';
import { openAgent } from '../../../src/adapters/agents/open.ts';
import { DEFAULT_CONFIG } from '../../../src/adapters/config.ts';
import { childEnvironment } from '../../../src/adapters/environment.ts';
import { folderForEach } from '../../support/folder.ts';
import { agentJob } from '../../support/job.ts';
import { fails, reply, says, text, toolUse, uses } from '../../support/messages-reply.ts';
import { scriptedMessages, type Turn } from '../../support/messages-server.ts';

/** Of one session of a program that takes a second to start. */
const SLOW_MS = 30_000;
const TOKENS = { input: 100, output: 50, cacheRead: 3_000, cacheWrite5m: 1_500, cacheWrite1h: 500 };

let folder: string;
folderForEach((path) => {
  folder = path;
});

const isInstalled = (process.env['PATH'] ?? '').split(delimiter).some((path) => {
  try {
    accessSync(join(path, 'claude'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

async function session(turns: readonly Turn[], change: Partial<AgentJob> = {}) {
  await using server = await scriptedMessages(turns);
  const cwd = join(folder, 'work');
  mkdirSync(join(cwd, '.claude'), { recursive: true });
  writeFileSync(join(cwd, 'CLAUDE.md'), 'The word of the day is heliotrope.\n');
  const hook = { hooks: [{ type: 'command', command: `touch ${join(folder, 'hooked')}` }] };
  writeFileSync(join(cwd, '.claude/settings.json'), JSON.stringify({ hooks: { SessionStart: [hook] } }));
  const environment = {
    ...process.env,
    ...server.environment,
    HOME: folder,
    CLAUDE_CONFIG_DIR: join(folder, 'claude'),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
  const opened = openAgent('claude-code', DEFAULT_CONFIG, { environment, graceMs: 3_000 });
  if (opened.type !== 'agent') throw new Error(opened.message);
  const env = childEnvironment(environment, [], {});
  const job = agentJob(folder, { cwd, env, model: 'claude-sonnet-5-5', wallTimeoutMs: SLOW_MS, ...change });
  const events: AgentEvent[] = [];
  const result = await opened.agent.start(job, (event) => events.push(event)).done;
  return { result, events, requests: server.requests, read: (file: string) => readFileSync(join(folder, file), 'utf8') };
}

test.skipIf(!isInstalled)(
  'the installed claude writes within its folder alone, runs gates and nothing else, reads CLAUDE.md, runs no hook (skipped without "claude" in PATH)',
  async () => {
    const turns = [
      reply([text('I write.'), toolUse('Write', { file_path: join(folder, 'work/a.txt'), content: 'ü\n' })], { usage: TOKENS }),
      uses('Write', { file_path: join(folder, 'outside.txt'), content: 'x' }, { usage: TOKENS }),
      uses('Bash', { command: 'env' }, { usage: TOKENS }),
      uses('Bash', { command: 'npm test' }, { usage: TOKENS }),
      says('Done.', { usage: TOKENS }),
    ];
    const { result, requests, read } = await session(turns, { gates: ['env', 'node -e "f(1, 2)"'] });
    expect(result).toMatchObject({
      outcome: 'finished',
      reason: '',
      model: 'claude-sonnet-5-5',
      sessionId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    expect(result.usage).toEqual({
      inputTokens: 500,
      outputTokens: 250,
      cacheReadTokens: 15_000,
      cacheWriteTokens: 10_000,
      costUsd: 0.03375,
    });
    expect(read('work/a.txt')).toBe('ü\n');
    expect(() => read('outside.txt')).toThrow('ENOENT');
    expect(() => read('hooked')).toThrow('ENOENT');
    const last = JSON.stringify(requests.at(-1)?.body.messages);
    expect(last).toContain('heliotrope');
    expect(last).toContain('PLANS_TASK=user-model');
    expect(result.tail).toContain('→ Bash npm test\n✗ ');
  },
  SLOW_MS,
);

test.skipIf(!isInstalled)(
  'the installed claude stops at the budget, and where its key is refused (skipped without "claude" in PATH)',
  async () => {
    const writes = Array.from({ length: 5 }, (_, index) =>
      uses('Write', { file_path: join(folder, `work/${index}.txt`), content: 'x' }, { usage: TOKENS }),
    );
    const poor = await session(writes, { maxBudgetUsd: 0.01 });
    expect(poor.result).toMatchObject({ outcome: 'budget', exitCode: 1 });
    expect(poor.result.usage?.costUsd).toBeCloseTo(0.00675 * poor.requests.length, 9);
    const refused = await session(Array.from({ length: 12 }, () => fails(401)));
    expect(refused.result).toMatchObject({ outcome: 'auth', usage: null });
    expect(refused.requests.length).toBeLessThan(5);
  },
  SLOW_MS,
);
