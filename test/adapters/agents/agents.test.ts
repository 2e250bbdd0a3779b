import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AgentEvent, AgentJob } from '../../../src/adapters/agents/agent.ts';
import { commandAgent, commandArguments } from '../../../src/adapters/agents/command.ts';
import { openAgent } from '../../../src/adapters/agents/open.ts';
import { PROFILES } from '../../../src/adapters/agents/profiles.ts';
import { shellAgent } from '../../../src/adapters/agents/shell.ts';
import { DEFAULT_CONFIG } from '../../../src/adapters/config.ts';
import { AgentProfile } from '../../../src/core/config.ts';
import { agentCommand, contentOf, isRunning, type Step } from '../../support/scripted.ts';
import { folderForEach } from '../../support/folder.ts';
import { agentJob } from '../../support/job.ts';

let folder: string;
folderForEach((path) => {
  folder = path;
});

const file = (name: string): string => join(folder, name);
const job = (change: Partial<AgentJob> = {}): AgentJob => agentJob(folder, change);

function scripted(profile: Partial<AgentProfile>, ...steps: Step[]) {
  const { file: program, args: script } = agentCommand(...steps);
  const { command = [], ...rest } = profile;
  const parsed = AgentProfile.parse({ command: [program, ...script, ...command], ...rest });
  return commandAgent({ name: 'mine', profile: parsed, environment: { MY_KEY: 'k', MY_OTHER: 'o', SECRET: 's' }, graceMs: 50 });
}

const args = (command: string[], model?: string) =>
  commandArguments(AgentProfile.parse({ command: ['x', ...command] }), {
    model,
    maxBudgetUsd: undefined,
    promptFile: '/p/$&.md',
    gates: undefined,
  });

describe('a command', () => {
  test('gets the prompt on standard input, and PLANS_* and its own names in the environment', async () => {
    const events: AgentEvent[] = [];
    const agent = scripted({ env: ['MY_*'] }, ['stdin', file('in')], ['env', file('env')], ['say', 'working\n']);
    const result = await agent.start(job(), (event) => events.push(event)).done;
    expect(result).toMatchObject({ outcome: 'finished', reason: '', exitCode: 0, tail: 'working\n', sessionId: null, usage: null });
    expect(readFileSync(file('in'), 'utf8')).toBe(job().prompt);
    const environment = JSON.parse(readFileSync(file('env'), 'utf8'));
    expect(environment).toMatchObject({
      PLANS_RUN_ID: 'run-1',
      PLANS_PLAN: 'auth',
      PLANS_PHASE: 'models',
      PLANS_TASK: 'user-model',
      PLANS_TASK_TITLE: 'Create the `User` model',
      PLANS_ATTEMPT: '2',
      PLANS_MAX_ATTEMPTS: '3',
      MY_KEY: 'k',
      MY_OTHER: 'o',
    });
    expect(environment).not.toHaveProperty('SECRET');
    expect(environment).not.toHaveProperty('PLANS_PROMPT_FILE');
    expect(events).toEqual([{ type: 'output', stream: 'stdout', text: 'working\n' }]);
    expect(readFileSync(job().logFile, 'utf8')).toBe('working\n');
  });

  test('gets the prompt in a file outside its folder, or as its last argument', async () => {
    const inFile = scripted({ prompt: 'file', command: ['--read', '{promptFile}'] }, ['args', file('args')], ['env', file('env')]);
    expect((await inFile.start(job(), () => {}).done).outcome).toBe('finished');
    const path = `${job().logFile}.prompt.md`;
    expect(JSON.parse(readFileSync(file('args'), 'utf8')).slice(-2)).toEqual(['--read', path]);
    expect(JSON.parse(readFileSync(file('env'), 'utf8')).PLANS_PROMPT_FILE).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(job().prompt);
    await scripted({ prompt: 'argument' }, ['args', file('args')]).start(job(), () => {}).done;
    expect(JSON.parse(readFileSync(file('args'), 'utf8')).at(-1)).toBe(job().prompt);
    const long = await scripted({ prompt: 'argument' }).start(job({ prompt: 'x'.repeat(200_000) }), () => {}).done;
    expect(long).toMatchObject({ outcome: 'agent_failed', reason: expect.stringContaining('too long') });
  });

  test('fails, is silent, takes too long, is stopped', async () => {
    const failed = await scripted({}, ['complain', 'no idea\n'], ['exit', 4]).start(job(), () => {}).done;
    expect(failed).toMatchObject({
      outcome: 'agent_failed',
      exitCode: 4,
      tail: 'no idea\n',
      reason: expect.stringContaining('exit code 4'),
    });
    const silent = await scripted({}, ['wait', 'never']).start(job({ idleTimeoutMs: 200 }), () => {}).done;
    expect(silent).toMatchObject({ outcome: 'timeout_idle', reason: expect.stringContaining('printed nothing for 200 ms') });
    const slow = await scripted({}, ['wait', 'never']).start(job({ wallTimeoutMs: 200 }), () => {}).done;
    expect(slow.outcome).toBe('timeout_wall');
    const session = scripted({}, ['deaf'], ['child', 'child'], ['escape', 'escape'], ['write', 'ready', 'x'], ['wait', 'never']).start(
      job(),
      () => {},
    );
    await contentOf(file('ready'));
    session.abort();
    expect(await session.done).toMatchObject({ outcome: 'cancelled', exitCode: null });
    const pids = [session.pid ?? 0, Number(readFileSync(file('child'))), Number(readFileSync(file('escape')))];
    expect(pids.map(isRunning)).toEqual([false, false, false]);
  });

  test('a program that is missing is said before the start, and is an outcome after it', async () => {
    const opened = openAgent('codex', DEFAULT_CONFIG, { environment: { PATH: folder } });
    if (opened.type !== 'agent') throw new Error(opened.message);
    expect(await opened.agent.unavailable()).toMatch(/^The agent "codex" needs the program "codex".*npm install/);
    const missing = commandAgent({ name: 'x', profile: AgentProfile.parse({ command: ['no-such-program'] }), environment: {} });
    expect(await missing.start(job(), () => {}).done).toMatchObject({
      outcome: 'agent_failed',
      reason: expect.stringContaining('not found'),
    });
    expect(await scripted({}).unavailable()).toBeNull();
  });

  test('a failure that a known program announces at its end is told from any other', async () => {
    const { file: program, args: script } = agentCommand(
      ['say', 'I read "Invalid API key" in the code.\n'.repeat(10)],
      ['say', 'Claude AI usage limit reached|1790000000\n'],
      ['exit', 1],
    );
    const profile = AgentProfile.parse({ command: [program, ...script] });
    const agent = commandAgent({ name: 'claude-code', profile, environment: {}, failures: PROFILES['claude-code']?.failures });
    expect(await agent.start(job(), () => {}).done).toMatchObject({ outcome: 'rate_limited', resetsAt: '2026-09-21T14:13:20.000Z' });
    const other = commandAgent({ name: 'mine', profile, environment: {} });
    expect((await other.start(job(), () => {}).done).outcome).toBe('agent_failed');
  });
});

describe('arguments', () => {
  test('an unset model is dropped with its flag', () => {
    expect(args(['run', '--model', '{model}', '-'])).toEqual(['run', '-']);
    expect(args(['run', '-y', '--model={model}', 'z'])).toEqual(['run', '-y', 'z']);
    expect(args(['run', '{model}'])).toEqual(['run']);
    expect(args(['run', '--model', '{model}', '-'], 'm-1')).toEqual(['run', '--model', 'm-1', '-']);
    expect(args(['--file={promptFile}'])).toEqual(['--file=/p/$&.md']);
  });

  test('of every built-in profile', () => {
    for (const [name, profile] of Object.entries(PROFILES)) {
      const { setup, failures, ...plain } = profile;
      expect(AgentProfile.parse(plain), name).toEqual(plain);
      const unset = commandArguments(profile, { model: undefined, maxBudgetUsd: undefined, promptFile: '/f', gates: undefined });
      expect(unset.join(' '), name).not.toMatch(/--model|--max-budget|\{(?!")/);
      const set = commandArguments(profile, { model: 'the-model', maxBudgetUsd: '2.5', promptFile: '/f', gates: 'Bash(a)' });
      expect(set.join(' '), name).toContain('--model the-model');
      expect(setup.length + failures.length).toBeGreaterThan(0);
    }
  });
});

describe('a name', () => {
  test('of the config goes before the built-in one', async () => {
    const opened = openAgent('codex', { ...DEFAULT_CONFIG, agents: { codex: AgentProfile.parse({ command: [process.execPath] }) } });
    expect(opened.type === 'agent' && (await opened.agent.unavailable())).toBeNull();
  });

  test.each([
    ['codx', 'Did you mean "codex"?'],
    ['claud', 'Did you mean "claude"?'],
    ['something', 'There is no agent "something". Known are mine, claude, claude-code'],
    ['constructor', 'There is no agent "constructor".'],
  ])('that is unknown: %s', (name, message) => {
    const opened = openAgent(name, { ...DEFAULT_CONFIG, agents: { mine: AgentProfile.parse({ command: ['x'] }) } });
    expect(opened).toEqual({ type: 'unknown', message: expect.stringContaining(message) });
  });
});

describe('a run: task', () => {
  test('is its command', async () => {
    const done = await shellAgent().start(job({ run: 'echo "$PLANS_TASK" > out && echo done' }), () => {}).done;
    expect(done).toMatchObject({ outcome: 'finished', exitCode: 0, tail: 'done\n' });
    expect(readFileSync(file('out'), 'utf8')).toBe('user-model\n');
    expect(await shellAgent().unavailable()).toBeNull();
  });

  test('fails with its exit code; without a command it does not begin', async () => {
    expect(await shellAgent().start(job({ run: 'exit 9' }), () => {}).done).toMatchObject({ outcome: 'agent_failed', exitCode: 9 });
    expect((await shellAgent().start(job({ run: 'no-such-program' }), () => {}).done).reason).toContain('not found');
    expect(await shellAgent().start(job(), () => {}).done).toMatchObject({ outcome: 'agent_failed', exitCode: null });
    expect(existsSync(job().logFile)).toBe(true);
  });
});
